//! The nodes of the event graph: accepted events with their depth and status.

use std::collections::BTreeMap;

use super::object_store::HashIndex;
use crate::event::{DdlEvent, EventId, ObjectId};

/// Event that was accepted: applied or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct EventNode {
    /// One more than the depth of its deepest dependency.
    pub(super) depth: u64,
    pub(super) standing: EventStatus,
    pub(super) event: DdlEvent,
    pub(super) links: ElidedLinks,
}

/// Elided ancestry of an event, by object: the nearest retained ancestors, where the events in
/// between precede a checkpoint and are no longer stored.
pub(super) type ElidedLinks = Option<Box<BTreeMap<ObjectId, Vec<EventId>>>>;

impl EventNode {
    pub(super) fn is_newest(&self) -> bool {
        self.standing == EventStatus::Newest
    }

    /// Returns the parents of the event in the history of an object.
    pub(super) fn parents_touching(&self, id: ObjectId) -> impl Iterator<Item = EventId> {
        let links = self.links.as_ref().and_then(|links| links.get(&id));
        let links = links.into_iter().flatten();
        self.event.depends_on().iter().chain(links).copied()
    }
}

/// Status of an accepted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum EventStatus {
    /// No accepted event depends on it yet.
    Newest,
    /// Another event depends on it.
    Known,
    /// It is not applied and never will be.
    Rejected,
}

/// Summary of an event's dependencies.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DependencySummary {
    /// One more than the depth of the deepest one.
    pub(super) depth: u64,
    /// The first one that can never be applied.
    pub(super) rejected: Option<EventId>,
}

/// Events by id. The order of iteration differs from run to run.
pub(super) type EventGraph = HashIndex<EventId, EventNode>;

/// Position of an event in the total order: its depth, then its id.
pub(crate) type Rank = (u64, EventId);
