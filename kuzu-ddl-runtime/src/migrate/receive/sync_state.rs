//! TODO-DOC migrate::receive::sync_state

use std::collections::BTreeMap;

use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{Fold, Held};

use crate::engine::{Engine, Session};
use crate::error::Error;
use crate::ledger;
use crate::ledger::Contents;

/// Everything that a database knows of its space.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// What all events say together, those that wait among them.
    pub fold: Fold,
    /// What the history begins with, if it is a checkpoint; the events that it kept are among those carried out.
    pub base: Option<Fold>,
    /// The events that are carried out here.
    pub applied: BTreeMap<EventId, DdlEvent>,
    /// The events that wait.
    pub waiting: BTreeMap<EventId, DdlEvent>,
}

impl Agreed {
    fn of(contents: Contents) -> Self {
        let mut fold = contents.fold();
        let waiting = contents.inbox.values().cloned();
        fold.extend(waiting);
        Self {
            fold,
            base: contents.base,
            applied: contents.events,
            waiting: contents.inbox,
        }
    }

    /// All events that wait for no other, each after what it depends on: for peers.
    #[must_use]
    pub fn in_order(&self) -> Vec<DdlEvent> {
        let mut events: Vec<&DdlEvent> = self.events().collect();
        let held = self.fold.held();
        events.retain(|event| !matches!(held.get(&event.id()), Some(Held::Missing(_))));
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
pub fn agreed(db: &dyn Engine) -> Result<Agreed, Error> {
    let session = db.session()?;
    Ok(Agreed::of(read(session.as_ref())?))
}

pub(in crate::migrate) fn read(session: &dyn Session) -> Result<Contents, Error> {
    let contents = ledger::read(session)?;
    if contents.bad.is_empty() {
        Ok(contents)
    } else {
        Err(Error::Ledger(contents.bad))
    }
}
