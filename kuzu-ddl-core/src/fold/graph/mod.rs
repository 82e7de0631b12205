//! The event graph: insertion of events, their ancestors and causality.
//!
//! All of these follow from an event and its ancestors alone, and never change.

pub(in crate::fold) mod effects;
pub(in crate::fold) mod event_node;
mod validate;

use std::collections::HashSet;

use super::hold::Rejection;
use super::state::Fold;
use crate::event::{Change, DdlEvent, EventId, ObjectId};
use event_node::{DependencySummary, EventNode, EventStatus, Rank};

impl Fold {
    pub(crate) fn event(&self, id: EventId) -> Option<&DdlEvent> {
        self.log.get(&id).map(|known| &known.event)
    }

    /// Returns the position of an event in the total order.
    pub fn rank_of(&self, id: EventId) -> Rank {
        (self.log.get(&id).map_or(0, |node| node.depth), id)
    }

    /// Returns whether the event saw the object, according to its own dependencies.
    pub(in crate::fold) fn saw_object(&self, event: &DdlEvent, id: ObjectId) -> bool {
        let knows = |dependency: &EventId| {
            self.event(*dependency)
                .is_some_and(|dependency| self.touches(dependency, id))
        };
        event.depends_on().iter().any(knows)
    }

    /// Returns the parents of an event in the history of an object.
    fn parents_touching(&self, event: &DdlEvent, id: ObjectId) -> Vec<EventId> {
        match self.log.get(&event.id()) {
            Some(node) => node.parents_touching(id).collect(),
            None => event.depends_on().iter().copied().collect(),
        }
    }

    /// Returns whether an event that touches an object saw another one that does (happened-before).
    pub(in crate::fold) fn saw_event(
        &self,
        event: &DdlEvent,
        other: EventId,
        id: ObjectId,
    ) -> bool {
        if event.depends_on().contains(&other) {
            return true;
        }
        let depth = self.rank_of(other).0;
        let mut seen = HashSet::new();
        let mut open = self.parents_touching(event, id);
        while let Some(next) = open.pop() {
            if next == other {
                return true;
            }
            let deeper = self.log.get(&next).filter(|node| node.depth > depth);
            let Some(node) = deeper.filter(|node| self.is_in_history_of(&node.event, id)) else {
                continue;
            };
            if seen.insert(next) {
                open.extend(node.parents_touching(id));
            }
        }
        false
    }

    /// Returns all events that touch an object and that the event saw.
    pub(in crate::fold) fn ancestors_touching(
        &self,
        event: &DdlEvent,
        id: ObjectId,
    ) -> HashSet<EventId> {
        let mut ancestors = HashSet::new();
        let mut open = self.parents_touching(event, id);
        while let Some(next) = open.pop() {
            let node = self.log.get(&next);
            let Some(node) = node.filter(|node| self.is_in_history_of(&node.event, id)) else {
                continue;
            };
            if ancestors.insert(next) {
                open.extend(node.parents_touching(id));
            }
        }
        ancestors
    }
}

impl Fold {
    /// Creates the fold of a set of events; order and duplicates do not matter.
    #[must_use]
    pub fn from_events<'a>(events: impl IntoIterator<Item = &'a DdlEvent>) -> Self {
        let mut fold = Self::default();
        fold.extend(events.into_iter().cloned());
        fold
    }

    /// Inserts events, in any order and with duplicates. The result is the fold of all events
    /// together; the cost depends on what the new events touch, not on the length of the history.
    pub fn extend(&mut self, events: impl IntoIterator<Item = DdlEvent>) {
        let events = events.into_iter();
        self.log.reserve(events.size_hint().0);
        events.for_each(|event| self.insert_unsettled(event));
        self.settle();
    }

    /// Inserts one event, and every held event that becomes ready by it.
    pub fn insert(&mut self, event: DdlEvent) {
        self.insert_unsettled(event);
        self.settle();
    }

    fn insert_unsettled(&mut self, event: DdlEvent) {
        let mut next = Some(event);
        let mut ready = Vec::new();
        while let Some(event) = next.take().or_else(|| ready.pop()) {
            let id = event.id();
            if self.log.contains_key(&id) || self.checkpointed.contains_key(&id) {
                continue;
            }
            match self.dependency_summary(&event) {
                Err(missing) => {
                    self.waiters.entry(missing).or_default().insert(id);
                    self.waiting.insert(id, event);
                }
                Ok(_) if matches!(event.change(), Change::Unknown { .. }) => {
                    self.waiting.insert(id, event);
                }
                Ok(summary) => {
                    self.waiting.remove(&id);
                    self.add_ready_event(event, summary);
                    if let Some(waiting) = self.waiters.remove(&id) {
                        let waiting = waiting.iter().filter_map(|id| self.waiting.get(id));
                        ready.extend(waiting.cloned());
                    }
                }
            }
        }
    }

    /// Returns the summary of an event's dependencies, or the first dependency that is missing.
    fn dependency_summary(&self, event: &DdlEvent) -> Result<DependencySummary, EventId> {
        let mut summary = DependencySummary::default();
        for dependency in event.depends_on() {
            let node = self.log.get(dependency).ok_or(*dependency)?;
            summary.depth = summary.depth.max(node.depth + 1);
            if node.status == EventStatus::Rejected && summary.rejected.is_none() {
                summary.rejected = Some(*dependency);
            }
        }
        Ok(summary)
    }

    /// Adds an event whose dependencies are all present: validates it, then applies or rejects it.
    fn add_ready_event(&mut self, event: DdlEvent, summary: DependencySummary) {
        let id = event.id();
        let rejection = summary.rejected.map(Rejection::DependencyRejected);
        let verdict = rejection.map_or_else(|| self.validate(&event), Err);
        let status = match verdict {
            Ok(()) => EventStatus::Newest,
            Err(rejection) => {
                self.rejected.insert(id, rejection);
                EventStatus::Rejected
            }
        };
        let node = EventNode {
            depth: summary.depth,
            status,
            event: event.clone(),
            links: None,
        };
        self.log.insert(id, node);
        if status == EventStatus::Rejected {
            return;
        }
        for dependency in event.depends_on() {
            if let Some(dependency) = self.log.get_mut(dependency) {
                dependency.status = EventStatus::Known;
            }
        }
        self.apply(&event);
    }
}
