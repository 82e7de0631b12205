//! Where the objects are: each found by its identity, with what belongs to it beside it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::object::{Body, Object};
use super::small_set::{Few, Heads};
use crate::event::{DdlEvent, ObjectId, index_key, pair_key, sequence_key};
use crate::schema::Key;

/// A name within a table, or among tables.
pub(super) type Slot = (Option<ObjectId>, Key);

/// What became of a name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Place {
    /// The events that last gave, took or freed it.
    pub(super) touched: Heads,
    /// The live objects that have it; more than one only after concurrent changes.
    pub(super) live: Few<ObjectId>,
    /// All objects that ever had it.
    pub(super) ever: Few<ObjectId>,
}

/// The form under which a name of an object is looked up.
pub(super) fn key_of(object: &Object, name: &str) -> Key {
    match &object.body {
        Body::Pair(endpoints) => pair_key(*endpoints),
        Body::Index(_) => index_key(name),
        Body::Sequence(_) => sequence_key(name),
        _ => Key::new(name),
    }
}

/// A map that is only looked into: ids are hashes already, and the seed keeps ground ones apart.
pub(super) type Ids<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// All objects, and the names in use among them.
#[derive(Clone, Debug)]
pub(super) struct Store {
    slots: Ids<ObjectId, usize>,
    kept: Vec<Kept>,
    /// What belongs to each table; first, tables and sequences themselves.
    scopes: Vec<Scope>,
}

/// An object, and where it is looked up.
#[derive(Clone, Debug)]
struct Kept {
    object: Object,
    /// The scope that it is in.
    within: usize,
    /// The scope that it has, if it is a table.
    scope: Option<usize>,
}

/// What belongs to a table, or to none.
#[derive(Clone, Debug, Default)]
struct Scope {
    members: BTreeMap<ObjectId, usize>,
    /// The names in use among them.
    names: Ids<Key, Place>,
    /// The pairs that start or end at this node table.
    pairs: BTreeSet<ObjectId>,
}

impl Default for Store {
    fn default() -> Self {
        Self {
            slots: Ids::default(),
            kept: Vec::new(),
            scopes: vec![Scope::default()],
        }
    }
}

impl Store {
    fn kept(&self, id: ObjectId) -> Option<&Kept> {
        self.kept.get(*self.slots.get(&id)?)
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.kept(id).map(|kept| &kept.object)
    }

    pub(super) fn get_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        let slot = *self.slots.get(&id)?;
        self.kept.get_mut(slot).map(|kept| &mut kept.object)
    }

    fn scope(&self, table: Option<ObjectId>) -> Option<&Scope> {
        let scope = match table {
            Some(table) => self.kept(table)?.scope?,
            None => 0,
        };
        self.scopes.get(scope)
    }

    /// Takes in an object that is not there yet; returns whether the table that it belongs to is here.
    pub(super) fn put(&mut self, object: Object) -> bool {
        let within = match object.parent {
            Some(parent) => self.kept(parent).and_then(|parent| parent.scope),
            None => Some(0),
        };
        let Some(within) = within else {
            return false;
        };
        let (id, slot) = (object.id, self.kept.len());
        self.scopes[within].members.insert(id, slot);
        self.slots.insert(id, slot);
        let scope = object.kind().is_table().then_some(self.scopes.len());
        if scope.is_some() {
            self.scopes.push(Scope::default());
        }
        self.kept.push(Kept {
            object,
            within,
            scope,
        });
        true
    }

    fn all<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Object> {
        let kept = scope
            .members
            .values()
            .filter_map(|slot| self.kept.get(*slot));
        kept.map(|kept| &kept.object)
    }

    /// Everything: tables and sequences by their ids, then the members of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Object> {
        let members = self.roots().flat_map(|root| self.members(root.id));
        self.roots().chain(members)
    }

    /// Tables and sequences.
    pub(super) fn roots(&self) -> impl Iterator<Item = &Object> {
        self.scopes.iter().take(1).flat_map(|scope| self.all(scope))
    }

    /// What belongs to a table, by id.
    pub(super) fn members(&self, table: ObjectId) -> impl Iterator<Item = &Object> {
        let scope = self.scope(Some(table)).into_iter();
        scope.flat_map(|scope| self.all(scope))
    }

    /// The pairs that start or end at a node table, by id.
    pub(super) fn pairs(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        let scope = self.scope(Some(node)).into_iter();
        let pairs = scope.flat_map(|scope| &scope.pairs);
        pairs.filter_map(|pair| self.get(*pair))
    }

    /// Notes that a pair starts or ends at a node table.
    pub(super) fn join(&mut self, node: ObjectId, pair: ObjectId) {
        let scope = self.kept(node).and_then(|node| node.scope);
        if let Some(scope) = scope {
            self.scopes[scope].pairs.insert(pair);
        }
    }

    /// What became of a name in a table, or among tables.
    pub(super) fn place(&self, parent: Option<ObjectId>, name: &Key) -> Option<&Place> {
        self.scope(parent)?.names.get(name)
    }

    /// The same to write to it, noted from now on; `None` if there is no such table.
    pub(super) fn place_mut(&mut self, parent: Option<ObjectId>, name: Key) -> Option<&mut Place> {
        let scope = match parent {
            Some(table) => self.kept(table)?.scope?,
            None => 0,
        };
        let names = &mut self.scopes.get_mut(scope)?.names;
        Some(names.entry(name).or_default())
    }

    /// All names that were ever used, those of tables first, then those in each table.
    pub(super) fn places(&self) -> Vec<((Option<ObjectId>, &Key), &Place)> {
        let tables = self.roots().map(|root| Some(root.id));
        let mut all = Vec::new();
        for table in std::iter::once(None).chain(tables) {
            let scope = self.scope(table).into_iter();
            let names = scope.flat_map(|scope| &scope.names);
            let mut names: Vec<_> = names.map(|(key, place)| ((table, key), place)).collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            all.extend(names);
        }
        all
    }

    /// Notes an event with a name that it gives an object, takes or frees.
    pub(super) fn touch(&mut self, id: ObjectId, name: &str, event: &DdlEvent) {
        let Some(kept) = self.slots.get(&id).and_then(|slot| self.kept.get(*slot)) else {
            return;
        };
        let names = &mut self.scopes[kept.within].names;
        let place = names.entry(key_of(&kept.object, name)).or_default();
        place.touched.touch(event.id(), event.depends_on());
        place.ever.insert(id);
    }

    /// A live object takes its name; returns how many have it now.
    pub(super) fn enter(&mut self, id: ObjectId) -> usize {
        let Some(kept) = self.slots.get(&id).and_then(|slot| self.kept.get(*slot)) else {
            return 0;
        };
        let name = key_of(&kept.object, &kept.object.name.value);
        let place = self.scopes[kept.within].names.entry(name).or_default();
        place.live.insert(id);
        place.ever.insert(id);
        place.live.len()
    }

    /// An object gives its name up; returns how many have it still.
    pub(super) fn leave(&mut self, id: ObjectId) -> usize {
        let Some(kept) = self.slots.get(&id).and_then(|slot| self.kept.get(*slot)) else {
            return 0;
        };
        let name = key_of(&kept.object, &kept.object.name.value);
        let place = self.scopes[kept.within].names.entry(name).or_default();
        place.live.retain(|other| *other != id);
        place.live.len()
    }
}

/// What is where in memory tells of the order of arrival, and nothing else does.
impl PartialEq for Store {
    fn eq(&self, other: &Self) -> bool {
        let same = |table: Option<ObjectId>| match (self.scope(table), other.scope(table)) {
            (Some(one), Some(two)) => one.names == two.names && one.pairs == two.pairs,
            (one, two) => one.is_none() && two.is_none(),
        };
        let object = |kept: &Kept| {
            let id = kept.object.id;
            other.get(id) == Some(&kept.object) && same(Some(id))
        };
        self.kept.len() == other.kept.len() && same(None) && self.kept.iter().all(object)
    }
}

impl Eq for Store {}
