//! The folded state as a [`Schema`], and the names of objects in the database.

use std::collections::{BTreeMap, BTreeSet};

use super::names::scoped_name;
use super::object::{Lifecycle, Object, ObjectBody};
use super::state::Fold;
use crate::event::ObjectId;
use crate::schema::{Index, NameKey, Pair, Property, Schema, Sequence, Table, TableKind};

/// Returns the path of an object: `Table`, `Table.property` or `Table(From -> To)`, without
/// suffixes.
pub fn object_path(fold: &Fold, id: ObjectId) -> Option<String> {
    let name = |id| Some(fold.object(id)?.name.value.clone());
    let object = fold.object(id)?;
    let Some(parent) = object.parent else {
        return Some(object.name.value.clone());
    };
    let table = name(parent)?;
    Some(match &object.body {
        ObjectBody::Pair(ends) => format!("{table}({} -> {})", name(ends.from)?, name(ends.to)?),
        _ => format!("{table}.{}", object.name.value),
    })
}

/// Returns the tables that the events created, live and archived, by their names in the database.
/// Purged tables no longer have a name. The table that keeps the rels of an archived pair has the
/// id of the pair.
#[must_use]
pub fn managed_tables(fold: &Fold) -> BTreeMap<NameKey, ObjectId> {
    let purged = |object: &Object| matches!(object.lifecycle.value, Lifecycle::Purged(_));
    let tables = fold
        .objects()
        .filter(|object| object.kind().is_table() && !purged(object));
    let tables = tables.map(|table| (NameKey::new(&fold.database_name(table)), table.id));
    let pairs = fold.objects();
    let pairs = pairs.filter_map(|pair| Some((fold.pair_archive_name(pair)?, pair.id)));
    tables
        .chain(pairs.map(|(name, pair)| (NameKey::new(&name), pair)))
        .collect()
}

impl Fold {
    /// Returns the schema that all peers with these events agree on: live objects under their
    /// database names.
    #[must_use]
    pub fn schema(&self) -> Schema {
        let tables = self.store.top_level().filter(|o| o.is_live());
        Schema {
            tables: tables
                .filter_map(|table| self.table(table))
                .map(|table| (NameKey::new(&table.name), table))
                .collect(),
            sequences: self
                .store
                .top_level()
                .filter(|o| o.is_live())
                .filter_map(|object| self.sequence(object))
                .map(|sequence| (NameKey::new(&sequence.name), sequence))
                .collect(),
        }
    }

    /// Returns a table with its live properties and pairs; `None` if the object is not a table.
    #[must_use]
    pub fn table(&self, table: &Object) -> Option<Table> {
        let kind = match &table.body {
            ObjectBody::NodeTable { key } => TableKind::Node {
                primary_key: NameKey::new(&self.database_name(self.object(*key)?)),
            },
            ObjectBody::EdgeTable {
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
            name: self.database_name(table),
            kind,
            properties: properties
                .filter_map(|object| self.property(object))
                .map(|property| (NameKey::new(&property.name), property))
                .collect(),
            indexes: self
                .children(table.id)
                .filter(|child| child.is_live())
                .filter_map(|object| self.index(object))
                .map(|index| (NameKey::new(&index.name), index))
                .collect(),
            comment: table.comment.value.clone(),
        })
    }

    /// Returns a property under its database name; `None` if the object is not a property.
    #[must_use]
    pub fn property(&self, object: &Object) -> Option<Property> {
        let ObjectBody::Property(spec) = &object.body else {
            return None;
        };
        Some(Property {
            name: self.database_name(object),
            ty: spec.ty.clone(),
            nullable: spec.nullable,
            default: spec.default.clone(),
            comment: object.comment.value.clone(),
        })
    }

    /// Returns an index under its database name; `None` if the object is not an index, or if a
    /// property has a type by now that the index cannot have: then no database builds it.
    #[must_use]
    pub fn index(&self, object: &Object) -> Option<Index> {
        let ObjectBody::Index(spec) = &object.body else {
            return None;
        };
        let fits = |id: &ObjectId| match self.object(*id).map(|object| &object.body) {
            Some(ObjectBody::Property(property)) => spec.kind.accepts(&property.ty),
            _ => true,
        };
        if !spec.properties.iter().all(fits) {
            return None;
        }
        let name = |id: &ObjectId| Some(NameKey::new(&self.database_name(self.object(*id)?)));
        Some(Index {
            name: self.database_name(object),
            kind: spec.kind.clone(),
            properties: spec.properties.iter().filter_map(name).collect(),
            options: spec.options.clone(),
        })
    }

    /// Returns a sequence under its database name; `None` if the object is not a sequence.
    #[must_use]
    pub fn sequence(&self, object: &Object) -> Option<Sequence> {
        match &object.body {
            ObjectBody::Sequence(spec) => Some(spec.named(self.database_name(object))),
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
        let ObjectBody::Pair(endpoints) = &object.body else {
            return None;
        };
        Some(Pair {
            from: NameKey::new(&self.database_name(self.object(endpoints.from)?)),
            to: NameKey::new(&self.database_name(self.object(endpoints.to)?)),
        })
    }

    /// Returns the name of the node table that keeps the rels of an archived pair; `None` if the
    /// object is no archived pair, or its rel table was purged.
    #[must_use]
    pub fn pair_archive_name(&self, pair: &Object) -> Option<String> {
        let (ObjectBody::Pair(_), Lifecycle::Archived(by)) = (&pair.body, pair.lifecycle.value)
        else {
            return None;
        };
        let table = self.object(pair.parent?)?;
        let is_purged = matches!(table.lifecycle.value, Lifecycle::Purged(_));
        (!is_purged).then(|| format!("{}__a_{}", table.original_name, by.abbreviate()))
    }

    /// Returns the name of an object in the database. An archived object has a suffix derived from
    /// the event that archived it; of two live objects with one name, the later has a suffix
    /// derived from its identity.
    #[must_use]
    pub fn database_name(&self, object: &Object) -> String {
        let name = &object.name.value;
        match object.lifecycle.value {
            Lifecycle::Archived(by) | Lifecycle::Purged(by) => {
                format!("{name}__a_{}", by.abbreviate())
            }
            Lifecycle::Live => {
                let (parent, key) = scoped_name(object);
                let alone = self
                    .name_entry(parent, &key)
                    .is_none_or(|place| place.holders.len() < 2);
                if alone || self.find(parent, &key).map(|first| first.id) == Some(object.id) {
                    name.clone()
                } else {
                    format!("{name}__c_{}", object.id.abbreviate())
                }
            }
        }
    }
}
