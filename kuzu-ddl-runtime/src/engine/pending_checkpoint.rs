//! Checkpoints that are required after a rollback.
//!
//! A rolled-back `ALTER TABLE … ADD` leaves its column in memory, and the next ADD reads the bytes
//! of that column. A rolled-back CREATE of a table, or ADD of a pair, has used table ids that a
//! replay of the log assigns again: the rows of the next table are logged under an id that no
//! replay creates, and after a kill the file can never be opened. A CHECKPOINT clears the bytes,
//! and writes the next unused id if the catalog has changed, but it cannot run during other
//! transactions. If it could not run, the requirement is stored for the life of the process (a
//! restart clears the residue, too). In-memory databases have neither logs nor checkpoints: one
//! with a residual column can never be changed again, and table ids do not matter.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use kuzu_ddl_core::value::Value;

use super::Session;
use super::database_info::is_in_memory;
use super::error::{EngineError, EngineErrorKind};

static REQUIRED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn with_required<T>(f: impl FnOnce(&mut BTreeSet<usize>) -> T) -> T {
    f(&mut REQUIRED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Returns whether the database of `session` requires a CHECKPOINT.
#[must_use]
pub fn needs_checkpoint(session: &dyn Session) -> bool {
    with_required(|required| required.contains(&session.instance_id()))
}

/// Runs the CHECKPOINT if one is required. Must be called before any change, outside a transaction.
///
/// # Errors
/// [`EngineErrorKind::CheckpointRequired`] while other transactions are open: nothing may be
/// changed until a call succeeds or the process restarts.
pub fn checkpoint_if_needed(session: &dyn Session) -> Result<(), EngineError> {
    if !needs_checkpoint(session) {
        return Ok(());
    }
    if !is_in_memory(session).map_err(as_required)? {
        return checkpoint(session);
    }
    if has_residue(session).map_err(as_required)? {
        return Err(unusable());
    }
    // The requirement was that of a former database with the same address.
    forget(session);
    Ok(())
}

/// Residue of a rollback.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RollbackResidue {
    /// Table ids that are used.
    Ids,
    /// A column, and possibly ids.
    Column,
}

/// Runs the CHECKPOINT that a rollback has just made necessary.
pub(super) fn run_checkpoint(
    session: &dyn Session,
    residue: RollbackResidue,
) -> Result<(), EngineError> {
    mark_checkpoint_needed(session);
    if !is_in_memory(session).map_err(as_required)? {
        return checkpoint(session);
    }
    if residue == RollbackResidue::Ids {
        forget(session);
        return Ok(());
    }
    session
        .query(&format!("CREATE SEQUENCE IF NOT EXISTS `{RESIDUE}`"))
        .map_err(as_required)?;
    Err(unusable())
}

/// Records that a CHECKPOINT is required: until one succeeds, this crate changes nothing.
pub(crate) fn mark_checkpoint_needed(session: &dyn Session) {
    with_required(|required| required.insert(session.instance_id()));
}

fn forget(session: &dyn Session) {
    with_required(|required| required.remove(&session.instance_id()));
}

/// The requirement stays until the CHECKPOINT has succeeded. The engine writes the catalog only if
/// it has changed since the last CHECKPOINT, so a sequence is created and dropped: outside a
/// transaction, whose BEGIN might fail and leave the connection unusable.
fn checkpoint(session: &dyn Session) -> Result<(), EngineError> {
    for statement in [
        format!("CREATE SEQUENCE IF NOT EXISTS `{CHANGE}`"),
        format!("DROP SEQUENCE `{CHANGE}`"),
        "CHECKPOINT".to_owned(),
    ] {
        session.query(&statement).map_err(as_required)?;
    }
    forget(session);
    Ok(())
}

/// A sequence that exists only for a moment.
const CHANGE: &str = "_kuzu_ddl_checkpoint";

fn as_required(e: EngineError) -> EngineError {
    e.with_kind(EngineErrorKind::CheckpointRequired)
}

/// A mark inside an in-memory database. It moves with the database; an address does not.
const RESIDUE: &str = "_kuzu_ddl_spoiled";

fn has_residue(session: &dyn Session) -> Result<bool, EngineError> {
    let rows = session.query("CALL show_sequences() RETURN name")?;
    Ok(rows
        .iter()
        .any(|row| row.first().and_then(Value::text) == Some(RESIDUE)))
}

fn unusable() -> EngineError {
    EngineError::new(
        EngineErrorKind::CheckpointRequired,
        "a change of an in-memory database was rolled back, and the engine cannot clear its \
         residue\n\
         help: start with a new database",
        "",
    )
}
