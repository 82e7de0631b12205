//! Checkpoints that are owed.
//!
//! A rolled-back `ALTER TABLE … ADD` leaves its column in memory, and the next ADD reads that
//! column's bytes. A rolled-back CREATE of a table, or ADD of a pair, has used up table ids that a
//! replay of the log gives out again: the next table's rows are logged under an id that no replay
//! makes, and after a kill the file can never be opened. A CHECKPOINT clears the bytes, and writes the
//! next free id if the catalog has changed; but it cannot run beside other transactions. Where it
//! could not, the debt is remembered for the life of the process (a restart clears it too). In memory
//! there are neither logs nor checkpoints: a database with a column left over can never be changed
//! again, and ids are no matter.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use kuzu_ddl_core::value::Value;

use super::Session;
use super::database_info::is_in_memory;
use super::error::{EngineError, EngineErrorKind};

static OWED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn with_owed<T>(f: impl FnOnce(&mut BTreeSet<usize>) -> T) -> T {
    f(&mut OWED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether the database behind `session` owes a CHECKPOINT.
#[must_use]
pub fn needs_checkpoint(session: &dyn Session) -> bool {
    with_owed(|owed| owed.contains(&session.instance_id()))
}

/// Pays what is owed. To be called before any change, outside a transaction.
///
/// # Errors
/// [`EngineErrorKind::CheckpointOwed`] while other transactions are open: nothing may be changed
/// until this succeeds or the process restarts.
pub fn checkpoint_if_needed(session: &dyn Session) -> Result<(), EngineError> {
    if !needs_checkpoint(session) {
        return Ok(());
    }
    if !is_in_memory(session).map_err(owed)? {
        return checkpoint(session);
    }
    if is_spoiled(session).map_err(owed)? {
        return Err(spoiled());
    }
    // The debt was that of a database which had the same address before.
    forget(session);
    Ok(())
}

/// What a roll-back leaves behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum RollbackResidue {
    /// Table ids that are used up.
    Ids,
    /// A column; perhaps ids, too.
    Column,
}

/// Pays at once what a roll-back has just left behind.
pub(super) fn run_checkpoint(
    session: &dyn Session,
    left: RollbackResidue,
) -> Result<(), EngineError> {
    mark_checkpoint_needed(session);
    if !is_in_memory(session).map_err(owed)? {
        return checkpoint(session);
    }
    if left == RollbackResidue::Ids {
        forget(session);
        return Ok(());
    }
    session
        .query(&format!("CREATE SEQUENCE IF NOT EXISTS `{SPOILED}`"))
        .map_err(owed)?;
    Err(spoiled())
}

/// Notes the debt: nothing of ours is changed any more before a CHECKPOINT has succeeded.
pub(crate) fn mark_checkpoint_needed(session: &dyn Session) {
    with_owed(|owed| owed.insert(session.instance_id()));
}

fn forget(session: &dyn Session) {
    with_owed(|owed| owed.remove(&session.instance_id()));
}

/// The debt stands until the CHECKPOINT has succeeded. The catalog is written only if something in
/// it has changed since the last time, so something is: and not in a transaction, whose BEGIN might
/// fail and leave the connection unusable.
fn checkpoint(session: &dyn Session) -> Result<(), EngineError> {
    for statement in [
        format!("CREATE SEQUENCE IF NOT EXISTS `{CHANGE}`"),
        format!("DROP SEQUENCE `{CHANGE}`"),
        "CHECKPOINT".to_owned(),
    ] {
        session.query(&statement).map_err(owed)?;
    }
    forget(session);
    Ok(())
}

/// A sequence that is there for a moment.
const CHANGE: &str = "_kuzu_ddl_checkpoint";

fn owed(e: EngineError) -> EngineError {
    e.with_kind(EngineErrorKind::CheckpointRequired)
}

/// A mark inside an in-memory database. It goes where the database goes; an address does not.
const SPOILED: &str = "_kuzu_ddl_spoiled";

fn is_spoiled(session: &dyn Session) -> Result<bool, EngineError> {
    let rows = session.query("CALL show_sequences() RETURN name")?;
    Ok(rows
        .iter()
        .any(|row| row.first().and_then(Value::text) == Some(SPOILED)))
}

fn spoiled() -> EngineError {
    EngineError::new(
        EngineErrorKind::CheckpointRequired,
        "a change of an in-memory database was rolled back, and the engine cannot clear what is \
         left of it; begin with a new database",
        "",
    )
}
