//! TODO-DOC fold::event_node

use std::collections::BTreeMap;

use super::object_store::Ids;
use crate::event::{DdlEvent, EventId, ObjectId};

/// An event that was taken in, applied or rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Known {
    /// One more than its deepest dependency.
    pub(super) depth: u64,
    pub(super) standing: Standing,
    pub(super) event: DdlEvent,
    pub(super) links: Links,
}

/// What an event knew of an object through events that are behind a checkpoint and no longer here: the
/// nearest that are.
pub(super) type Links = Option<Box<BTreeMap<ObjectId, Vec<EventId>>>>;

impl Known {
    pub(super) fn is_newest(&self) -> bool {
        self.standing == Standing::Newest
    }

    /// The events one step back in the history of an object.
    pub(super) fn before(&self, id: ObjectId) -> impl Iterator<Item = EventId> {
        let links = self.links.as_ref().and_then(|links| links.get(&id));
        let links = links.into_iter().flatten();
        self.event.depends_on().iter().chain(links).copied()
    }
}

/// What became of an event that was taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// Nothing that was taken in knew of it yet.
    Newest,
    /// Something did.
    Known,
    /// It is not applied, and never will be.
    Rejected,
}

/// What is said of an event by those that it depends on.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Past {
    /// One more than the deepest of them.
    pub(super) depth: u64,
    /// The first of them that can never be applied.
    pub(super) rejected: Option<EventId>,
}

/// The events by id. Its order differs from run to run.
pub(super) type Log = Ids<EventId, Known>;

/// The place of an event in the one order: how deep it is, then its id.
pub(crate) type Rank = (u64, EventId);
