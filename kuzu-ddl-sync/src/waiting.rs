//! Events that wait for their dependencies.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use kuzu_ddl_core::event::{DdlEvent, EventId};

use crate::identity::PeerId;

/// Events with at least one dependency that has not arrived.
#[derive(Clone, Debug, Default)]
pub(crate) struct WaitingEvents {
    events: BTreeMap<EventId, WaitingEvent>,
    /// The waiting events by missing dependency.
    dependents: BTreeMap<EventId, BTreeSet<EventId>>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct WaitingEvent {
    event: DdlEvent,
    /// Number of missing dependencies.
    missing: usize,
}

impl WaitingEvents {
    pub(crate) fn insert(&mut self, event: DdlEvent, missing: Vec<EventId>) {
        let id = event.id();
        if self.events.contains_key(&id) {
            return;
        }
        self.bytes += event.encoded_len();
        let waiting = WaitingEvent {
            event,
            missing: missing.len(),
        };
        self.events.insert(id, waiting);
        for dependency in missing {
            self.dependents.entry(dependency).or_default().insert(id);
        }
    }

    /// Removes and returns the events of which this was the last missing dependency.
    pub(crate) fn take_ready(&mut self, arrived: EventId) -> Vec<DdlEvent> {
        let mut ready = Vec::new();
        for id in self.dependents.remove(&arrived).unwrap_or_default() {
            let Some(waiting) = self.events.get_mut(&id) else {
                continue;
            };
            waiting.missing -= 1;
            if waiting.missing == 0 {
                ready.extend(self.remove(&id));
            }
        }
        ready
    }

    /// Removes an event, whatever its dependencies.
    pub(crate) fn remove(&mut self, id: &EventId) -> Option<DdlEvent> {
        let waiting = self.events.remove(id)?;
        self.bytes -= waiting.event.encoded_len();
        for dependency in waiting.event.depends_on() {
            if let Some(others) = self.dependents.get_mut(dependency) {
                others.remove(id);
                if others.is_empty() {
                    self.dependents.remove(dependency);
                }
            }
        }
        Some(waiting.event)
    }

    pub(crate) fn contains(&self, id: &EventId) -> bool {
        self.events.contains_key(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    /// Total size of the events, in bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &DdlEvent> {
        self.events.values().map(|waiting| &waiting.event)
    }

    /// Removes and returns all events.
    pub(crate) fn take_all(&mut self) -> Vec<DdlEvent> {
        let all = std::mem::take(self);
        let events = all.events.into_values();
        events.map(|waiting| waiting.event).collect()
    }
}

/// The sender and the time of arrival of each waiting event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Arrivals {
    by_event: BTreeMap<EventId, (PeerId, u64)>,
    /// Number of waiting events by sender.
    per_sender: BTreeMap<PeerId, usize>,
}

impl Arrivals {
    /// Records an arrival; of an event that arrived before, the first arrival remains.
    pub(crate) fn insert(&mut self, event: EventId, sender: PeerId, at: u64) {
        if let std::collections::btree_map::Entry::Vacant(entry) = self.by_event.entry(event) {
            entry.insert((sender, at));
            *self.per_sender.entry(sender).or_default() += 1;
        }
    }

    /// Removes an event and returns its sender.
    pub(crate) fn remove(&mut self, event: &EventId) -> Option<PeerId> {
        let (sender, _) = self.by_event.remove(event)?;
        if let Some(count) = self.per_sender.get_mut(&sender) {
            *count -= 1;
            if *count == 0 {
                self.per_sender.remove(&sender);
            }
        }
        Some(sender)
    }

    /// Number of waiting events that a peer sent.
    pub(crate) fn count_from(&self, sender: PeerId) -> usize {
        self.per_sender.get(&sender).copied().unwrap_or_default()
    }

    /// The events that arrived at this time or before, with their senders.
    pub(crate) fn until(&self, at: u64) -> impl Iterator<Item = (EventId, PeerId)> {
        let arrivals = self.by_event.iter();
        let old = arrivals.filter(move |(_, (_, arrived))| *arrived <= at);
        old.map(|(event, (sender, _))| (*event, *sender))
    }
}

/// Orders events so that each follows those of its dependencies that are among them, and removes
/// duplicates. Events without dependencies among the others keep their order.
pub(crate) fn in_dependency_order(events: Vec<DdlEvent>) -> Vec<DdlEvent> {
    let mut positions: HashMap<EventId, usize> = HashMap::with_capacity(events.len());
    for (position, event) in events.iter().enumerate() {
        positions.entry(event.id()).or_insert(position);
    }
    let mut placed = vec![false; events.len()];
    let mut ordered = Vec::with_capacity(positions.len());
    for first in 0..events.len() {
        // Depth first, without recursion: a chain can be as long as a history.
        let mut open = vec![first];
        while let Some(position) = open.last().copied() {
            let event = &events[position];
            let is_duplicate = positions.get(&event.id()) != Some(&position);
            if placed[position] || is_duplicate {
                open.pop();
                continue;
            }
            let before = open.len();
            let depends_on = event.depends_on().iter();
            let among = depends_on.filter_map(|id| positions.get(id).copied());
            open.extend(among.filter(|dependency| !placed[*dependency]));
            if open.len() == before {
                placed[position] = true;
                ordered.push(event.clone());
                open.pop();
            }
        }
    }
    ordered
}
