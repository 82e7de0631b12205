//! The folded state as a [`Schema`], and the names of objects in the database.

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

/// Returns the tables that the events created, live and archived, by their names in the database.
/// Purged tables no longer have a name.
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
    /// Returns the schema that all peers with these events agree on: live objects under their
    /// database names.
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

    /// Returns a table with its live properties and pairs; `None` if the object is not a table.
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

    /// Returns a property under its database name; `None` if the object is not a property.
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

    /// Returns an index under its database name; `None` if the object is not an index.
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

    /// Returns a sequence under its database name; `None` if the object is not a sequence.
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

    /// Returns a FROM–TO pair with the database names of its node tables; `None` if the object is
    /// not a pair, or a node table is unknown.
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

    /// Returns the name of an object in the database. An archived object has a suffix derived from
    /// the event that archived it; of two live objects with one name, the later has a suffix
    /// derived from its identity.
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
