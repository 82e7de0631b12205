//! One delivery in progress: which events are applied, ready or waiting.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::drift::Drift;
use kuzu_ddl_core::event::{Change, DdlEvent, EventId};
use kuzu_ddl_core::fold::{Fold, Rejection};
use kuzu_ddl_core::plan::Step;
use kuzu_ddl_core::schema::name::{RESERVED_FOR_ARCHIVES, is_reserved_for_archives};

use super::report::{PendingEvent, PendingReason, ReceiveReport};

/// Separates the valid events from the others, with the reason of each rejection: once stored in
/// the ledger, an invalid event could not be decoded again, and one that takes the name of a future
/// archive would keep that archive from every peer.
pub(super) fn partition_valid(events: Vec<DdlEvent>) -> (Vec<DdlEvent>, Vec<(EventId, Rejection)>) {
    let (mut valid, mut malformed) = (Vec::new(), Vec::new());
    for event in events {
        let mut names = event.change().assigned_names().into_iter();
        let reserved = names.any(is_reserved_for_archives);
        let reason = match DdlEvent::decode(&event.encode()) {
            Ok(_) if reserved => RESERVED_FOR_ARCHIVES.to_owned(),
            Ok(_) => {
                valid.push(event);
                continue;
            }
            Err(error) => error.to_string(),
        };
        malformed.push((event.id(), Rejection::Malformed(reason)));
    }
    (valid, malformed)
}

/// Summary of the waiting events for the next start: how many events it retries, and how many others
/// wait for events or for a newer version, with the version that determined that.
pub(super) struct WaitingSummary {
    pub(super) ready: usize,
    pub(super) held: usize,
    pub(super) held_since_version: Option<String>,
}

/// One delivery in progress.
pub(super) struct ReceiveBatch {
    /// Fold of all events.
    pub(super) fold: Fold,
    /// Ids of the applied events.
    pub(super) applied: BTreeSet<EventId>,
    /// Events to be applied.
    pub(super) all: BTreeMap<EventId, DdlEvent>,
    /// Ids of those that wait.
    pub(super) pending: BTreeSet<EventId>,
    pub(super) received: ReceiveReport,
}

impl ReceiveBatch {
    pub(super) fn hold(&mut self, event: EventId, reason: PendingReason) {
        let object = self.all.get(&event).map(DdlEvent::object);
        let object = object.map_or_else(|| "?".to_owned(), |id| self.fold.path(id));
        self.pending.insert(event);
        self.received.pending.push(PendingEvent {
            event,
            object,
            reason,
        });
    }

    pub(super) fn mark_applied(&mut self, ids: Vec<EventId>, steps: Vec<Step>) {
        self.applied.extend(&ids);
        self.received.applied.extend(ids);
        self.received.steps.extend(steps);
    }

    /// Determines which events the next start need not retry: only another event or a newer version
    /// can change their state.
    pub(super) fn compute_waiting(&self) -> WaitingSummary {
        let mut held: BTreeSet<EventId> = BTreeSet::new();
        // Each follows its dependencies, except those found to be held at first.
        let mut pending: Vec<&PendingEvent> = self.received.pending.iter().collect();
        pending.sort_by_key(|pending| self.fold.rank_of(pending.event));
        for PendingEvent { event, reason, .. } in pending {
            let waits = match reason {
                PendingReason::Held(_) | PendingReason::SetAside(_) => true,
                PendingReason::BlockedBy(other) => held.contains(other),
                _ => false,
            };
            if waits {
                held.insert(*event);
            }
        }
        WaitingSummary {
            ready: self.received.pending.len() - held.len(),
            held: held.len(),
            held_since_version: (!held.is_empty()).then(|| env!("CARGO_PKG_VERSION").to_owned()),
        }
    }

    /// Lets all remaining events wait until the drift is resolved.
    pub(super) fn hold_for_drift(&mut self, units: &[Vec<EventId>], rows: Vec<Drift>) {
        for id in units.iter().flatten() {
            if !self.applied.contains(id) && !self.pending.contains(id) {
                self.hold(*id, PendingReason::Drift);
            }
        }
        self.received.drift = rows;
    }

    /// Returns the units of the events that waited for others which are applied by now, and no
    /// longer lets them wait.
    pub(super) fn release_unblocked(&mut self) -> Vec<Vec<EventId>> {
        let blocked = |pending: &PendingEvent| match pending.reason {
            PendingReason::BlockedBy(_) => Some(pending.event),
            _ => None,
        };
        let blocked: BTreeSet<EventId> = self.received.pending.iter().filter_map(blocked).collect();
        self.received
            .pending
            .retain(|pending| !blocked.contains(&pending.event));
        self.pending.retain(|id| !blocked.contains(id));
        let mut units = self.atomic_units();
        units.retain(|unit| unit.iter().any(|id| blocked.contains(id)));
        units
    }

    /// Groups the events that can only be applied together, in the order of the events: a rel table
    /// with its pairs, everything else separately.
    pub(super) fn atomic_units(&self) -> Vec<Vec<EventId>> {
        let mut order: Vec<_> = self.all.keys().copied().collect();
        order.retain(|id| !self.pending.contains(id) && !self.applied.contains(id));
        order.sort_by_key(|id| self.fold.rank_of(*id));
        let mut units: Vec<Vec<EventId>> = Vec::new();
        let mut tables = BTreeMap::new();
        for id in order {
            let change = self
                .all
                .get(&id)
                .map(|event| (event.object(), event.change()));
            match change {
                Some((table, Change::CreateEdgeTable { .. })) => {
                    tables.insert(table, units.len());
                    units.push(vec![id]);
                }
                Some((_, Change::AddPair { table, .. })) if tables.contains_key(table) => {
                    let unit = tables.get(table).and_then(|at| units.get_mut(*at));
                    unit.into_iter().for_each(|unit| unit.push(id));
                }
                _ => units.push(vec![id]),
            }
        }
        units
    }

    /// Returns the events of these units that wait for no other, in order, and records the others
    /// as pending.
    pub(super) fn ready_events(&mut self, units: &[Vec<EventId>]) -> Vec<DdlEvent> {
        let mut ids: Vec<EventId> = units.iter().flatten().copied().collect();
        ids.sort_by_key(|id| self.fold.rank_of(*id));
        let mut ready: BTreeSet<EventId> = BTreeSet::new();
        let mut events = Vec::new();
        for id in ids {
            let Some(event) = self.all.get(&id).cloned() else {
                continue;
            };
            let mut needs = event.depends_on().iter();
            match needs.find(|need| !self.applied.contains(need) && !ready.contains(need)) {
                Some(need) => self.hold(id, PendingReason::BlockedBy(*need)),
                None => {
                    ready.insert(id);
                    events.push(event);
                }
            }
        }
        events
    }
}
