//! Attempts to apply events of peers: together, then in halves, then one by one.
//!
//! What ended a process before is not tried together with anything else: see
//! [`Attempts`](crate::ledger::Attempts).

use std::collections::BTreeSet;
use std::time::Instant;

use kuzu_ddl_core::event::{DdlEvent, EventId};

use super::super::Migrator;
use super::super::run::Request;
use super::batch::ReceiveBatch;
use super::report::PendingReason;
use crate::error::Error;
use crate::ledger::{Attempt, Attempts, FingerprintedDeclaration, SetAside, SetAsideCause};

/// Number of parts in which a set of suspects is tried. The process can end once per part and
/// level, so it starts after at most log16(n) + 1 ends.
const SUSPECT_PARTS: usize = 16;

impl ReceiveBatch {
    /// Lets the events wait that are set aside. If the attempt of an earlier process is still
    /// recorded, that process ended meanwhile: a single event is the cause, and is set aside; of
    /// several, each is a suspect.
    pub(super) fn hold_set_aside(&mut self, attempts: &mut Attempts, retry: bool) {
        if retry {
            attempts.set_aside.clear();
            attempts.suspects.clear();
        }
        attempts
            .set_aside
            .retain(|id, set_aside| set_aside.is_current() && self.all.contains_key(id));
        for (id, set_aside) in &attempts.set_aside {
            if !self.pending.contains(id) {
                self.hold(*id, PendingReason::from(set_aside));
            }
        }
        for group in &mut attempts.suspects {
            group.retain(|id| self.all.contains_key(id) && !self.pending.contains(id));
        }
        let interrupted = attempts.current.take().filter(|_| !retry);
        let Some(interrupted) = interrupted else {
            attempts.suspects.retain(|group| !group.is_empty());
            return;
        };
        let units = self.atomic_units();
        let suspects: BTreeSet<EventId> = attempts.suspects.iter().flatten().copied().collect();
        let was_tried = |id: &EventId| match &interrupted {
            Attempt::All => !suspects.contains(id),
            Attempt::Only(ids) => ids.contains(id),
        };
        let tried: Vec<&Vec<EventId>> = units
            .iter()
            .filter(|unit| unit.iter().any(was_tried))
            .collect();
        let ids: BTreeSet<EventId> = tried.iter().copied().flatten().copied().collect();
        for group in &mut attempts.suspects {
            group.retain(|id| !ids.contains(id));
        }
        if tried.len() == 1 {
            for id in ids {
                let set_aside = SetAside::new(SetAsideCause::ProcessEnded, String::new());
                self.hold(id, PendingReason::from(&set_aside));
                attempts.set_aside.insert(id, set_aside);
            }
        } else {
            attempts.suspects.push(ids);
        }
        attempts.suspects.retain(|group| !group.is_empty());
    }
}

impl Migrator<'_> {
    /// Applies units as far as possible. Returns the error of a backfill that is not complete; its
    /// events are applied.
    pub(super) fn apply_units(
        &mut self,
        declared: &FingerprintedDeclaration,
        units: &[Vec<EventId>],
        attempts: &mut Attempts,
        delivery: &mut ReceiveBatch,
    ) -> Result<Option<Error>, Error> {
        let mut attempt = UnitAttempt {
            declared,
            start: Instant::now(),
            units: units.len(),
            failure: None,
        };
        let groups = std::mem::take(&mut attempts.suspects);
        attempts.had_suspects = !groups.is_empty();
        let is_suspect = |unit: &Vec<EventId>| {
            let mut groups = groups.iter();
            groups.any(|group| unit.iter().any(|id| group.contains(id)))
        };
        let (suspects, plain): (Vec<_>, Vec<_>) = units.iter().cloned().partition(is_suspect);
        self.apply_or_hold(&mut attempt, &plain, attempts, delivery)?;
        for group in &groups {
            let mut group: Vec<_> = suspects
                .iter()
                .filter(|unit| unit.iter().any(|id| group.contains(id)))
                .cloned()
                .collect();
            group.sort_by_key(|unit| unit.first().map(|id| delivery.fold.rank_of(*id)));
            for part in group.chunks(group.len().div_ceil(SUSPECT_PARTS)) {
                let ids = part.iter().flatten().copied().collect();
                self.record_attempt(&Attempt::Only(ids))?;
                self.apply_or_hold(&mut attempt, part, attempts, delivery)?;
            }
        }
        if !groups.is_empty() {
            let unblocked = delivery.release_unblocked();
            self.apply_or_hold(&mut attempt, &unblocked, attempts, delivery)?;
        }
        Ok(attempt.failure)
    }

    fn apply_or_hold(
        &mut self,
        attempt: &mut UnitAttempt<'_>,
        units: &[Vec<EventId>],
        attempts: &mut Attempts,
        delivery: &mut ReceiveBatch,
    ) -> Result<(), Error> {
        match self.apply_batch(attempt, units, attempts, delivery) {
            Err(Error::DriftDetected(rows)) => {
                delivery.hold_for_drift(units, rows);
                Ok(())
            }
            result => result,
        }
    }

    /// Applies a part of the events; if that fails because of them, each half separately.
    fn apply_batch(
        &mut self,
        attempt: &mut UnitAttempt<'_>,
        units: &[Vec<EventId>],
        attempts: &mut Attempts,
        delivery: &mut ReceiveBatch,
    ) -> Result<(), Error> {
        let events = delivery.ready_events(units);
        if events.is_empty() {
            return Ok(());
        }
        let ids: Vec<EventId> = events.iter().map(DdlEvent::id).collect();
        let completes = units.len() == attempt.units && !attempts.had_suspects;
        let request = Request::of_events(events).completing_attempt(completes);
        match self.plan_and_apply(attempt.declared, &request, None, attempt.start) {
            Ok(report) => {
                let deferred = report.deferred.iter().map(|work| &work.step);
                let mut steps = report.steps.iter().chain(deferred);
                if completes && !steps.any(|step| step.operation.deferred_task().is_some()) {
                    attempts.current = None;
                }
                delivery.mark_applied(ids, report.steps);
                Ok(())
            }
            Err(error @ Error::BackfillIncomplete(_)) => {
                delivery.mark_applied(ids, Vec::new());
                attempt.failure.get_or_insert(error);
                Ok(())
            }
            Err(error) if !error.is_caused_by_events() => Err(error),
            Err(error) if units.len() < 2 => {
                let reason = match &error {
                    Error::BreaksApplication(_) => {
                        PendingReason::BreaksApplication(error.to_string())
                    }
                    _ if error.is_out_of_memory() => {
                        let message = error.to_string();
                        let set_aside = SetAside::new(SetAsideCause::TooLarge, message);
                        let reason = PendingReason::from(&set_aside);
                        let all = ids.iter().map(|id| (*id, set_aside.clone()));
                        attempts.set_aside.extend(all);
                        reason
                    }
                    _ => PendingReason::NotApplicable(error.to_string()),
                };
                ids.iter().for_each(|id| delivery.hold(*id, reason.clone()));
                Ok(())
            }
            Err(_) => {
                let (first, second) = units.split_at(units.len() / 2);
                self.apply_batch(attempt, first, attempts, delivery)?;
                self.apply_batch(attempt, second, attempts, delivery)
            }
        }
    }
}

/// What is the same for all parts of a delivery.
struct UnitAttempt<'d> {
    declared: &'d FingerprintedDeclaration,
    start: Instant,
    /// Number of all units.
    units: usize,
    /// Error of a backfill that is not complete.
    failure: Option<Error>,
}
