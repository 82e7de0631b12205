//! Receives events of peers, through the same fold, plan, rehearsal and application as local
//! changes.
//!
//! An event that cannot be applied now waits in the ledger's inbox with its reason, without
//! affecting the shared state; each start and each delivery retries it. If one event of many fails,
//! the set is halved until the failing events are isolated, and the others are applied.

pub(in crate::migrate) mod batch;
pub(in crate::migrate) mod report;
pub(in crate::migrate) mod sync_state;

use std::collections::BTreeSet;
use std::time::Instant;

use batch::{ReceiveBatch, partition_valid};
use kuzu_ddl_core::diff::{IncompatibilityKind, check_compatibility};
use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{ChangeBuilder, Conflict, Fold};
use kuzu_ddl_core::plan::plan_hints;
use report::{PendingReason, ReceiveReport};
use sync_state::{read_ledger, sync_state};

use super::bootstrap::target_after;
use super::planning::dangling_indexes;
use super::planning::inputs::{PreparedMigration, plan_to};
use super::policy::ReceivePolicy;
use super::run::Request;
use super::{Migrator, fingerprint_declaration};
use crate::engine::Session;
use crate::error::Error;
use crate::ledger;
use crate::ledger::{
    FingerprintedDeclaration, LedgerContents, LedgerState, RowMap, encode_inbox, inbox_key,
};
use crate::write_lock::with_writer;

impl Migrator<'_> {
    /// Sets what happens to events of peers that change what this application declares. Default:
    /// [`ReceivePolicy::HoldBreaking`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, ReceivePolicy};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// # let events = Vec::new();
    /// let migrator = Migrator::new(&db).declared(declared).receive_policy(ReceivePolicy::Defer);
    /// let report = migrator.receive(events)?;
    /// # assert!(report.applied.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn receive_policy(mut self, policy: ReceivePolicy) -> Self {
        self.receive_policy = policy;
        self
    }

    /// Applies events of peers, in any order and with duplicates, and stores those that cannot be
    /// applied yet. No event is lost.
    ///
    /// # Errors
    /// Returns errors that are unrelated to the events: [`Error::Engine`],
    /// [`Error::CorruptLedger`], [`Error::LockTimeout`], and [`Error::DriftDetected`] if there is
    /// no ledger yet to store the events in. Whatever concerns single events is part of the
    /// [`ReceiveReport`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, sync_state};
    /// # let config = || SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let (db, peer) = (Database::in_memory(config())?, Database::in_memory(config())?);
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// Migrator::new(&peer).declared(declared.clone()).migrate()?;
    /// let events = sync_state(&peer)?.events_in_order();
    /// let report = Migrator::new(&db).declared(declared).receive(events)?;
    /// assert_eq!(report.applied.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "merge")]
    #[doc(alias = "replicate")]
    pub fn receive(
        mut self,
        events: impl IntoIterator<Item = DdlEvent>,
    ) -> Result<ReceiveReport, Error> {
        let _span = tracing::info_span!("receive").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        let starts = self.receive_policy != ReceivePolicy::Defer;
        self.deliver(&declared, events.into_iter().collect(), starts)
    }

    /// Resolves a conflict in favour of `keep`, which is one of [`Fold::resolutions`]. The resolution
    /// is an event: peers that receive it resolve the conflict in the same way.
    ///
    /// # Errors
    /// [`Error::UnknownConflict`] if there is no such conflict, or `keep` is none of its choices;
    /// otherwise as [`receive`](Self::receive).
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, sync_state};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// let fold = sync_state(&db)?.fold;
    /// for conflict in fold.conflicts() {
    ///     if let Some(keep) = fold.resolutions(&conflict).pop_last() {
    ///         Migrator::new(&db).declared(declared.clone()).resolve(&conflict, keep)?;
    ///     }
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "conflict")]
    pub fn resolve(mut self, conflict: &Conflict, keep: EventId) -> Result<ReceiveReport, Error> {
        let _span = tracing::info_span!("resolve").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        let mut draft = ChangeBuilder::new(sync_state(self.engine)?.fold);
        if !draft.resolve(conflict, keep) {
            return Err(Error::UnknownConflict);
        }
        let (_, events) = draft.finish();
        self.deliver(&declared, events, true)
    }

    /// Resolves a conflict about a name: the object that is kept under a suffixed name is renamed
    /// to `name`.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, sync_state};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// for conflict in sync_state(&db)?.fold.conflicts() {
    ///     let migrator = Migrator::new(&db).declared(declared.clone());
    ///     migrator.resolve_by_rename(&conflict, "email")?;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "conflict")]
    pub fn resolve_by_rename(
        mut self,
        conflict: &Conflict,
        name: &str,
    ) -> Result<ReceiveReport, Error> {
        let declared = fingerprint_declaration(self.declared.take())?;
        let mut draft = ChangeBuilder::new(sync_state(self.engine)?.fold);
        draft.rename(conflict.object, name);
        let (_, events) = draft.finish();
        if events.is_empty() {
            return Err(Error::UnknownConflict);
        }
        self.deliver(&declared, events, true)
    }

    /// Applies new and waiting events, as far as possible.
    pub(super) fn deliver(
        &mut self,
        declared: &FingerprintedDeclaration,
        events: Vec<DdlEvent>,
        starts: bool,
    ) -> Result<ReceiveReport, Error> {
        let start = Instant::now();
        dangling_indexes::drop_dangling_indexes(self.engine, self.lock_timeout)?;
        let contents = read_ledger(self.engine.session()?.as_ref())?;
        let mut all = contents.inbox.clone();
        let (valid, malformed) = partition_valid(events);
        let new = valid.into_iter().map(|event| (event.id(), event));
        let mut fold = contents.fold();
        all.extend(new.filter(|(id, _)| !fold.contains(*id)));
        fold.extend(all.values().cloned());
        let held = fold.held_events();
        let mut delivery = ReceiveBatch {
            fold,
            applied: contents.events.keys().copied().collect(),
            received: ReceiveReport::default(),
            pending: BTreeSet::new(),
            all,
        };
        for (id, reason) in held {
            delivery.hold(id, PendingReason::Held(reason));
        }
        let units = delivery.atomic_units();
        if starts {
            match self.apply_batch(declared, &units, &mut delivery, start) {
                Err(Error::DriftDetected(rows)) => delivery.hold_for_drift(&units, rows),
                result => result?,
            }
        } else {
            for id in units.into_iter().flatten() {
                delivery.hold(id, PendingReason::Deferred);
            }
        }
        self.store_in_inbox(declared, &contents, &delivery, start)?;
        let mut received = delivery.received;
        let rejected = delivery.fold.rejected_events().iter();
        let rejected_here = rejected
            .filter(|(id, _)| delivery.all.contains_key(id) && delivery.applied.contains(id));
        received.rejected = rejected_here
            .map(|(id, reason)| (*id, reason.clone()))
            .collect();
        received.rejected.extend(malformed);
        received.conflicts = delivery.fold.conflict_reports();
        received.schema = Some(delivery.fold.schema().fingerprint());
        received.took = start.elapsed();
        Ok(received)
    }

    /// Applies a part of the events; if that fails because of them, each half separately.
    fn apply_batch(
        &mut self,
        declared: &FingerprintedDeclaration,
        units: &[Vec<EventId>],
        delivery: &mut ReceiveBatch,
        start: Instant,
    ) -> Result<(), Error> {
        let events = delivery.ready_events(units);
        if events.is_empty() {
            return Ok(());
        }
        let ids: Vec<EventId> = events.iter().map(DdlEvent::id).collect();
        let request = Request::Receive {
            events,
            bootstrap: None,
        };
        match self.plan_and_apply(declared, &request, None, start) {
            Ok(report) => {
                delivery.mark_applied(ids, report);
                Ok(())
            }
            Err(error) if !error.is_caused_by_events() => Err(error),
            Err(error) if units.len() < 2 => {
                let reason = match &error {
                    Error::BreaksApplication(_) => {
                        PendingReason::BreaksApplication(error.to_string())
                    }
                    _ => PendingReason::NotApplicable(error.to_string()),
                };
                ids.iter().for_each(|id| delivery.hold(*id, reason.clone()));
                Ok(())
            }
            Err(_) => {
                let (first, second) = units.split_at(units.len() / 2);
                self.apply_batch(declared, first, delivery, start)?;
                self.apply_batch(declared, second, delivery, start)
            }
        }
    }

    /// Stores the new events that wait in the inbox.
    fn store_in_inbox(
        &mut self,
        declared: &FingerprintedDeclaration,
        contents: &LedgerContents,
        delivery: &ReceiveBatch,
        start: Instant,
    ) -> Result<(), Error> {
        let waiting = delivery.received.pending.iter();
        let mut rows = RowMap::new();
        for event in waiting.filter_map(|pending| delivery.all.get(&pending.event)) {
            if !contents.inbox.contains_key(&event.id()) {
                encode_inbox(&mut rows, event);
            }
        }
        let held = delivery.compute_waiting();
        let state = contents.state.as_ref();
        let is_recorded = |state: &LedgerState| {
            state.inbox_ready == held.ready
                && state.held_since_version == held.held_since_version
                && state.held_count == held.held
        };
        if rows.is_empty() && state.is_none_or(is_recorded) {
            return Ok(());
        }
        if contents.state.is_none() && delivery.received.applied.is_empty() {
            // Events can only be stored in an existing ledger.
            let request = Request::Receive {
                events: Vec::new(),
                bootstrap: None,
            };
            self.plan_and_apply(declared, &request, None, start)?;
        }
        let only_status = rows.is_empty();
        let result = with_writer(self.engine, self.lock_timeout, |tx| {
            let mut state = match ledger::read_state(&tx)? {
                Some(Ok(state)) => state,
                Some(Err(corrupt_row)) => return Err(Error::CorruptLedger(vec![corrupt_row])),
                None => return Err(Error::StalePlan),
            };
            (state.inbox_ready, state.held_count) = (held.ready, held.held);
            state
                .held_since_version
                .clone_from(&held.held_since_version);
            ledger::encode_state(&mut rows, &state);
            ledger::upsert_rows(&tx, std::mem::take(&mut rows))?;
            tx.commit().map_err(Error::from)
        });
        match result {
            // Recording what is already known can be left to a later start.
            Err(e)
                if only_status
                    && (Self::is_read_only(&e) || matches!(e, Error::LockTimeout { .. })) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    pub(super) fn prepare_received(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        request: &Request,
        received: &[DdlEvent],
    ) -> Result<PreparedMigration, Error> {
        let inputs = self.read_inputs(session, declared, request)?;
        let resolution = self.resolve_drift(declared, request, &inputs)?;
        let after = target_after(&resolution.fold, request.bootstrap(), received);
        let fits = self.fits(declared, &resolution.fold, &after)?;
        let hints = plan_hints(&declared.declared);
        let target = (after, received.to_vec());
        let prepared = plan_to(inputs, resolution, target, &hints)?;
        Ok(PreparedMigration { fits, ..prepared })
    }

    /// Returns whether everything declared exists once the events are applied. Events that remove
    /// declared objects of a running application are an error, unless the policy allows them.
    fn fits(
        &self,
        declared: &FingerprintedDeclaration,
        before: &Fold,
        after: &Fold,
    ) -> Result<bool, Error> {
        let declared = &declared.declared;
        let missing = check_compatibility(declared, Some(declared), after);
        let known_before = check_compatibility(declared, Some(declared), before);
        let new_incompatibilities = missing.iter().filter(|row| !known_before.contains(row));
        let mut new_incompatibilities: Vec<_> = new_incompatibilities.cloned().collect();
        for row in &mut new_incompatibilities {
            // Nothing that could be restored has been archived yet.
            if let IncompatibilityKind::Changed { restorable, .. } = &mut row.kind {
                *restorable = false;
            }
        }
        if !new_incompatibilities.is_empty() && self.receive_policy != ReceivePolicy::Apply {
            return Err(Error::BreaksApplication(new_incompatibilities));
        }
        Ok(missing.is_empty())
    }
}

/// Keys of the inbox rows whose events are applied now.
pub(super) fn inbox_keys_applied(prepared: &PreparedMigration) -> Vec<String> {
    let events = prepared.plan.events.iter().map(DdlEvent::id);
    let inbox = &prepared.contents.inbox;
    events
        .filter(|id| inbox.contains_key(id))
        .map(inbox_key)
        .collect()
}
