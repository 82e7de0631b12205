//! Making events: each knows the newest state of all it reads or changes.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::Conflict;
use super::object::{Body, Object};
use super::state::Fold;
use crate::event::{
    Change, DdlEvent, Dependencies, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, Part,
    PropertySpec, SequenceSpec, birth, index_key, node_table, pair_key, sequence_key,
};
use crate::schema::{Key, Multiplicity, StorageDirection};

/// A fold that grows by the events it makes.
#[derive(Clone, Debug)]
pub struct Draft {
    fold: Fold,
    events: Vec<DdlEvent>,
}

impl Draft {
    /// Starts from a state.
    #[must_use]
    pub fn new(fold: Fold) -> Self {
        Self {
            fold,
            events: Vec::new(),
        }
    }

    /// The state with all events made so far.
    #[must_use]
    pub fn fold(&self) -> &Fold {
        &self.fold
    }

    /// The state and the new events, in the order made.
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

    /// What made an object what it is, live or not, and the table that it is in: a change of what is in
    /// a table that came back must not come before the table went.
    fn lives(&self, object: &Object) -> BTreeSet<EventId> {
        let mut heads: BTreeSet<EventId> = object.life.heads.iter().copied().collect();
        heads.extend(object.parent.into_iter().flat_map(|table| self.life(table)));
        heads
    }

    /// A new node table with its primary key.
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

    /// A new rel table, still without pairs.
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

    /// A new property.
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

    /// A new FROM–TO pair.
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

    /// A new index.
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

    /// A new sequence.
    pub fn create_sequence(&mut self, name: &str, spec: SequenceSpec) -> ObjectId {
        let past = Dependencies::from(self.fold.slot(None, &sequence_key(name)));
        let id = birth(ObjectKind::Sequence, None, &Key::new(name), &past);
        let depends_on = past.clone();
        let name = name.to_owned();
        self.push(id, depends_on, Change::CreateSequence { name, spec, past });
        id
    }

    /// Archives a table, or a property (its indexes go), or deletes a pair, an index, a sequence. It depends on every use known here, so
    /// that a use it did not know of can win.
    pub fn drop(&mut self, id: ObjectId) {
        self.drop_indexes(id);
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(self.fold.heads_around(id));
        // A property that was the key can go only after another has become it.
        let table = object.parent.and_then(|table| self.fold.object(table));
        depends_on.extend(table.into_iter().flat_map(|t| t.heads_of(Part::Key)));
        // A node table can go only after all pairs that joined it: their end comes before this.
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

    /// Brings an archived table or property back under the name it had.
    pub fn restore(&mut self, id: ObjectId) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.lives(object);
        depends_on.extend(self.slot_of(object, &object.name.value));
        // It takes the name that it has by now, wherever it got it.
        depends_on.extend(&object.name.heads);
        // It brings its pairs back, and so uses their node tables, as a new pair does.
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

    /// Deletes for ever what the event `of` archived of an object.
    pub fn purge(&mut self, id: ObjectId, of: EventId) {
        let mut depends_on = self.life(id);
        depends_on.insert(of);
        self.push(id, depends_on, Change::Purge { of });
    }

    /// Gives a table or property another name.
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

    /// Changes one part of an object's body: type, default, nullability, key, multiplicity, storage.
    pub fn set(&mut self, id: ObjectId, change: Change) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let parts: &[Part] = match &change {
            // A default is one of a type, and either may make a column of the other's time an old one.
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

    /// Settles a contradiction: the word of `keep`, one of the events that contradict one another,
    /// holds. Where that is a drop of a node table, the pairs that hold on to it go first. Returns
    /// whether there was anything to settle.
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

    /// Drops what holds on to a node table: its pairs, and rel tables that have no others; and to a
    /// property: its indexes.
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
