//! TODO-DOC migrate::receive::sync_state

use std::collections::BTreeMap;

use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{Fold, HoldReason};

use crate::engine::{Engine, Session};
use crate::error::Error;
use crate::ledger;
use crate::ledger::LedgerContents;

/// Everything that a database knows of its space.
#[derive(Clone, Debug, Default)]
pub struct SyncState {
    /// What all events say together, those that wait among them.
    pub fold: Fold,
    /// What the history begins with, if it is a checkpoint; the events that it kept are among those carried out.
    pub checkpoint: Option<Fold>,
    /// The events that are carried out here.
    pub applied: BTreeMap<EventId, DdlEvent>,
    /// The events that wait.
    pub waiting: BTreeMap<EventId, DdlEvent>,
}

impl SyncState {
    fn from_contents(contents: LedgerContents) -> Self {
        let mut fold = contents.fold();
        let waiting = contents.inbox.values().cloned();
        fold.extend(waiting);
        Self {
            fold,
            checkpoint: contents.checkpoint,
            applied: contents.events,
            waiting: contents.inbox,
        }
    }

    /// All events that wait for no other, each after what it depends on: for peers.
    #[must_use]
    pub fn events_in_order(&self) -> Vec<DdlEvent> {
        let mut events: Vec<&DdlEvent> = self.events().collect();
        let held = self.fold.held_events();
        events.retain(|event| {
            !matches!(
                held.get(&event.id()),
                Some(HoldReason::MissingDependency(_))
            )
        });
        events.sort_by_key(|event| self.fold.rank_of(event.id()));
        events.into_iter().cloned().collect()
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &DdlEvent> {
        self.applied.values().chain(self.waiting.values())
    }
}

/// Reads what a database knows of its space. A database without a ledger knows nothing.
///
/// # Errors
/// What the engine says, and rows of the ledger that cannot be read.
pub fn sync_state(db: &dyn Engine) -> Result<SyncState, Error> {
    let session = db.session()?;
    Ok(SyncState::from_contents(read_ledger(session.as_ref())?))
}

pub(in crate::migrate) fn read_ledger(session: &dyn Session) -> Result<LedgerContents, Error> {
    let contents = ledger::read(session)?;
    if contents.corrupt.is_empty() {
        Ok(contents)
    } else {
        Err(Error::CorruptLedger(contents.corrupt))
    }
}
