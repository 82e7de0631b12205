//! Recognition of a no-op start.

use std::time::Instant;

use super::planning::catalog_hash;
use super::{DriftPolicy, Migrator, Report, StartupCheck, UndeclaredPolicy};
use crate::engine::Session;
use crate::error::Error;
use crate::inspect::InspectScope;
use crate::ledger::FingerprintedDeclaration;
use crate::{inspect, ledger};

impl Migrator<'_> {
    /// Recognises a no-op start: one look-up in the ledger, and a check of the catalog as thorough
    /// as [`StartupCheck`] requires.
    pub(super) fn check_up_to_date(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        start: Instant,
    ) -> Result<Option<Report>, Error> {
        if !self.restore.is_empty()
            || !self.recreate.is_empty()
            || !self.purge.is_empty()
            || self.reapply_rolled_back
            || self.retry_set_aside
            || self.undeclared_policy != UndeclaredPolicy::Keep
            || matches!(self.drift_policy, DriftPolicy::Adopt | DriftPolicy::Repair)
        {
            return Ok(None);
        }
        let state = match ledger::read_state(session)? {
            None => return Ok(None),
            Some(Err(corrupt_row)) => return Err(Error::CorruptLedger(vec![corrupt_row])),
            Some(Ok(state)) => state,
        };
        if !state.verified_declarations.contains(&declared.id)
            || !state.local.deferred.is_empty()
            || state.has_pending_events()
        {
            return Ok(None);
        }
        if self.startup_check != StartupCheck::LedgerOnly {
            if !inspect::dangling_indexes(session)?.is_empty() {
                return Ok(None);
            }
            let tables = inspect::tables(session)?;
            if catalog_hash::table_list_hash(&tables) != state.table_list_hash {
                return Ok(None);
            }
            if self.startup_check.is_full(tables.len())
                && catalog_hash::snapshot_hash(&inspect::inspect(session, InspectScope::All)?)
                    != state.catalog_hash
            {
                return Ok(None);
            }
        }
        let conflicts = match state.has_conflicts {
            true => ledger::read(session)?.fold().conflict_reports(),
            false => Vec::new(),
        };
        Ok(Some(Report {
            steps: Vec::new(),
            events: Vec::new(),
            notes: Vec::new(),
            schema: state.schema,
            frontier: state.frontier,
            conflicts,
            held_events: Vec::new(),
            held_count: state.held_count,
            received: None,
            backup: None,
            step_durations: Vec::new(),
            deferred: Vec::new(),
            elapsed: start.elapsed(),
        }))
    }
}
