//! The state as a [`Schema`], and the names that things have in the database.

use std::collections::{BTreeMap, BTreeSet};

use super::names::slot_of;
use super::object::{Body, Life, Object};
use super::state::Fold;
use crate::event::ObjectId;
use crate::schema::{Index, Key, Pair, Property, Schema, Sequence, Table, TableKind};

/// `Table`, `Table.property` or `Table(From -> To)`, without suffixes.
pub fn path(fold: &Fold, id: ObjectId) -> Option<String> {
    let name = |id| Some(fold.object(id)?.name.value.clone());
    let object = fold.object(id)?;
    let Some(parent) = object.parent else {
        return Some(object.name.value.clone());
    };
    let table = name(parent)?;
    Some(match &object.body {
        Body::Pair(ends) => format!("{table}({} -> {})", name(ends.from)?, name(ends.to)?),
        _ => format!("{table}.{}", object.name.value),
    })
}

/// The tables that the events made, live and archived, by their names in the database. Purged ones
/// have no name any more.
#[must_use]
pub fn owned(fold: &Fold) -> BTreeMap<Key, ObjectId> {
    let purged = |object: &Object| matches!(object.life.value, Life::Purged(_));
    let tables = fold
        .objects()
        .filter(|object| object.kind().is_table() && !purged(object));
    tables
        .map(|table| (Key::new(&fold.physical(table)), table.id))
        .collect()
}

impl Fold {
    /// The schema that all peers with these events agree on: live objects under their own names.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let tables = self.store.roots().filter(|o| o.is_live());
        Schema {
            tables: tables
                .filter_map(|table| self.table(table))
                .map(|table| (Key::new(&table.name), table))
                .collect(),
            sequences: self
                .store
                .roots()
                .filter(|o| o.is_live())
                .filter_map(|object| self.sequence(object))
                .map(|sequence| (Key::new(&sequence.name), sequence))
                .collect(),
        }
    }

    /// One table with its live properties and pairs; `None` if the object is no table.
    #[must_use]
    pub fn table(&self, table: &Object) -> Option<Table> {
        let kind = match &table.body {
            Body::NodeTable { key } => TableKind::Node {
                primary_key: Key::new(&self.physical(self.object(*key)?)),
            },
            Body::EdgeTable {
                multiplicity,
                storage,
            } => TableKind::Edge {
                pairs: self.live_pairs(table.id),
                multiplicity: Some(*multiplicity),
                storage: *storage,
            },
            _ => return None,
        };
        let properties = self.children(table.id).filter(|child| child.is_live());
        Some(Table {
            name: self.physical(table),
            kind,
            properties: properties
                .filter_map(|object| self.property(object))
                .map(|property| (Key::new(&property.name), property))
                .collect(),
            indexes: self
                .children(table.id)
                .filter(|child| child.is_live())
                .filter_map(|object| self.index(object))
                .map(|index| (Key::new(&index.name), index))
                .collect(),
            comment: table.comment.value.clone(),
        })
    }

    /// One property under the name it has in the database; `None` if the object is none.
    #[must_use]
    pub fn property(&self, object: &Object) -> Option<Property> {
        let Body::Property(spec) = &object.body else {
            return None;
        };
        Some(Property {
            name: self.physical(object),
            ty: spec.ty.clone(),
            nullable: spec.nullable,
            default: spec.default.clone(),
            comment: object.comment.value.clone(),
        })
    }

    /// One index under the name it has in the database; `None` if the object is none.
    #[must_use]
    pub fn index(&self, object: &Object) -> Option<Index> {
        let Body::Index(spec) = &object.body else {
            return None;
        };
        let name = |id: &ObjectId| Some(Key::new(&self.physical(self.object(*id)?)));
        Some(Index {
            name: self.physical(object),
            kind: spec.kind.clone(),
            properties: spec.properties.iter().filter_map(name).collect(),
            options: spec.options.clone(),
        })
    }

    /// One sequence under the name it has in the database; `None` if the object is none.
    #[must_use]
    pub fn sequence(&self, object: &Object) -> Option<Sequence> {
        match &object.body {
            Body::Sequence(spec) => Some(spec.named(self.physical(object))),
            _ => None,
        }
    }

    fn live_pairs(&self, table: ObjectId) -> BTreeSet<Pair> {
        let pairs = self.children(table).filter(|child| child.is_live());
        pairs.filter_map(|pair| self.pair(pair)).collect()
    }

    /// A FROM–TO pair by the names its node tables have in the database.
    #[must_use]
    pub fn pair(&self, object: &Object) -> Option<Pair> {
        let Body::Pair(endpoints) = &object.body else {
            return None;
        };
        Some(Pair {
            from: Key::new(&self.physical(self.object(endpoints.from)?)),
            to: Key::new(&self.physical(self.object(endpoints.to)?)),
        })
    }

    /// The name an object has in the database. Archived objects keep theirs with a suffix made of
    /// the event that archived them; of two live ones of one name the later has a suffix made of
    /// its identity.
    #[must_use]
    pub fn physical(&self, object: &Object) -> String {
        let name = &object.name.value;
        match object.life.value {
            Life::Archived(by) | Life::Purged(by) => format!("{name}__a_{}", by.short()),
            Life::Live => {
                let (parent, key) = slot_of(object);
                let alone = self
                    .place(parent, &key)
                    .is_none_or(|place| place.live.len() < 2);
                if alone || self.find(parent, &key).map(|first| first.id) == Some(object.id) {
                    name.clone()
                } else {
                    format!("{name}__c_{}", object.id.short())
                }
            }
        }
    }
}
