//! The fold: a pure, total function from a set of events to one schema.
//!
//! Nothing in it depends on the order in which events come. What is said of an event by itself (its
//! depth, what it touches, whether it is legal) follows from its own past. A part of an object keeps
//! the newest events that wrote it, and where these did not know of one another the one order
//! (depth, id) settles what holds, the same on every machine. A drop holds if it and all uses knew of
//! one another. Names are settled last, over all live objects, so that swaps and chains of renames
//! need no order among themselves.

mod apply;
mod conflict;
mod draft;
mod heads;
mod known;
mod life;
mod object;
mod order;
mod outcome;
mod place;
mod schema;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};

pub use conflict::{Conflict, ConflictKind, Explained};
pub use draft::Draft;
pub use heads::Heads;
use known::{Known, Log};
pub use object::{Archive, Body, Life, Object, Register};
pub(crate) use order::ranked;
pub use outcome::{Held, Rejection};
use place::{Place, Slot};

use crate::event::{Change, DdlEvent, EventId, ObjectId, index_key, sequence_key};
use crate::schema::Key;

/// The place of an event in the one order: how deep it is, then its id.
pub(crate) type Rank = (u64, EventId);

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
    /// Names that several live objects have.
    crowded: BTreeSet<Slot>,
    /// Objects about which events contradict one another.
    contested: BTreeSet<ObjectId>,
    /// The events that were taken in.
    log: Log,
    /// The events that wait, and for which others.
    waiting: BTreeMap<EventId, DdlEvent>,
    wanted: HashMap<EventId, BTreeSet<EventId>>,
    frontier: BTreeSet<EventId>,
    rejected: BTreeMap<EventId, Rejection>,
}

impl Fold {
    /// Folds a set of events; order and repeats do not matter.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a DdlEvent>) -> Self {
        let mut fold = Self::default();
        fold.extend(events.into_iter().cloned());
        fold
    }

    /// Takes in more events, in whatever order, repeats among them. The result is the fold of all
    /// events together, and costs what they touch, not the history.
    pub fn extend(&mut self, events: impl IntoIterator<Item = DdlEvent>) {
        events.into_iter().for_each(|event| self.take(event));
    }

    /// Takes in one event.
    pub fn take(&mut self, event: DdlEvent) {
        let mut ready = vec![event];
        while let Some(event) = ready.pop() {
            let id = event.id();
            if self.log.contains_key(&id) {
                continue;
            }
            let missing = event
                .depends_on()
                .iter()
                .find(|d| !self.log.contains_key(d));
            if let Some(missing) = missing {
                self.wanted.entry(*missing).or_default().insert(id);
                self.waiting.insert(id, event);
            } else if let Change::Unknown { .. } = event.change() {
                self.waiting.insert(id, event);
            } else {
                self.waiting.remove(&id);
                self.accept(event);
                let waiting = self.wanted.remove(&id).into_iter().flatten();
                ready.extend(waiting.filter_map(|id| self.waiting.get(&id).cloned()));
            }
        }
    }

    /// An event whose dependencies are all here.
    fn accept(&mut self, event: DdlEvent) {
        let id = event.id();
        let depths = event.depends_on().iter().map(|d| self.rank_of(*d).0 + 1);
        let depth = depths.max().unwrap_or(0);
        let known = Known {
            depth,
            event: event.clone(),
        };
        self.log.insert(id, known);
        if let Err(rejection) = self.judge(&event) {
            self.rejected.insert(id, rejection);
            return;
        }
        for known in event.depends_on() {
            self.frontier.remove(known);
        }
        self.frontier.insert(id);
        self.apply(&event);
    }

    /// The newest events: together with the fingerprint they identify a state.
    #[must_use]
    pub fn frontier(&self) -> &BTreeSet<EventId> {
        &self.frontier
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
        self.log.contains_key(&event) || self.waiting.contains_key(&event)
    }

    /// How many events it holds, held and rejected ones among them.
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
        let place = self.place(parent, name)?;
        if let [only] = place.live[..] {
            return self.object(only);
        }
        let live = place.live.iter().filter_map(|id| self.object(*id));
        live.min_by_key(|object| self.rank(object))
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
