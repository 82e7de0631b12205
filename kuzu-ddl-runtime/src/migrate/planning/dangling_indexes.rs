//! Removal of dangling indexes: catalog entries without storage, which a killed process left.
//!
//! The engine commits a new index and then writes a checkpoint; until then the log holds only the
//! catalog entry. If the process is killed in between, the database opens with all its rows, and
//! the index exists in the catalog alone. The next checkpoint, including that of closing, turns
//! this into a file that the engine cannot open (bug B28). So the entry is dropped before anything
//! else, together with the internal tables of the index; the plan then finds that the index is
//! missing. These statements follow the entry in the log, so a crash during the removal, or while
//! the index is rebuilt, is handled by the same removal.

use std::time::Duration;

use kuzu_ddl_core::plan::drop_index_statement;
use kuzu_ddl_core::schema::NameKey;

use crate::engine::{
    Engine, EngineErrorKind, Session, Transaction, checkpoint_if_needed, mark_checkpoint_needed,
};
use crate::error::Error;
use crate::inspect::{DanglingIndex, dangling_indexes, tables};
use crate::write_lock::with_writer;

/// Drops all dangling indexes, including those that other programs left.
pub(in crate::migrate) fn drop_dangling_indexes(
    engine: &dyn Engine,
    wait: Duration,
) -> Result<(), Error> {
    let session = engine.session()?;
    let names = dangling_indexes(session.as_ref())?;
    if names.is_empty() {
        return Ok(());
    }
    for DanglingIndex { table, index, .. } in &names {
        tracing::warn!(%table, %index, "dropping a dangling index");
    }
    match with_writer(engine, wait, |tx| drop_entries(tx, &names)) {
        // A read-only database writes no checkpoint.
        Err(Error::Engine(e)) if e.kind == EngineErrorKind::ReadOnly => return Ok(()),
        Err(Error::Engine(e)) if e.kind == EngineErrorKind::OutcomeUnknown => {
            let session = engine.session()?;
            if !dangling_indexes(session.as_ref())?.is_empty() {
                return Err(e.into());
            }
        }
        result => result?,
    }
    // A checkpoint may have been written before this.
    mark_checkpoint_needed(session.as_ref());
    Ok(checkpoint_if_needed(session.as_ref())?)
}

fn drop_entries(tx: Transaction<'_>, names: &[DanglingIndex]) -> Result<(), Error> {
    let tables = tables(&tx)?;
    for name in names {
        let key = NameKey::new(&name.table);
        let Some(table) = tables.iter().find(|table| NameKey::new(&table.name) == key) else {
            continue;
        };
        for cypher in drop_index_statement(&table.name, &name.index, &name.kind, table.id) {
            tx.query(&cypher)?;
        }
    }
    Ok(tx.commit()?)
}
