//! The nodes of the event graph: accepted events with their depth and status.

use std::collections::BTreeMap;

use super::super::object_store::HashIndex;
use crate::event::{DdlEvent, EventId, ObjectId};

/// Event that was accepted: applied or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::fold) struct EventNode {
    /// One more than the depth of its deepest dependency.
    pub(in crate::fold) depth: u64,
    pub(in crate::fold) status: EventStatus,
    pub(in crate::fold) event: DdlEvent,
    pub(in crate::fold) links: ElidedLinks,
}

/// Elided ancestry of an event, by object: the nearest retained ancestors, where the events in
/// between precede a checkpoint and are no longer stored.
pub(in crate::fold) type ElidedLinks = Option<Box<BTreeMap<ObjectId, Vec<EventId>>>>;

impl EventNode {
    pub(in crate::fold) fn is_head(&self) -> bool {
        self.status == EventStatus::Newest
    }

    /// Returns the parents of the event in the history of an object.
    pub(in crate::fold) fn parents_touching(&self, id: ObjectId) -> impl Iterator<Item = EventId> {
        let links = self.links.as_ref().and_then(|links| links.get(&id));
        let links = links.into_iter().flatten();
        self.event.depends_on().iter().chain(links).copied()
    }
}

/// Status of an accepted event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::fold) enum EventStatus {
    /// No accepted event depends on it yet.
    Newest,
    /// Another event depends on it.
    Known,
    /// The event is not applied and never will be.
    Rejected,
}

/// Summary of an event's dependencies.
#[derive(Clone, Copy, Debug, Default)]
pub(in crate::fold) struct DependencySummary {
    /// One more than the depth of the deepest one.
    pub(in crate::fold) depth: u64,
    /// The first one that can never be applied.
    pub(in crate::fold) rejected: Option<EventId>,
}

/// Events by id. The order of iteration differs from run to run.
pub(in crate::fold) type EventGraph = HashIndex<EventId, EventNode>;

/// Position of an event in the total order: its depth, then its id.
pub(crate) type Rank = (u64, EventId);
