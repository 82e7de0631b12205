//! Creation of an index.
//!
//! The engine creates a vector index in one transaction of its own, and a full-text index in a
//! dozen statements that each commit. A crash, or a concurrent reader, leaves the tables of the
//! first ones, and every later attempt fails on them. So they are dropped first.

use kuzu_ddl_core::plan::{INTERNAL_INDEX_PREFIX, Operation, index_internal_tables};
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::schema::{Index, IndexKind, NameKey};

use super::super::planning::inputs::PreparedMigration;
use crate::engine::{Engine, EngineError, EngineErrorKind, Session};
use crate::error::Error;
use crate::inspect::{InspectScope, inspect, tables};

/// Creates the index with `cypher`, unless it exists, and writes a checkpoint: an index that is
/// committed and not checkpointed is lost with its process (bug B28), and next to an open
/// transaction the engine leaves it in that state. The connection is used for nothing else: it may
/// be left inside a transaction.
pub(super) fn create(
    engine: &dyn Engine,
    table: &str,
    index: &Index,
    cypher: &[String],
) -> Result<(), Error> {
    let session = engine.session()?;
    if !exists(session.as_ref(), table, index)? {
        drop_leftovers(session.as_ref(), table, index)?;
        create_index(engine, table, index, cypher)?;
    }
    session.query("CHECKPOINT")?;
    Ok(())
}

fn create_index(
    engine: &dyn Engine,
    table: &str,
    index: &Index,
    cypher: &[String],
) -> Result<(), Error> {
    let session = engine.session()?;
    let result = cypher
        .iter()
        .try_for_each(|cypher| session.query(cypher).map(drop));
    drop(session);
    let session = engine.session()?;
    // The error may be that of the checkpoint alone, with the index already in use.
    if exists(session.as_ref(), table, index)? {
        return Ok(());
    }
    // This is best effort; the next start repeats it.
    let _ = drop_leftovers(session.as_ref(), table, index);
    Err(result.err().unwrap_or_else(|| {
        EngineError::new(
            EngineErrorKind::Other,
            "the engine reported no error, but created no index",
            cypher.first().cloned().unwrap_or_default(),
        )
    }))?
}

fn exists(session: &dyn Session, table: &str, index: &Index) -> Result<bool, Error> {
    let key = NameKey::new(table);
    let only = [key.clone()].into();
    let found = inspect(session, InspectScope::Only(&only))?;
    let live = found.schema.tables.get(&key);
    let live = live.and_then(|table| table.indexes.get(&NameKey::new(&index.name)));
    Ok(live.is_some_and(|live| live.is_equivalent_to(index)))
}

/// Drops the remains of an earlier attempt.
fn drop_leftovers(session: &dyn Session, table: &str, index: &Index) -> Result<(), Error> {
    let key = NameKey::new(table);
    let Some(id) = tables(session)?
        .into_iter()
        .find(|table| NameKey::new(&table.name) == key)
        .map(|table| table.id)
    else {
        return Ok(());
    };
    session.query(&format!("CALL {INTERNAL_INDEX_PREFIX} = true"))?;
    let mut leftovers = index_internal_tables(&index.name, &index.kind, id);
    if index.kind == IndexKind::FullText {
        leftovers.push(format!("{id}_{}_appears_info", index.name));
        leftovers.push(format!("{id}_{}_stopwords", index.name));
        // A table of stop words that was created and not filled would pass for a complete one.
        let query = "CALL show_indexes() WHERE index_type = 'FTS' RETURN count(*)";
        let used = session.query(query)?;
        if used.first().and_then(|row| row.first()?.int()) == Some(0) {
            leftovers.push("default_english_stopwords".to_owned());
        }
    }
    for table in leftovers {
        session.query(&format!("DROP TABLE IF EXISTS {}", quote(&table)))?;
    }
    session.query(&format!("CALL {INTERNAL_INDEX_PREFIX} = false"))?;
    Ok(())
}

/// Returns the number of node tables of the new and existing full-text indexes if the plan adds
/// any, because no catalog call lists them. A full-text index has two, a third during its creation,
/// and one that all share.
pub(in crate::migrate) fn node_table_count(prepared: &PreparedMigration) -> usize {
    let steps = prepared.plan.steps.iter();
    let new = steps.filter(|step| {
        matches!(&step.operation, Operation::CreateIndex { index, .. } if index.kind == IndexKind::FullText)
    });
    let live = prepared
        .found
        .schema
        .tables
        .values()
        .flat_map(|t| t.indexes.values());
    let live = live
        .filter(|index| index.kind == IndexKind::FullText)
        .count();
    match new.count() {
        0 => 0,
        new => 2 * (new + live) + 2,
    }
}
