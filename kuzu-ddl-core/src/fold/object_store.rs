//! Storage of the objects: each is found by id, with the members of a table listed under it.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::object::{Object, ObjectBody};
use super::small_set::{Heads, SmallSet};
use crate::event::{DdlEvent, ObjectId, index_key, pair_key, sequence_key};
use crate::schema::NameKey;

/// Name within a table, or among top-level objects.
pub(super) type ScopedName = (Option<ObjectId>, NameKey);

/// History of one name: the events that touched it, and its holders.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct NameEntry {
    /// Events that last assigned or freed the name.
    pub(super) last_events: Heads,
    /// Live objects that have the name; several only after concurrent changes.
    pub(super) holders: SmallSet<ObjectId>,
    /// Objects that ever had the name.
    pub(super) former_holders: SmallSet<ObjectId>,
}

/// Returns the key under which a name of this object is looked up.
pub(super) fn lookup_key(object: &Object, name: &str) -> NameKey {
    match &object.body {
        ObjectBody::Pair(endpoints) => pair_key(*endpoints),
        ObjectBody::Index(_) => index_key(name),
        ObjectBody::Sequence(_) => sequence_key(name),
        _ => NameKey::new(name),
    }
}

/// Hash map for lookups only: ids are hashes already, and the seed defends against ground ids.
pub(super) type HashIndex<K, V> = HashMap<K, V, foldhash::fast::RandomState>;

/// All objects, and the names in use among them.
#[derive(Clone, Debug)]
pub(super) struct ObjectStore {
    slots: HashIndex<ObjectId, usize>,
    stored: Vec<StoredObject>,
    /// Members of each table; the first scope holds top-level objects (tables and sequences).
    scopes: Vec<Scope>,
}

/// Stored object, with the indexes of its scopes.
#[derive(Clone, Debug)]
struct StoredObject {
    object: Object,
    /// Index of the scope that contains the object.
    within: usize,
    /// Index of the scope that the object opens, if it is a table.
    scope: Option<usize>,
}

/// Members and names of one table, or of the top level.
#[derive(Clone, Debug, Default)]
struct Scope {
    members: BTreeMap<ObjectId, usize>,
    /// Names in use among the members.
    names: HashIndex<NameKey, NameEntry>,
    /// Pairs that start or end at this node table.
    pairs: BTreeSet<ObjectId>,
}

impl Default for ObjectStore {
    fn default() -> Self {
        Self {
            slots: HashIndex::default(),
            stored: Vec::new(),
            scopes: vec![Scope::default()],
        }
    }
}

impl ObjectStore {
    fn stored(&self, id: ObjectId) -> Option<&StoredObject> {
        self.stored.get(*self.slots.get(&id)?)
    }

    pub(super) fn get(&self, id: ObjectId) -> Option<&Object> {
        self.stored(id).map(|stored| &stored.object)
    }

    pub(super) fn get_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        let slot = *self.slots.get(&id)?;
        self.stored.get_mut(slot).map(|stored| &mut stored.object)
    }

    fn scope(&self, table: Option<ObjectId>) -> Option<&Scope> {
        let scope = match table {
            Some(table) => self.stored(table)?.scope?,
            None => 0,
        };
        self.scopes.get(scope)
    }

    /// Inserts a new object; returns whether the table that it belongs to exists.
    pub(super) fn insert(&mut self, object: Object) -> bool {
        let within = match object.parent {
            Some(parent) => self.stored(parent).and_then(|parent| parent.scope),
            None => Some(0),
        };
        let Some(within) = within else {
            return false;
        };
        let (id, slot) = (object.id, self.stored.len());
        self.scopes[within].members.insert(id, slot);
        self.slots.insert(id, slot);
        let scope = object.kind().is_table().then_some(self.scopes.len());
        if scope.is_some() {
            self.scopes.push(Scope::default());
        }
        self.stored.push(StoredObject {
            object,
            within,
            scope,
        });
        true
    }

    fn objects_in<'a>(&'a self, scope: &'a Scope) -> impl Iterator<Item = &'a Object> {
        let stored = scope
            .members
            .values()
            .filter_map(|slot| self.stored.get(*slot));
        stored.map(|stored| &stored.object)
    }

    /// Returns all objects: tables and sequences by id, then the members of each.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Object> {
        let members = self.top_level().flat_map(|root| self.members(root.id));
        self.top_level().chain(members)
    }

    /// Returns the tables and sequences.
    pub(super) fn top_level(&self) -> impl Iterator<Item = &Object> {
        self.scopes
            .iter()
            .take(1)
            .flat_map(|scope| self.objects_in(scope))
    }

    /// Returns the members of a table, by id.
    pub(super) fn members(&self, table: ObjectId) -> impl Iterator<Item = &Object> {
        let scope = self.scope(Some(table)).into_iter();
        scope.flat_map(|scope| self.objects_in(scope))
    }

    /// Returns the pairs that start or end at a node table, by id.
    pub(super) fn pairs(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        let scope = self.scope(Some(node)).into_iter();
        let pairs = scope.flat_map(|scope| &scope.pairs);
        pairs.filter_map(|pair| self.get(*pair))
    }

    /// Records that a pair starts or ends at a node table.
    pub(super) fn attach_pair(&mut self, node: ObjectId, pair: ObjectId) {
        let scope = self.stored(node).and_then(|node| node.scope);
        if let Some(scope) = scope {
            self.scopes[scope].pairs.insert(pair);
        }
    }

    /// Returns the history of a name in a table, or among top-level objects.
    pub(super) fn name_entry(
        &self,
        parent: Option<ObjectId>,
        name: &NameKey,
    ) -> Option<&NameEntry> {
        self.scope(parent)?.names.get(name)
    }

    /// Returns the same for writing, created if absent; `None` if there is no such table.
    pub(super) fn name_entry_mut(
        &mut self,
        parent: Option<ObjectId>,
        name: NameKey,
    ) -> Option<&mut NameEntry> {
        let scope = match parent {
            Some(table) => self.stored(table)?.scope?,
            None => 0,
        };
        let names = &mut self.scopes.get_mut(scope)?.names;
        Some(names.entry(name).or_default())
    }

    /// Returns all names that were ever used: top-level names first, then those of each table.
    pub(super) fn name_entries(&self) -> Vec<((Option<ObjectId>, &NameKey), &NameEntry)> {
        let tables = self.top_level().map(|root| Some(root.id));
        let mut all = Vec::new();
        for table in std::iter::once(None).chain(tables) {
            let scope = self.scope(table).into_iter();
            let names = scope.flat_map(|scope| &scope.names);
            let mut names: Vec<_> = names.map(|(key, entry)| ((table, key), entry)).collect();
            names.sort_unstable_by_key(|(name, _)| *name);
            all.extend(names);
        }
        all
    }

    /// Records an event with a name that it assigns or frees.
    pub(super) fn touch(&mut self, id: ObjectId, name: &str, event: &DdlEvent) {
        let Some(stored) = self.slots.get(&id).and_then(|slot| self.stored.get(*slot)) else {
            return;
        };
        let names = &mut self.scopes[stored.within].names;
        let entry = names.entry(lookup_key(&stored.object, name)).or_default();
        entry.last_events.touch(event.id(), event.depends_on());
        entry.former_holders.insert(id);
    }

    /// Adds a live object to the holders of its name; returns how many hold it now.
    pub(super) fn claim_name(&mut self, id: ObjectId) -> usize {
        let Some(stored) = self.slots.get(&id).and_then(|slot| self.stored.get(*slot)) else {
            return 0;
        };
        let name = lookup_key(&stored.object, &stored.object.name.value);
        let entry = self.scopes[stored.within].names.entry(name).or_default();
        entry.holders.insert(id);
        entry.former_holders.insert(id);
        entry.holders.len()
    }

    /// Removes an object from the holders of its name; returns how many still hold it.
    pub(super) fn release_name(&mut self, id: ObjectId) -> usize {
        let Some(stored) = self.slots.get(&id).and_then(|slot| self.stored.get(*slot)) else {
            return 0;
        };
        let name = lookup_key(&stored.object, &stored.object.name.value);
        let entry = self.scopes[stored.within].names.entry(name).or_default();
        entry.holders.retain(|other| *other != id);
        entry.holders.len()
    }
}

/// Slot numbers depend on the order of arrival, so they are left out of the comparison.
impl PartialEq for ObjectStore {
    fn eq(&self, other: &Self) -> bool {
        let is_same = |table: Option<ObjectId>| match (self.scope(table), other.scope(table)) {
            (Some(one), Some(two)) => one.names == two.names && one.pairs == two.pairs,
            (one, two) => one.is_none() && two.is_none(),
        };
        let object = |stored: &StoredObject| {
            let id = stored.object.id;
            other.get(id) == Some(&stored.object) && is_same(Some(id))
        };
        self.stored.len() == other.stored.len() && is_same(None) && self.stored.iter().all(object)
    }
}

impl Eq for ObjectStore {}
