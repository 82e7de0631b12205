//! State of a database that peers synchronise.

use std::collections::BTreeMap;

use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{Fold, HoldReason};

use crate::engine::{Engine, Session};
use crate::error::Error;
use crate::ledger;
use crate::ledger::LedgerContents;

/// Everything that a database knows of its space.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::migrate::sync_state;
/// Migrator::new(&db).declared(declared).migrate()?;
/// let state = sync_state(&db)?;
/// assert_eq!(state.events_in_order().len(), 1);
/// assert!(state.pending.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct SyncState {
    /// Fold of all events, applied and pending.
    pub fold: Fold,
    /// Checkpoint from which the history starts, if any. The events that it retains are among the
    /// applied ones.
    pub checkpoint: Option<Fold>,
    /// Events that are applied to this database.
    pub applied: BTreeMap<EventId, DdlEvent>,
    /// Events that are received and not applied.
    pub pending: BTreeMap<EventId, DdlEvent>,
}

impl SyncState {
    fn from_contents(contents: LedgerContents) -> Self {
        let mut fold = contents.fold();
        fold.extend(contents.inbox.values().cloned());
        Self {
            fold,
            checkpoint: contents.checkpoint,
            applied: contents.events,
            pending: contents.inbox,
        }
    }

    /// Returns the events whose dependencies are all known, each after its dependencies: the events
    /// to send to peers.
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

    /// Iterates over all events, applied and pending.
    pub fn events(&self) -> impl Iterator<Item = &DdlEvent> {
        self.applied.values().chain(self.pending.values())
    }
}

/// Returns what a database knows of its space. The result is empty for a database without a ledger.
///
/// # Errors
/// [`Error::Engine`] if a query fails, and [`Error::CorruptLedger`] if rows of the ledger cannot be
/// read.
///
/// # Examples
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::{Migrator, sync_state};
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// Migrator::new(&db).declared(declared).migrate()?;
/// assert_eq!(sync_state(&db)?.events_in_order().len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
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
