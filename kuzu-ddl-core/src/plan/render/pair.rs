//! Rendering of archived and restored pairs.

use super::super::value::{ValueSource, branches};
use super::parts::{matched, property_map, rels, values, with_offset_range};
use crate::schema::name::quote;

/// Column of an archive that identifies a rel.
pub(in crate::plan) const REL: &str = "rel";

/// Columns of an archive with the keys of the two ends, before the suffix of the key property.
pub(in crate::plan) const ENDS: [&str; 2] = ["from", "to"];

/// Renders the copy of the rels of a pair to the table that keeps them.
pub(super) fn archive_rels(
    table: &str,
    pair: &(String, String),
    keys: &[(String, String); 2],
    archive: &str,
    columns: &[(String, String)],
) -> String {
    let keys = ["a", "b"].into_iter().zip(keys);
    let columns = columns.iter().map(|column| ("x", column));
    let values = keys.chain(columns).map(|(from, (column, property))| {
        format!(", {}: {from}.{}", quote(column), quote(property))
    });
    let values: String = values.collect();
    format!(
        "{} CREATE (:{} {{{}: gen_random_uuid(){values}}})",
        rels(table, pair),
        quote(archive),
        quote(REL)
    )
}

/// Renders the MATCH clauses for the rels of an archive, as `x`, and the nodes of both ends, as `a`
/// and `b`.
fn ends_of(
    archive: &str,
    pair: &(String, String),
    ends: &[(String, ValueSource); 2],
    condition: Option<String>,
) -> String {
    let node = |name: &str, table: &str, (key, value): &(String, ValueSource)| {
        format!(
            " MATCH ({name}:{}) WHERE {name}.{} = {}",
            quote(table),
            quote(key),
            value.render_or_prior("x")
        )
    };
    format!(
        "MATCH (x:{}){}{}{}",
        quote(archive),
        matched(condition),
        node("a", &pair.0, &ends[0]),
        node("b", &pair.1, &ends[1])
    )
}

/// Renders the query that counts the rels of an archive whose ends both exist.
pub(in crate::plan) fn count_restorable(
    archive: &str,
    pair: &(String, String),
    ends: &[(String, ValueSource); 2],
) -> String {
    let nodes = ends_of(archive, pair, ends, None);
    format!("{nodes} RETURN count(DISTINCT x.{})", quote(REL))
}

/// Renders the query that counts the rels of an archive of which an end does not exist.
pub(in crate::plan) fn count_unrestorable(
    archive: &str,
    pair: &(String, String),
    ends: &[(String, ValueSource); 2],
) -> String {
    let node = |name: &str, table: &str, (key, value): &(String, ValueSource)| {
        format!(
            " OPTIONAL MATCH ({name}:{}) WHERE {name}.{} = {}",
            quote(table),
            quote(key),
            value.render_or_prior("x")
        )
    };
    format!(
        "MATCH (x:{}){}{} WITH x, a, b WHERE a.{} IS NULL OR b.{} IS NULL \
         RETURN count(DISTINCT x.{})",
        quote(archive),
        node("a", &pair.0, &ends[0]),
        node("b", &pair.1, &ends[1]),
        quote(&ends[0].0),
        quote(&ends[1].0),
        quote(REL)
    )
}

/// Renders the creation of rels from the table that keeps them.
pub(super) fn restore_rels(
    archive: &str,
    table: &str,
    pair: &(String, String),
    ends: &[(String, ValueSource); 2],
    columns: &[(String, ValueSource)],
) -> Vec<String> {
    let statement = |(condition, values)| {
        let condition = with_offset_range(columns, condition);
        let nodes = ends_of(archive, pair, ends, condition);
        let properties = property_map(columns, values);
        format!("{nodes} CREATE (a)-[:{}{properties}]->(b)", quote(table))
    };
    let values = values(columns);
    branches("x", &values).into_iter().map(statement).collect()
}
