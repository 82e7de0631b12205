//! The fold: a pure, total function from a set of events to one schema.
//!
//! Nothing in it depends on the order in which events come. What is said of an event by itself (its
//! depth, what it touches, whether it is legal) follows from its own past. A part of an object keeps
//! the newest events that wrote it, and where these did not know of one another the one order
//! (depth, id) settles what holds, the same on every machine. A drop holds if it and all uses knew of
//! one another. Names are settled last, over all live objects, so that swaps and chains of renames
//! need no order among themselves.

mod apply;
mod builder;
mod checkpoint;
mod columns;
mod compare;
mod conflict;
mod creation;
mod effects;
mod event_node;
mod graph;
mod hold;
mod lifecycle;
mod merge;
mod names;
mod object;
mod object_store;
mod order;
mod schema;
mod small_set;
mod state;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

pub use builder::Draft;
pub use checkpoint::format::CheckpointError;
pub use compare::compare_states;
pub use conflict::{Conflict, ConflictKind, Explained};
use event_node::{Rank, Standing};
pub use hold::{Held, Rejection};
pub use object::{Archive, Body, Life, Object, Register};
use object_store::Place;
pub use order::ranked;
pub use schema::{owned, path};
pub use small_set::{Few, Heads};
pub use state::Fold;

use crate::event::{Change, DdlEvent, EventId, ObjectId, index_key, sequence_key};
use crate::schema::Key;

impl Fold {
    /// The newest events: together with the fingerprint they identify a state. Looks through the
    /// history, so ask once for many events.
    #[must_use]
    pub fn frontier(&self) -> BTreeSet<EventId> {
        let newest = self.log.iter();
        let newest = newest.filter(|(_, known)| known.standing == Standing::Newest);
        newest.map(|(id, _)| *id).collect()
    }

    /// Events that wait for others, or for a newer version.
    #[must_use]
    pub fn held(&self) -> BTreeMap<EventId, Held> {
        let why = |event: &DdlEvent| {
            let absent = |d: &&EventId| !self.log.contains_key(d);
            let mut absent = event.depends_on().iter().filter(absent);
            let missing = absent.clone().find(|d| !self.waiting.contains_key(d));
            match (missing, absent.next(), event.change()) {
                (Some(missing), ..) => Some(Held::Missing(*missing)),
                (None, Some(held), _) => Some(Held::Behind(*held)),
                (None, None, Change::Unknown { kind, .. }) => Some(Held::UnknownKind(*kind)),
                // What waits for nothing was taken in.
                (None, None, _) => None,
            }
        };
        let waiting = self.waiting.iter();
        waiting
            .filter_map(|(id, event)| Some((*id, why(event)?)))
            .collect()
    }

    /// Events that can never be applied.
    #[must_use]
    pub fn rejected(&self) -> &BTreeMap<EventId, Rejection> {
        &self.rejected
    }

    /// Whether the event is part of this fold.
    #[must_use]
    pub fn contains(&self, event: EventId) -> bool {
        self.log.contains_key(&event)
            || self.waiting.contains_key(&event)
            || self.behind.contains_key(&event)
    }

    /// How many events it holds, held and rejected ones among them; not those that the checkpoint which it
    /// began with left out.
    #[must_use]
    pub fn len(&self) -> usize {
        self.log.len() + self.waiting.len()
    }

    /// Whether there is no event at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All objects, live and archived.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.store.iter()
    }

    /// One object.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.store.get(id)
    }

    fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        self.store.get_mut(id)
    }

    /// The properties, pairs and indexes of a table, live and archived.
    pub fn children(&self, table: ObjectId) -> impl Iterator<Item = &Object> {
        self.store.members(table)
    }

    /// The live object of a name: a table where `parent` is `None`, else a property of it.
    #[must_use]
    pub fn find(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Object> {
        let place = self.place(parent, name)?;
        if let [only] = *place.live.as_slice() {
            return self.object(only);
        }
        let live = place.live.iter().filter_map(|id| self.object(*id));
        live.min_by_key(|object| self.rank(object))
    }

    fn place(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Place> {
        self.store.place(parent, name)
    }

    /// All objects that ever had this name: live under it or under another, or archived.
    pub fn holders(&self, parent: Option<ObjectId>, name: &Key) -> impl Iterator<Item = &Object> {
        let ids = self
            .place(parent, name)
            .into_iter()
            .flat_map(|place| &place.ever);
        ids.filter_map(|id| self.object(*id))
    }

    /// The live object of which this name is an alias, if it is one alone: a rename to it lost against one that
    /// did not know of it.
    #[must_use]
    pub fn alias(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Object> {
        let mut lost = self
            .holders(parent, name)
            .filter(|object| object.is_live() && object.lost_name(name));
        let first = lost.next();
        first.filter(|_| lost.next().is_none())
    }

    /// The live pairs that start or end at a node table.
    pub fn pairs_of(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        self.all_pairs_of(node).filter(|pair| self.is_in_use(pair))
    }

    /// The pairs that start or end at a node table, or did.
    pub(crate) fn all_pairs_of(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        self.store.pairs(node)
    }

    /// The indexes on a property, dropped ones among them.
    pub fn indexes_of(&self, property: ObjectId) -> impl Iterator<Item = &Object> {
        let table = self.object(property).and_then(|o| o.parent);
        let children = table.into_iter().flat_map(|table| self.children(table));
        children.filter(move |child| {
            matches!(&child.body, Body::Index(spec) if spec.properties.contains(&property))
        })
    }

    /// The live index of a table by its name.
    #[must_use]
    pub fn find_index(&self, table: ObjectId, name: &str) -> Option<&Object> {
        self.find(Some(table), &index_key(name))
    }

    /// The live sequence of a name.
    #[must_use]
    pub fn find_sequence(&self, name: &str) -> Option<&Object> {
        self.find(None, &sequence_key(name))
    }

    /// Whether the object and the table it belongs to are live.
    #[must_use]
    pub fn is_in_use(&self, object: &Object) -> bool {
        object.is_live()
            && object
                .parent
                .is_none_or(|table| self.object(table).is_some_and(Object::is_live))
    }

    /// The events that last touched a name: the past of whatever takes it next.
    pub(crate) fn slot(&self, parent: Option<ObjectId>, name: &Key) -> BTreeSet<EventId> {
        let touched = self
            .place(parent, name)
            .map(|place| place.touched.iter().copied());
        touched.into_iter().flatten().collect()
    }

    /// How late in the order the object's stage was last changed.
    pub(crate) fn age(&self, object: ObjectId) -> Option<Rank> {
        let heads = &self.object(object)?.life.heads;
        heads.iter().map(|head| self.rank_of(*head)).max()
    }

    /// The first to have taken a name keeps it.
    fn rank(&self, object: &Object) -> (Rank, ObjectId) {
        let heads = object.name.heads.iter().map(|head| self.rank_of(*head));
        let rank = heads
            .max()
            .unwrap_or((u64::MAX, EventId::from_bytes([0; 32])));
        (rank, object.id)
    }

    /// Whether the property is the primary key of its table.
    pub(crate) fn is_key(&self, property: ObjectId) -> bool {
        let parent = self.object(property).and_then(|object| object.parent);
        parent.is_some_and(|table| self.key(table) == Some(property))
    }

    /// The primary key of a node table.
    pub(crate) fn key(&self, table: ObjectId) -> Option<ObjectId> {
        match self.object(table)?.body {
            Body::NodeTable { key } => Some(key),
            _ => None,
        }
    }
}
