//! Creation of new events, each depending on the newest state of all that it reads or changes.

use std::collections::{BTreeMap, BTreeSet};

use super::conflict::Conflict;
use super::object::{Object, ObjectBody};
use super::state::Fold;
use crate::event::{
    Aspect, Change, DdlEvent, Dependencies, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind,
    PropertySpec, SequenceSpec, index_key, node_table_id, object_id, pair_key, sequence_key,
};
use crate::schema::{Multiplicity, NameKey, StorageDirection};

/// Builder for new events: a fold that grows by the events it creates.
#[derive(Clone, Debug)]
pub struct ChangeBuilder {
    fold: Fold,
    events: Vec<DdlEvent>,
}

impl ChangeBuilder {
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
        self.fold.insert(event.clone());
        self.events.push(event);
    }

    fn lifecycle_heads(&self, id: ObjectId) -> BTreeSet<EventId> {
        let heads = self.fold.object(id).map(|object| &object.lifecycle.heads);
        heads.into_iter().flatten().copied().collect()
    }

    /// Returns the events that determine whether an object exists, with those of its table: a
    /// change of a member of a restored table must not precede the drop of that table.
    fn existence_dependencies(&self, object: &Object) -> BTreeSet<EventId> {
        let mut heads: BTreeSet<EventId> = object.lifecycle.heads.iter().copied().collect();
        heads.extend(
            object
                .parent
                .into_iter()
                .flat_map(|table| self.lifecycle_heads(table)),
        );
        heads
    }

    /// Creates a node table with its primary key.
    pub fn create_node_table(&mut self, name: &str, key_name: &str, key: PropertySpec) -> ObjectId {
        let predecessors =
            Dependencies::from(self.fold.name_predecessors(None, &NameKey::new(name)));
        let id = node_table_id(
            &NameKey::new(name),
            &NameKey::new(key_name),
            &key.ty,
            &predecessors,
        );
        let change = Change::CreateNodeTable {
            name: name.to_owned(),
            key_name: key_name.to_owned(),
            key,
            predecessors: predecessors.clone(),
        };
        self.push(id, predecessors, change);
        id
    }

    /// Creates a rel table, without pairs yet.
    pub fn create_edge_table(
        &mut self,
        name: &str,
        multiplicity: Multiplicity,
        storage: StorageDirection,
    ) -> ObjectId {
        let predecessors =
            Dependencies::from(self.fold.name_predecessors(None, &NameKey::new(name)));
        let id = object_id(
            ObjectKind::EdgeTable,
            None,
            &NameKey::new(name),
            &predecessors,
        );
        let name = name.to_owned();
        let change = Change::CreateEdgeTable {
            name,
            multiplicity,
            storage,
            predecessors: predecessors.clone(),
        };
        self.push(id, predecessors, change);
        id
    }

    /// Adds a property to a table.
    pub fn add_property(&mut self, table: ObjectId, name: &str, spec: PropertySpec) -> ObjectId {
        let key = NameKey::new(name);
        let predecessors = Dependencies::from(self.fold.name_predecessors(Some(table), &key));
        let id = object_id(ObjectKind::Property, Some(table), &key, &predecessors);
        let mut depends_on = self.lifecycle_heads(table);
        depends_on.extend(&predecessors);
        let change = Change::AddProperty {
            table,
            name: name.to_owned(),
            spec,
            predecessors,
        };
        self.push(id, depends_on, change);
        id
    }

    /// Adds a FROM–TO pair to a rel table.
    pub fn add_pair(&mut self, table: ObjectId, endpoints: Endpoints) -> ObjectId {
        let key = pair_key(endpoints);
        let predecessors = Dependencies::from(self.fold.name_predecessors(Some(table), &key));
        let id = object_id(ObjectKind::Pair, Some(table), &key, &predecessors);
        let mut depends_on = self.lifecycle_heads(table);
        depends_on.extend(self.lifecycle_heads(endpoints.from));
        depends_on.extend(self.lifecycle_heads(endpoints.to));
        depends_on.extend(&predecessors);
        self.push(
            id,
            depends_on,
            Change::AddPair {
                table,
                endpoints,
                predecessors,
            },
        );
        id
    }

    /// Creates an index on a node table.
    pub fn create_index(&mut self, table: ObjectId, name: &str, spec: IndexSpec) -> ObjectId {
        let predecessors =
            Dependencies::from(self.fold.name_predecessors(Some(table), &index_key(name)));
        let id = object_id(
            ObjectKind::Index,
            Some(table),
            &NameKey::new(name),
            &predecessors,
        );
        let mut depends_on = self.lifecycle_heads(table);
        for property in &spec.properties {
            depends_on.extend(self.lifecycle_heads(*property));
        }
        depends_on.extend(&predecessors);
        let name = name.to_owned();
        let change = Change::CreateIndex {
            table,
            name,
            spec,
            predecessors,
        };
        self.push(id, depends_on, change);
        id
    }

    /// Creates a sequence.
    pub fn create_sequence(&mut self, name: &str, spec: SequenceSpec) -> ObjectId {
        let predecessors =
            Dependencies::from(self.fold.name_predecessors(None, &sequence_key(name)));
        let id = object_id(
            ObjectKind::Sequence,
            None,
            &NameKey::new(name),
            &predecessors,
        );
        let depends_on = predecessors.clone();
        let name = name.to_owned();
        self.push(
            id,
            depends_on,
            Change::CreateSequence {
                name,
                spec,
                predecessors,
            },
        );
        id
    }

    /// Archives a table, a property (whose indexes are dropped) or a pair, or drops an index or a
    /// sequence. The event depends on every use known here, so that a use it did not see can win.
    pub fn archive(&mut self, id: ObjectId) {
        self.drop_indexes(id);
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.existence_dependencies(object);
        depends_on.extend(self.fold.dependency_heads(id));
        // A former primary key can be dropped only after another property has become the key.
        let table = object.parent.and_then(|table| self.fold.object(table));
        depends_on.extend(
            table
                .into_iter()
                .flat_map(|t| t.heads_of(Aspect::PrimaryKey)),
        );
        // A node table can be dropped only after all its pairs: their drops precede this one.
        for pair in self.fold.pairs_including_dropped(id) {
            depends_on.extend(
                pair.parent
                    .iter()
                    .flat_map(|table| self.lifecycle_heads(*table)),
            );
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

    /// Restores an archived table or property under the name it had, or an archived pair.
    pub fn restore(&mut self, id: ObjectId) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.existence_dependencies(object);
        if let ObjectBody::Pair(ends) = &object.body {
            let key = pair_key(*ends);
            depends_on.extend(self.fold.name_predecessors(object.parent, &key));
            depends_on.extend(self.lifecycle_heads(ends.from));
            depends_on.extend(self.lifecycle_heads(ends.to));
        } else {
            depends_on.extend(self.scoped_name(object, &object.name.value));
        }
        // The object takes the name that it has by now, wherever the name came from.
        depends_on.extend(&object.name.heads);
        // A restored table restores its pairs, and so uses their node tables as a new pair does.
        for pair in self.fold.children(id).filter(|child| child.is_live()) {
            if let ObjectBody::Pair(ends) = &pair.body {
                depends_on.extend(self.lifecycle_heads(ends.from));
                depends_on.extend(self.lifecycle_heads(ends.to));
            }
        }
        let change = match object.kind() {
            ObjectKind::Pair => Change::RestorePair,
            kind if kind.is_table() => Change::RestoreTable,
            _ => Change::RestoreProperty,
        };
        self.push(id, depends_on, change);
    }

    /// Purges what the event `of` archived of an object: its data are deleted permanently.
    pub fn purge(&mut self, id: ObjectId, archived_by: EventId) {
        let mut depends_on = self.lifecycle_heads(id);
        depends_on.insert(archived_by);
        self.push(id, depends_on, Change::Purge { archived_by });
    }

    /// Renames a table or property.
    pub fn rename(&mut self, id: ObjectId, to: &str) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.existence_dependencies(object);
        depends_on.extend(&object.name.heads);
        depends_on.extend(self.scoped_name(object, to));
        let to = to.to_owned();
        let change = if object.kind().is_table() {
            Change::RenameTable { to }
        } else {
            Change::RenameProperty { to }
        };
        self.push(id, depends_on, change);
    }

    /// Sets or clears a comment.
    pub fn set_comment(&mut self, id: ObjectId, text: Option<String>) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let mut depends_on = self.existence_dependencies(object);
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
    pub fn change(&mut self, id: ObjectId, change: Change) {
        let Some(object) = self.fold.object(id) else {
            return;
        };
        let aspects: &[Aspect] = match &change {
            // A default belongs to a type, and a change of either may archive the column.
            Change::SetType { .. } | Change::SetTypeWith { .. } | Change::SetDefault { .. } => {
                &[Aspect::Type, Aspect::Default]
            }
            Change::SetNullable { .. } => &[Aspect::Nullable],
            Change::SetPrimaryKey { .. } => &[Aspect::PrimaryKey],
            Change::SetMultiplicity { .. } => &[Aspect::Multiplicity],
            Change::SetStorage { .. } => &[Aspect::Storage],
            _ => return,
        };
        let mut depends_on = self.existence_dependencies(object);
        depends_on.extend(aspects.iter().flat_map(|aspect| object.heads_of(*aspect)));
        if let Change::SetPrimaryKey { key } = &change {
            depends_on.extend(self.lifecycle_heads(*key));
        }
        self.push(id, depends_on, change);
    }

    /// Resolves a conflict in favour of `keep`, one of the conflicting events. Where that is the
    /// drop of a node table, its pairs are dropped first. Returns whether there was a conflict to
    /// resolve.
    pub fn resolve(&mut self, conflict: &Conflict, keep: EventId) -> bool {
        let (id, aspect) = (conflict.object, conflict.kind.aspect());
        if !self.fold.resolutions(conflict).contains(&keep) {
            return false;
        }
        if aspect == Aspect::Lifecycle && self.fold.resolves_conflict(keep) {
            self.archive_dependents(id);
        }
        let Some(object) = self.fold.object(id) else {
            return false;
        };
        let mut depends_on = self.existence_dependencies(object);
        depends_on.extend(object.heads_of(aspect));
        if aspect == Aspect::Lifecycle {
            depends_on.extend(self.fold.dependency_heads(id));
        }
        if aspect == Aspect::Type {
            depends_on.extend(object.heads_of(Aspect::Default));
        }
        depends_on.insert(keep);
        self.push(id, depends_on, Change::Resolve { aspect, keep });
        true
    }

    /// Drops what depends on an object: the pairs of a node table, with rel tables that have no
    /// others, and the indexes of a property.
    fn archive_dependents(&mut self, id: ObjectId) {
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
                .filter(|child| child.is_live() && matches!(child.body, ObjectBody::Pair(_)));
            if all.count() == pairs.len() {
                self.archive(table);
            } else {
                pairs.into_iter().for_each(|pair| self.archive(pair));
            }
        }
        self.drop_indexes(id);
    }

    fn drop_indexes(&mut self, property: ObjectId) {
        let indexes = self.fold.indexes_of(property).filter(|i| i.is_live());
        for index in indexes.map(|index| index.id).collect::<Vec<_>>() {
            self.archive(index);
        }
    }

    fn scoped_name(&self, object: &Object, name: &str) -> BTreeSet<EventId> {
        self.fold
            .name_predecessors(object.parent, &NameKey::new(name))
    }
}
