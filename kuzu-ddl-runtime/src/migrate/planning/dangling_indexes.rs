//! Indexes that a killed process left as a name.
//!
//! The engine commits a new index and then writes a checkpoint, and what is committed is in the log only as
//! an entry of the catalog. Killed between the two, the database opens, all its rows are there, and
//! the index is in the catalog alone. The next checkpoint, be it that of closing, makes a file of this that
//! the engine refuses to open (bug B28). So before anything else the entry goes, with the inner tables
//! of the index; the plan then finds that the index is missing. All this is in the log behind the
//! entry, so that a crash while it is done, or while the index is made again, ends here once more.

use std::time::Duration;

use kuzu_ddl_core::plan::drop_index_statement;
use kuzu_ddl_core::schema::NameKey;

use crate::engine::{
    Engine, EngineErrorKind, Session, Transaction, checkpoint_if_needed, mark_checkpoint_needed,
};
use crate::error::Error;
use crate::inspect::{DanglingIndex, dangling_indexes, tables};
use crate::write_lock::with_writer;

/// Clears away what is only a name, whoever made it.
pub(in crate::migrate) fn clear(engine: &dyn Engine, wait: Duration) -> Result<(), Error> {
    let session = engine.session()?;
    let names = dangling_indexes(session.as_ref())?;
    if names.is_empty() {
        return Ok(());
    }
    for DanglingIndex { table, index, .. } in &names {
        tracing::warn!(%table, %index, "an index was left unfinished; it is cleared away");
    }
    match with_writer(engine, wait, |tx| forget(tx, &names)) {
        // Nobody writes a checkpoint of it then.
        Err(Error::Engine(e)) if e.kind == EngineErrorKind::ReadOnly => return Ok(()),
        Err(Error::Engine(e)) if e.kind == EngineErrorKind::OutcomeUnknown => {
            let session = engine.session()?;
            if !dangling_indexes(session.as_ref())?.is_empty() {
                return Err(e.into());
            }
        }
        forgotten => forgotten?,
    }
    // A checkpoint may have been written before this.
    mark_checkpoint_needed(session.as_ref());
    Ok(checkpoint_if_needed(session.as_ref())?)
}

fn forget(tx: Transaction<'_>, names: &[DanglingIndex]) -> Result<(), Error> {
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
