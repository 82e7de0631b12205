//! Events that wait for their dependencies.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::{DdlEvent, EventId};

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
}
