//! The fold: a pure, total function from a set of events to one schema.
//!
//! Events are taken in the order (depth, id), where depth is one more than the deepest dependency.
//! The order is the same on every machine and never contradicts `depends_on`, so the arrival order
//! means nothing. Names are settled last, over all live objects, so that swaps and chains of
//! renames need no order among themselves.

mod apply;
mod draft;
mod object;
mod outcome;
mod schema;

use std::collections::{BTreeMap, BTreeSet};

pub use draft::Draft;
pub use object::{Archive, Aspect, Body, Life, Object, Register};
pub use outcome::{Conflict, ConflictKind, Held, Rejection};

use crate::event::{DdlEvent, EventId, ObjectId, index_key, sequence_key};
use crate::schema::Key;

/// A name within a table, or among tables.
type Slot = (Option<ObjectId>, Key);

/// What became of a name. The lists are sorted, and hardly ever longer than one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Place {
    /// The events that last gave, took or freed it.
    touched: Vec<EventId>,
    /// The live objects that have it; more than one only after concurrent changes.
    live: Vec<ObjectId>,
    /// All objects that ever had it.
    ever: Vec<ObjectId>,
}

/// Puts `item` into a sorted list that does not have it yet.
fn insert<T: Ord>(list: &mut Vec<T>, item: T) {
    if let Err(at) = list.binary_search(&item) {
        list.insert(at, item);
    }
}

/// What a set of events says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fold {
    /// Tables and sequences.
    roots: BTreeMap<ObjectId, Box<Object>>,
    /// What belongs to a table, beside one another: a table is nearly always looked at as a whole.
    members: BTreeMap<ObjectId, BTreeMap<ObjectId, Box<Object>>>,
    /// The table of each member.
    parents: BTreeMap<ObjectId, ObjectId>,
    /// FROM–TO pairs by the node tables they join.
    joined: BTreeMap<ObjectId, BTreeSet<ObjectId>>,
    /// Every name that was ever used, by the table it is used in.
    places: BTreeMap<Option<ObjectId>, BTreeMap<Key, Place>>,
    depths: BTreeMap<EventId, u64>,
    frontier: BTreeSet<EventId>,
    conflicts: BTreeSet<Conflict>,
    held: BTreeMap<EventId, Held>,
    rejected: BTreeMap<EventId, Rejection>,
}

impl Fold {
    /// Folds a set of events; order and repeats do not matter.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a DdlEvent>) -> Self {
        let events: BTreeMap<EventId, &DdlEvent> = events
            .into_iter()
            .map(|event| (event.id(), event))
            .collect();
        let mut fold = Self::default();
        for (_, event) in ranked(&events) {
            fold.take(event);
        }
        for (id, event) in &events {
            if !fold.depths.contains_key(id) && !fold.held.contains_key(id) {
                let missing = event.depends_on().iter().find(|d| !events.contains_key(d));
                let held = match missing {
                    Some(missing) => Held::Missing(*missing),
                    None => Held::Behind(event.depends_on().first().copied().unwrap_or(*id)),
                };
                fold.held.insert(*id, held);
            }
        }
        fold
    }

    /// Adds one event whose dependencies are all here: for making events one after another. The
    /// result equals the fold of the whole set as long as the event knows the newest state of what
    /// it changes.
    pub(crate) fn take(&mut self, event: &DdlEvent) {
        let id = event.id();
        if self.depths.contains_key(&id) || self.held.contains_key(&id) {
            return;
        }
        if let Some(held) = event
            .depends_on()
            .iter()
            .find(|d| self.held.contains_key(d))
        {
            self.held.insert(id, Held::Behind(*held));
            return;
        }
        if let crate::event::Change::Unknown { kind, .. } = event.change() {
            self.held.insert(id, Held::UnknownKind(*kind));
            return;
        }
        let depth = event
            .depends_on()
            .iter()
            .filter_map(|d| self.depths.get(d))
            .max();
        self.depths.insert(id, depth.map_or(0, |d| d + 1));
        let behind = event
            .depends_on()
            .iter()
            .find(|d| self.rejected.contains_key(d));
        let result = match behind {
            Some(rejected) => Err(Rejection::Behind(*rejected)),
            None => self.apply(event),
        };
        if let Err(rejection) = result {
            self.rejected.insert(id, rejection);
            return;
        }
        for known in event.depends_on() {
            self.frontier.remove(known);
        }
        self.frontier.insert(id);
    }

    /// The newest events: together with the fingerprint they identify a state.
    #[must_use]
    pub fn frontier(&self) -> &BTreeSet<EventId> {
        &self.frontier
    }

    /// The contradictions that everybody agrees on.
    #[must_use]
    pub fn conflicts(&self) -> &BTreeSet<Conflict> {
        &self.conflicts
    }

    /// Events that wait for others, or for a newer version.
    #[must_use]
    pub fn held(&self) -> &BTreeMap<EventId, Held> {
        &self.held
    }

    /// Events that can never be applied.
    #[must_use]
    pub fn rejected(&self) -> &BTreeMap<EventId, Rejection> {
        &self.rejected
    }

    /// Whether the event is part of this fold.
    #[must_use]
    pub fn contains(&self, event: EventId) -> bool {
        self.depths.contains_key(&event) || self.held.contains_key(&event)
    }

    /// How many events it holds, held and rejected ones among them.
    #[must_use]
    pub fn len(&self) -> usize {
        self.depths.len() + self.held.len()
    }

    /// Whether there is no event at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All objects, live and archived.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        let members = self.members.values().flat_map(BTreeMap::values);
        self.roots.values().chain(members).map(Box::as_ref)
    }

    /// One object.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        let member = || self.members.get(self.parents.get(&id)?)?.get(&id);
        self.roots.get(&id).or_else(member).map(Box::as_ref)
    }

    fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        let object = match self.parents.get(&id) {
            Some(parent) => self.members.get_mut(parent)?.get_mut(&id),
            None => self.roots.get_mut(&id),
        };
        object.map(Box::as_mut)
    }

    fn put(&mut self, object: Object) {
        let (id, object) = (object.id, Box::new(object));
        if let Some(parent) = object.parent {
            self.parents.insert(id, parent);
            self.members.entry(parent).or_default().insert(id, object);
        } else {
            self.roots.insert(id, object);
        }
    }

    /// The properties and pairs of a table, live and archived.
    pub fn children(&self, table: ObjectId) -> impl Iterator<Item = &Object> {
        let members = self
            .members
            .get(&table)
            .into_iter()
            .flat_map(BTreeMap::values);
        members.map(Box::as_ref)
    }

    /// The live object of a name: a table where `parent` is `None`, else a property of it.
    #[must_use]
    pub fn find(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Object> {
        let ids = &self.place(parent, name)?.live;
        if let [only] = ids[..] {
            return self.object(only);
        }
        ids.iter()
            .filter_map(|id| self.object(*id))
            .min_by_key(|object| self.rank(object))
    }

    fn place(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Place> {
        self.places.get(&parent)?.get(name)
    }

    /// All objects that ever had this name: live under it or under another, or archived.
    pub fn holders(&self, parent: Option<ObjectId>, name: &Key) -> impl Iterator<Item = &Object> {
        let ids = self
            .place(parent, name)
            .into_iter()
            .flat_map(|place| &place.ever);
        ids.filter_map(|id| self.object(*id))
    }

    /// The live pairs that start or end at a node table.
    pub fn pairs_of(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        self.all_pairs_of(node).filter(|pair| self.is_in_use(pair))
    }

    /// The pairs that start or end at a node table, or did.
    pub(crate) fn all_pairs_of(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        let ids = self.joined.get(&node).into_iter().flatten();
        ids.filter_map(|id| self.object(*id))
    }

    /// The indexes on a property, dropped ones among them.
    pub(crate) fn indexes_of(&self, property: ObjectId) -> impl Iterator<Item = &Object> {
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
    pub(crate) fn age(&self, object: ObjectId) -> Option<(u64, EventId)> {
        let heads = &self.object(object)?.life.heads;
        heads
            .iter()
            .map(|head| (self.depths.get(head).copied().unwrap_or(0), *head))
            .max()
    }

    /// The first to have taken a name keeps it.
    fn rank(&self, object: &Object) -> (u64, Option<EventId>, ObjectId) {
        let head = object.name.heads.first().copied();
        let depth = head.and_then(|head| self.depths.get(&head)).copied();
        (depth.unwrap_or(u64::MAX), head, object.id)
    }
}

/// The events whose dependencies are all among them, by depth and id.
pub(crate) fn ranked<'a>(
    events: &BTreeMap<EventId, &'a DdlEvent>,
) -> BTreeMap<(u64, EventId), &'a DdlEvent> {
    let mut waiting: BTreeMap<EventId, usize> = BTreeMap::new();
    let mut dependents: BTreeMap<EventId, Vec<EventId>> = BTreeMap::new();
    let mut ready: Vec<(EventId, u64)> = Vec::new();
    for (id, event) in events {
        if event.depends_on().is_empty() {
            ready.push((*id, 0));
        } else {
            waiting.insert(*id, event.depends_on().len());
        }
        for dependency in event.depends_on() {
            dependents.entry(*dependency).or_default().push(*id);
        }
    }
    // Breadth first: an event becomes ready with its last dependency, which is its deepest.
    let mut ranked = BTreeMap::new();
    while !ready.is_empty() {
        let mut next = Vec::new();
        for (id, depth) in ready {
            if let Some(event) = events.get(&id) {
                ranked.insert((depth, id), *event);
            }
            for dependent in dependents.get(&id).into_iter().flatten() {
                if let Some(left) = waiting.get_mut(dependent) {
                    *left -= 1;
                    if *left == 0 {
                        next.push((*dependent, depth + 1));
                    }
                }
            }
        }
        ready = next;
    }
    ranked
}
