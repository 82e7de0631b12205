//! Checkpoints that are owed.
//!
//! A rolled-back `ALTER TABLE … ADD` leaves its column in memory, and the next ADD reads that
//! column's bytes. A CHECKPOINT clears them, but cannot run beside other transactions. Where it
//! could not, the debt is remembered for the life of the process (a restart clears it too). In memory
//! there are no checkpoints, so such a database can never be changed again.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use super::{Cell, EngineError, EngineErrorKind, Session, is_in_memory};

static OWED: Mutex<BTreeSet<usize>> = Mutex::new(BTreeSet::new());

fn with_owed<T>(f: impl FnOnce(&mut BTreeSet<usize>) -> T) -> T {
    f(&mut OWED.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Whether the database behind `session` owes a CHECKPOINT.
#[must_use]
pub fn owes_checkpoint(session: &dyn Session) -> bool {
    with_owed(|owed| owed.contains(&session.handle()))
}

/// Pays what is owed. To be called before any change, outside a transaction.
///
/// # Errors
/// [`EngineErrorKind::CheckpointOwed`] while other transactions are open: nothing may be changed
/// until this succeeds or the process restarts.
pub fn settle(session: &dyn Session) -> Result<(), EngineError> {
    if !owes_checkpoint(session) {
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

/// Pays at once what a roll-back has just left behind.
pub(super) fn pay(session: &dyn Session) -> Result<(), EngineError> {
    owe(session);
    if !is_in_memory(session).map_err(owed)? {
        return checkpoint(session);
    }
    session
        .query(&format!("CREATE SEQUENCE IF NOT EXISTS `{SPOILED}`"))
        .map_err(owed)?;
    Err(spoiled())
}

/// Notes the debt.
pub(super) fn owe(session: &dyn Session) {
    with_owed(|owed| owed.insert(session.handle()));
}

fn forget(session: &dyn Session) {
    with_owed(|owed| owed.remove(&session.handle()));
}

/// The debt stands until the CHECKPOINT has succeeded.
fn checkpoint(session: &dyn Session) -> Result<(), EngineError> {
    session.query("CHECKPOINT").map_err(owed)?;
    forget(session);
    Ok(())
}

fn owed(e: EngineError) -> EngineError {
    e.with_kind(EngineErrorKind::CheckpointOwed)
}

/// A mark inside an in-memory database. It goes where the database goes; an address does not.
const SPOILED: &str = "_kuzu_ddl_spoiled";

fn is_spoiled(session: &dyn Session) -> Result<bool, EngineError> {
    let rows = session.query("CALL show_sequences() RETURN name")?;
    Ok(rows
        .iter()
        .any(|row| row.first().and_then(Cell::text) == Some(SPOILED)))
}

fn spoiled() -> EngineError {
    EngineError::new(
        EngineErrorKind::CheckpointOwed,
        "a change of an in-memory database was rolled back, and the engine cannot clear what is \
         left of it; begin with a new database",
        "",
    )
}
