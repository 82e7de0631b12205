//! Receives events of peers, through the same fold, plan, rehearsal and application as local
//! changes.
//!
//! An event that cannot be applied now waits in the ledger's inbox with its reason, without
//! affecting the shared state; each start and each delivery retries it. If one event of many fails,
//! the set is halved until the failing events are isolated, and the others are applied.

mod attempt;
pub(in crate::migrate) mod batch;
mod budget;
pub(in crate::migrate) mod report;
mod store;
pub(in crate::migrate) mod sync_state;

use std::collections::BTreeSet;
use std::time::Instant;

use batch::{ReceiveBatch, partition_valid};
use kuzu_ddl_core::diff::{IncompatibilityKind, check_compatibility, find_tightened};
use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{ChangeBuilder, Conflict, Fold};
use kuzu_ddl_core::plan::{PlanHints, plan_hints};
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
use crate::ledger::{FingerprintedDeclaration, inbox_key};

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

    /// Tries the events of peers once more that are [set aside](PendingReason::SetAside). Those that
    /// end the process again are set aside at the next start.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// Migrator::new(&db).declared(declared).retry_set_aside().migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn retry_set_aside(mut self) -> Self {
        self.retry_set_aside = true;
        self
    }

    /// Stores events of peers, in any order and with duplicates, and applies those that can
    /// be applied now. All are stored before any is tried, and none keeps another from being
    /// applied.
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

    /// Stores new events, and applies them and the waiting ones as far as possible.
    pub(super) fn deliver(
        &mut self,
        declared: &FingerprintedDeclaration,
        events: Vec<DdlEvent>,
        starts: bool,
    ) -> Result<ReceiveReport, Error> {
        let start = Instant::now();
        dangling_indexes::drop_dangling_indexes(self.engine, self.lock_timeout)?;
        let mut contents = read_ledger(self.engine.session()?.as_ref())?;
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
        let recorded = contents.attempts.clone();
        if starts {
            delivery.hold_set_aside(&mut contents.attempts, self.retry_set_aside);
        }
        let mut units = delivery.atomic_units();
        if starts {
            let session = self.engine.session()?;
            let declared = &declared.declared;
            units =
                self.within_budget(session.as_ref(), declared, &contents, units, &mut delivery)?;
        }
        let is_new = |id: &EventId| !contents.inbox.contains_key(id);
        if contents.state.is_none() && delivery.all.keys().any(is_new) {
            // Events can only be stored in an existing ledger.
            self.plan_and_apply(declared, &Request::of_events(Vec::new()), None, start)?;
        }
        let tries = starts && !units.is_empty();
        self.store_new_events(&mut contents, &delivery, tries)?;
        let mut failure = None;
        if starts {
            failure = self.apply_units(declared, &units, &mut contents.attempts, &mut delivery)?;
        } else {
            for id in units.into_iter().flatten() {
                delivery.hold(id, PendingReason::Deferred);
            }
        }
        self.record_outcome((&recorded, &contents.attempts), &delivery)?;
        if let Some(error) = failure {
            return Err(error);
        }
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
        let hints = PlanHints {
            completes_archives: true,
            ..plan_hints(&declared.declared)
        };
        let target = (after, received.to_vec());
        let prepared = plan_to(session, inputs, resolution, target, &hints)?;
        Ok(PreparedMigration { fits, ..prepared })
    }

    /// Returns whether everything declared exists once the events are applied. Events that remove
    /// declared objects of a running application, give them another default or make them required,
    /// are an error, unless the policy allows them.
    fn fits(
        &self,
        declared: &FingerprintedDeclaration,
        before: &Fold,
        after: &Fold,
    ) -> Result<bool, Error> {
        let declared = &declared.declared;
        let missing = check_compatibility(declared, Some(declared), after);
        let known_before = check_compatibility(declared, Some(declared), before);
        let tightened = find_tightened(declared, before, after);
        let new_incompatibilities = missing.iter().filter(|row| !known_before.contains(row));
        let mut new_incompatibilities: Vec<_> = new_incompatibilities.cloned().collect();
        new_incompatibilities.extend(tightened);
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
