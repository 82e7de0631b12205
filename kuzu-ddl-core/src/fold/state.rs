//! The state that a set of events results in.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::graph::event_node::EventGraph;
use super::hold::Rejection;
use super::object_store::{HashIndex, ObjectStore, ScopedName};
use crate::event::{Aspect, DdlEvent, Dependencies, EventId, ObjectId};

/// State that results from a set of events.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::event::PropertySpec;
/// use kuzu_ddl::fold::{ChangeBuilder, Fold};
/// use kuzu_ddl::schema::Type;
/// let id = PropertySpec { ty: Type::Int64, nullable: false, default: None };
/// let mut draft = ChangeBuilder::new(Fold::default());
/// draft.create_node_table("Person", "id", id);
/// let (fold, events) = draft.finish();
/// assert_eq!(Fold::from_events(&events), fold);
/// assert!(fold.schema().table("Person").is_some());
/// assert!(fold.conflicts().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// The objects, and every name that was ever used.
    pub(super) store: ObjectStore,
    /// Names that several live objects have, with the object that keeps the name.
    pub(super) name_collisions: BTreeMap<ScopedName, ObjectId>,
    /// Objects with concurrent changes that contradict one another.
    pub(super) conflicted: BTreeSet<ObjectId>,
    /// The events that were accepted or rejected.
    pub(super) log: EventGraph,
    /// Elided events (older than the checkpoint this fold started from) with their dependencies: of
    /// those that the checkpoint left out, the ones that could be mistaken for new events.
    pub(super) checkpointed: HashIndex<EventId, Dependencies>,
    /// Number of events left out by the checkpoint that this fold started from.
    pub(super) elided_count: u64,
    /// The held events, and for each missing event the ones that wait for it.
    pub(super) waiting: BTreeMap<EventId, DdlEvent>,
    pub(super) waiters: HashMap<EventId, BTreeSet<EventId>>,
    pub(super) rejected: BTreeMap<EventId, Rejection>,
    /// What the events of one call have changed and the end of the call settles; else empty.
    pub(super) unsettled: Unsettled,
}

/// Results of merges that are computed once for many events: each merge costs as much as there are
/// concurrent writes, so a merge for each of them would cost the square.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Unsettled {
    /// Objects whose conflicts may have changed, with the aspects to merge.
    pub(super) objects: BTreeMap<ObjectId, BTreeSet<Aspect>>,
    /// Names of which another object may be the holder.
    pub(super) names: BTreeSet<ScopedName>,
}
