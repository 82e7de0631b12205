//! Creation of new events, each of which depends on the newest state of all that it reads or
//! changes.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::Conflict;
use super::object::{Body, Object};
use super::state::Fold;
use crate::event::{
    Change, DdlEvent, Dependencies, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, Part,
    PropertySpec, SequenceSpec, birth, index_key, node_table, pair_key, sequence_key,
};
use crate::schema::{Key, Multiplicity, StorageDirection};

/// Builder for new events: a fold that grows by the events it creates.
#[derive(Clone, Debug)]
pub struct Draft {
    fold: Fold,
    events: Vec<DdlEvent>,
}

impl Draft {
    /// Starts from a folded state.
    #[must_use]
    pub fn new(fold: Fold) -> Self {
        Self {
            fold,
            events: Vec::new(),
        }
    }

    /// Returns the state with all events created so far.
    #[must_use]
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// Returns the state and the new events, in the order of creation.
    #[must_use]
    pub fn finish(self) -> (Fold, Vec<DdlEvent>) {
        (self.fold, self.events)
    }

    fn push(&mut self, object: ObjectId, depends_on: impl Into<Dependencies>, change: Change) {
        let event = DdlEvent::new(object, depends_on.into(), change);
        self.fold.take(event.clone());
        self.events.push(event);
    }

    fn life(&self, id: ObjectId) -> BTreeSet<EventId> {
        let heads = self.fold.object(id).map(|object| &object.life.heads);
        heads.into_iter().flatten().copied().collect()
    }

    /// Returns the events that determine whether an object exists, with those of its table: a
    /// change of a member of a restored table must not precede the drop of that table.
    fn lives(&self, object: &Object) -> BTreeSet<EventId> {
        let mut heads: BTreeSet<EventId> = object.life.heads.iter().copied().collect();
        heads.extend(object.parent.into_iter().flat_map(|table| self.life(table)));
        heads
    }

    /// Creates a node table with its primary key.
    pub fn create_node_table(&mut self, name: &str, key_name: &str, key: PropertySpec) -> ObjectId {
        let past = Dependencies::from(self.fold.slot(None, &Key::new(name)));
        let id = node_table(&Key::new(name), &Key::new(key_name), &key.ty, &past);
        let change = Change::CreateNodeTable {
            name: name.to_owned(),
            key_name: key_name.to_owned(),
            key,
            past: past.clone(),
        };
        self.push(id, past, change);
        id
    }

    /// Creates a rel table, without pairs yet.
    pub fn create_edge_table(
        &mut self,
        name: &str,
        multiplicity: Multiplicity,
        storage: StorageDirection,
    ) -> ObjectId {
        let past = Dependencies::from(self.fold.slot(None, &Key::new(name)));
        let id = birth(ObjectKind::EdgeTable, None, &Key::new(name), &past);
        let name = name.to_owned();
        let change = Change::CreateEdgeTable {
            name,
            multiplicity,
            storage,
            past: past.clone(),
        };
        self.push(id, past, change);
        id
    }

    /// Adds a property to a table.
    pub fn add_property(&mut self, table: ObjectId, name: &str, spec: PropertySpec) -> ObjectId {
        let key = Key::new(name);
        let past = Dependencies::from(self.fold.slot(Some(table), &key));
        let id = birth(ObjectKind::Property, Some(table), &key, &past);
        let mut depends_on = self.life(table);
        depends_on.extend(&past);
        let change = Change::AddProperty {
            table,
            name: name.to_owned(),
            spec,
            past,
        };
        self.push(id, depends_on, change);
        id
    }

    /// Adds a FROM–TO pair to a rel table.
    pub fn add_pair(&mut self, table: ObjectId, endpoints: Endpoints) -> ObjectId {
        let key = pair_key(endpoints);
        let past = Dependencies::from(self.fold.slot(Some(table), &key));
        let id = birth(ObjectKind::Pair, Some(table), &key, &past);
        let mut depends_on = self.life(table);
        depends_on.extend(self.life(endpoints.from));
        depends_on.extend(self.life(endpoints.to));
        depends_on.extend(&past);
        self.push(
            id,
            depends_on,
            Change::AddPair {
                table,
                endpoints,
                past,
            },
        );
        id
    }

    /// Creates an index on a node table.
    pub fn create_index(&mut self, table: ObjectId, name: &str, spec: IndexSpec) -> ObjectId {
        let past = Dependencies::from(self.fold.slot(Some(table), &index_key(name)));
        let id = birth(ObjectKind::Index, Some(table), &Key::new(name), &past);
        let mut depends_on = self.life(table);
        for property in &spec.properties {
            depends_on.extend(self.life(*property));
        }
        depends_on.extend(&past);
        let name = name.to_owned();
        let change = Change::CreateIndex {
            table,
            name,
            spec,
            past,
        };
        self.push(id, depends_on, change);
        id
    }

    /// Creates a sequence.
    pub fn create_sequence(&mut self, name: &str, spec: SequenceSpec) -> ObjectId {
        let past = Dependencies::from(self.fold.slot(None, &sequence_key(name)));
        let id = birth(ObjectKind::Sequence, None, &Key::new(name), &past);
        let depends_on = past.clone();
        let name = name.to_owned();
        self.push(id, depends_on, Change::CreateSequence { name, spec, past });
        id
    }

    /// Archives a table or a property (whose indexes are dropped), or drops a pair, an index or a
    /// sequence. The event depends on every use known here, so that a use it did not see can win.
    pub fn drop(&mut self, id: ObjectId) {
        self.drop_indexes(id);
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(self.fold.heads_around(id));
        // A former primary key can be dropped only after another property has become the key.
        let table = object.parent.and_then(|table| self.fold.object(table));
        depends_on.extend(table.into_iter().flat_map(|t| t.heads_of(Part::Key)));
        // A node table can be dropped only after all its pairs: their drops precede this one.
        for pair in self.fold.all_pairs_of(id) {
            depends_on.extend(pair.parent.iter().flat_map(|table| self.life(*table)));
        }
        let change = match object.kind() {
            ObjectKind::Index => Change::DropIndex,
            ObjectKind::Sequence => Change::DropSequence,
            ObjectKind::Property => Change::DropProperty,
            ObjectKind::Pair => Change::DropPair,
            ObjectKind::NodeTable | ObjectKind::EdgeTable => Change::DropTable,
        };
        self.push(id, depends_on, change);
    }

    /// Restores an archived table or property under the name it had.
    pub fn restore(&mut self, id: ObjectId) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(self.slot_of(object, &object.name.value));
        // The object takes the name that it has by now, wherever the name came from.
        depends_on.extend(&object.name.heads);
        // A restored table restores its pairs, and so uses their node tables as a new pair does.
        for pair in self.fold.children(id).filter(|child| child.is_live()) {
            if let Body::Pair(ends) = &pair.body {
                depends_on.extend(self.life(ends.from));
                depends_on.extend(self.life(ends.to));
            }
        }
        let change = if object.kind().is_table() {
            Change::RestoreTable
        } else {
            Change::RestoreProperty
        };
        self.push(id, depends_on, change);
    }

    /// Purges what the event `of` archived of an object: its data are deleted permanently.
    pub fn purge(&mut self, id: ObjectId, of: EventId) {
        let mut depends_on = self.life(id);
        depends_on.insert(of);
        self.push(id, depends_on, Change::Purge { of });
    }

    /// Renames a table or property.
    pub fn rename(&mut self, id: ObjectId, to: &str) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(&object.name.heads);
        depends_on.extend(self.slot_of(object, to));
        let to = to.to_owned();
        let change = if object.kind().is_table() {
            Change::RenameTable { to }
        } else {
            Change::RenameProperty { to }
        };
        self.push(id, depends_on, change);
    }

    /// Sets or clears a comment.
    pub fn comment(&mut self, id: ObjectId, text: Option<String>) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(&object.comment.heads);
        let change = if object.kind().is_table() {
            Change::CommentOnTable { text }
        } else {
            Change::CommentOnProperty { text }
        };
        self.push(id, depends_on, change);
    }

    /// Changes one aspect of an object's body: type, default, nullability, key, multiplicity or
    /// storage.
    pub fn set(&mut self, id: ObjectId, change: Change) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let parts: &[Part] = match &change {
            // A default belongs to a type, and a change of either may archive the column.
            Change::SetType { .. } | Change::SetTypeBy { .. } | Change::SetDefault { .. } => {
                &[Part::Type, Part::Default]
            }
            Change::SetNullable { .. } => &[Part::Nullable],
            Change::SetKey { .. } => &[Part::Key],
            Change::SetMultiplicity { .. } => &[Part::Multiplicity],
            Change::SetStorage { .. } => &[Part::Storage],
            _ => return,
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(parts.iter().flat_map(|part| object.heads_of(*part)));
        if let Change::SetKey { key } = &change {
            depends_on.extend(self.life(*key));
        }
        self.push(id, depends_on, change);
    }

    /// Resolves a conflict in favour of `keep`, one of the conflicting events. Where that is the
    /// drop of a node table, its pairs are dropped first. Returns whether there was a conflict to
    /// resolve.
    pub fn resolve(&mut self, conflict: &Conflict, keep: EventId) -> bool {
        let (id, part) = (conflict.object, conflict.kind.part());
        if !self.fold.choices(conflict).contains(&keep) {
            return false;
        }
        if part == Part::Life && self.fold.ends(keep) {
            self.free(id);
        }
        let Some(object) = self.fold.object(id) else {
            return false;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(object.heads_of(part));
        if part == Part::Life {
            depends_on.extend(self.fold.heads_around(id));
        }
        if part == Part::Type {
            depends_on.extend(object.heads_of(Part::Default));
        }
        depends_on.insert(keep);
        self.push(id, depends_on, Change::Resolve { part, keep });
        true
    }

    /// Drops what depends on an object: the pairs of a node table, with rel tables that have no
    /// others, and the indexes of a property.
    fn free(&mut self, id: ObjectId) {
        let pairs = self.fold.pairs_of(id);
        let mut held: BTreeMap<ObjectId, BTreeSet<ObjectId>> = BTreeMap::new();
        for pair in pairs {
            if let Some(table) = pair.parent {
                held.entry(table).or_default().insert(pair.id);
            }
        }
        for (table, pairs) in held {
            let all = self
                .fold
                .children(table)
                .filter(|child| child.is_live() && matches!(child.body, Body::Pair(_)));
            if all.count() == pairs.len() {
                self.drop(table);
            } else {
                pairs.into_iter().for_each(|pair| self.drop(pair));
            }
        }
        self.drop_indexes(id);
    }

    fn drop_indexes(&mut self, property: ObjectId) {
        let indexes = self.fold.indexes_of(property).filter(|i| i.is_live());
        for index in indexes.map(|index| index.id).collect::<Vec<_>>() {
            self.drop(index);
        }
    }

    fn slot_of(&self, object: &Object, name: &str) -> BTreeSet<EventId> {
        self.fold.slot(object.parent, &Key::new(name))
    }
}
