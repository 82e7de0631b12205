//! TODO-DOC fold::state

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::event_node::Log;
use super::hold::Rejection;
use super::object_store::{Ids, Slot, Store};
use crate::event::{DdlEvent, Dependencies, EventId, ObjectId};

/// What a set of events says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// The objects, and every name that was ever used.
    pub(super) store: Store,
    /// Names that several live objects have.
    pub(super) crowded: BTreeSet<Slot>,
    /// Objects about which events contradict one another.
    pub(super) contested: BTreeSet<ObjectId>,
    /// The events that were taken in.
    pub(super) log: Log,
    /// Events behind the checkpoint that this fold began with, and what they depend on: of those that it left
    /// out, the ones that could be taken for new.
    pub(super) behind: Ids<EventId, Dependencies>,
    /// How many events the checkpoint left out that this fold began with.
    pub(super) left_out: u64,
    /// The events that wait, and for which others.
    pub(super) waiting: BTreeMap<EventId, DdlEvent>,
    pub(super) wanted: HashMap<EventId, BTreeSet<EventId>>,
    pub(super) rejected: BTreeMap<EventId, Rejection>,
}
