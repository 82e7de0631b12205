//! Pairs that are to be dropped and have no rels: they need no archive.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::event::ObjectKind;
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::schema::{NameKey, Pair, TableKind};

use crate::engine::{EngineError, Session};

/// Returns the pairs without rels among those that `before` has and `after` does not.
pub(in crate::migrate) fn empty_pairs(
    session: &dyn Session,
    found: &CatalogSnapshot,
    (before, after): (&Fold, &Fold),
) -> Result<BTreeSet<(NameKey, Pair)>, EngineError> {
    let tables = after
        .objects()
        .filter(|object| object.kind() == ObjectKind::EdgeTable);
    let dropped = tables.flat_map(|table| {
        let stays = after.physical_pairs(table.id);
        let mut pairs = before.physical_pairs(table.id);
        pairs.retain(|pair| !stays.iter().any(|other| other.id == pair.id));
        pairs
    });
    let mut empty = BTreeSet::new();
    for pair in dropped {
        let table = pair.parent.and_then(|table| before.object(table));
        let named = table.zip(before.object(pair.id)).and_then(|(table, pair)| {
            let key = NameKey::new(&before.database_name(table));
            Some((key, before.pair(pair)?))
        });
        let Some((key, pair)) = named else {
            continue;
        };
        let live = |key: &NameKey| found.schema.tables.get(key);
        let (Some(table), Some(from), Some(to)) = (live(&key), live(&pair.from), live(&pair.to))
        else {
            continue;
        };
        let exists = matches!(&table.kind, TableKind::Edge { pairs, .. } if pairs.contains(&pair));
        if exists && !has_rels(session, [&from.name, &table.name, &to.name])? {
            empty.insert((key, pair));
        }
    }
    Ok(empty)
}

/// Returns whether a rel table has rels from one node table to another.
pub(in crate::migrate) fn has_rels(
    session: &dyn Session,
    [from, table, to]: [&str; 3],
) -> Result<bool, EngineError> {
    let (from, table, to) = (quote(from), quote(table), quote(to));
    let query = format!("MATCH (:{from})-[r:{table}]->(:{to}) RETURN 1 LIMIT 1");
    Ok(!session.query(&query)?.is_empty())
}
