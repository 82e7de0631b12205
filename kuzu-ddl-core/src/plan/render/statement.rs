//! Cypher of indexes and sequences.

use crate::schema::name::{quote, string_literal};
use crate::schema::{Index, IndexKind, OptionValue, Sequence};

/// Returns the MATCH clause for the rows of a table, as `x`.
fn match_rows(table: &str, node: bool) -> String {
    if node {
        format!("MATCH (x:{})", quote(table))
    } else {
        format!("MATCH ()-[x:{}]->()", quote(table))
    }
}

/// Returns the query that counts the rows of a table.
pub(in crate::plan) fn count_rows(table: &str, node: bool) -> String {
    format!("{} RETURN count(*)", match_rows(table, node))
}

/// Returns the query that counts the rels from one node table to another.
pub(in crate::plan) fn count_rels(table: &str, (from, to): (&str, &str)) -> String {
    let (from, table, to) = (quote(from), quote(table), quote(to));
    format!("MATCH (:{from})-[r:{table}]->(:{to}) RETURN count(*)")
}

/// Returns the query that counts the rows of a table whose column is NULL.
#[must_use]
pub fn count_nulls(table: &str, node: bool, column: &str) -> String {
    let (rows, column) = (match_rows(table, node), quote(column));
    format!("{rows} WHERE x.{column} IS NULL RETURN count(*)")
}

/// Returns the query that counts the rows of a table whose column has a value.
pub(in crate::plan) fn count_values(table: &str, node: bool, column: &str) -> String {
    let (rows, column) = (match_rows(table, node), quote(column));
    format!("{rows} WHERE x.{column} IS NOT NULL RETURN count(*)")
}

/// Renders the call that creates an index. Numbers are validated where they enter; all else is
/// quoted.
pub(in crate::plan) fn create_index(table: &str, columns: &[String], index: &Index) -> String {
    let texts = |names: &[String]| -> String {
        let quoted: Vec<String> = names.iter().map(|name| string_literal(name)).collect();
        quoted.join(", ")
    };
    let (call, columns) = match index.kind {
        IndexKind::FullText => ("CREATE_FTS_INDEX", format!("[{}]", texts(columns))),
        _ => ("CREATE_VECTOR_INDEX", texts(columns)),
    };
    let mut parts = vec![string_literal(table), string_literal(&index.name), columns];
    for (name, value) in index.resolved_options() {
        let known = index
            .kind
            .options()
            .iter()
            .find(|option| option.name == name);
        let value = match known.map(|option| option.value) {
            Some(OptionValue::Int(..) | OptionValue::Float(..) | OptionValue::Bool) => value,
            _ => string_literal(&value),
        };
        parts.push(format!("{name} := {value}"));
    }
    format!("CALL {call}({})", parts.join(", "))
}

/// Renders the engine's own call that drops an index, where it leaves the table intact.
pub(in crate::plan) fn drop_index_alone(table: &str, index: &str, kind: &IndexKind) -> String {
    let call = match kind {
        IndexKind::FullText => "DROP_FTS_INDEX",
        _ => "DROP_VECTOR_INDEX",
    };
    let (table, index) = (string_literal(table), string_literal(index));
    format!("CALL {call}({table}, {index})")
}

/// Renders the statements that drop an index within a transaction that also drops its table, or a
/// dangling index that is only a name.
///
/// The engine's own calls either run outside transactions (full-text) or leave the table broken
/// (vector); the functions they consist of are accessible while the connection sees the engine's
/// internal tables. The setting is switched off at once, because it makes every new table an
/// internal one.
pub fn drop_index_statement(table: &str, index: &str, kind: &IndexKind, id: u64) -> Vec<String> {
    let mut statements = vec![
        format!("CALL {INTERNAL_INDEX_PREFIX} = true"),
        format!(
            "CALL _DROP_HNSW_INDEX({}, {})",
            string_literal(table),
            string_literal(index)
        ),
    ];
    let own = index_internal_tables(index, kind, id);
    statements.extend(
        own.iter()
            .map(|table| format!("DROP TABLE {}", quote(table))),
    );
    statements.push(format!("CALL {INTERNAL_INDEX_PREFIX} = false"));
    statements
}

/// Setting that lets a connection see internal tables.
pub const INTERNAL_INDEX_PREFIX: &str = "enable_internal_catalog";

/// Returns the internal tables of an index, rel tables first.
pub fn index_internal_tables(index: &str, kind: &IndexKind, id: u64) -> Vec<String> {
    match kind {
        IndexKind::FullText => ["appears_in", "docs", "terms"]
            .map(|part| format!("{id}_{index}_{part}"))
            .into(),
        _ => ["UPPER", "LOWER"]
            .map(|part| format!("_{id}_{index}_{part}"))
            .into(),
    }
}

/// Renders a sequence as the engine creates one for a SERIAL, except for its start.
pub fn create_serial_sequence_statement(name: &str, start: &str) -> String {
    format!(
        "CREATE SEQUENCE {} START {start} INCREMENT 1 MINVALUE 0 MAXVALUE {} NO CYCLE",
        quote(name),
        i64::MAX
    )
}

/// Renders the creation of a declared sequence.
pub(in crate::plan) fn create_sequence(sequence: &Sequence) -> String {
    let Sequence {
        name,
        start,
        increment,
        min,
        max,
        cycle,
    } = sequence;
    let cycle = if *cycle { "CYCLE" } else { "NO CYCLE" };
    format!(
        "CREATE SEQUENCE {} START {start} INCREMENT {increment} MINVALUE {min} MAXVALUE {max} {cycle}",
        quote(name)
    )
}
