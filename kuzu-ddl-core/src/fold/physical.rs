//! The physical target: every table and column that a database with these events has.
//!
//! It follows from the events alone, not from the path on which they arrived: archived tables and
//! properties, and the columns with old values, exist in every database, also where they are empty.
//! Detection of drift, plans and their verification all read it.

use std::collections::BTreeSet;

use super::object::{ArchivedColumn, Lifecycle, Object, ObjectBody};
use super::state::Fold;
use crate::event::{Endpoints, ObjectId, ObjectKind};
use crate::schema::{NameKey, Pair, Schema, Table, TableKind};

impl Fold {
    /// Returns all tables and sequences that a database with these events has, archived ones
    /// included. Names are those in the database.
    #[must_use]
    pub fn physical_schema(&self) -> Schema {
        let tables = self
            .objects()
            .filter(|object| self.exists_physically(object));
        Schema {
            tables: tables
                .filter_map(|table| self.physical_table(table))
                .map(|table| (NameKey::new(&table.name), table))
                .collect(),
            sequences: self.schema().sequences,
        }
    }

    /// Returns whether a table exists in the database: it is not purged, and a rel table has a
    /// FROM–TO pair.
    pub(crate) fn exists_physically(&self, object: &Object) -> bool {
        object.kind().is_table()
            && !is_purged(object)
            && (object.kind() == ObjectKind::NodeTable
                || !self.physical_pairs(object.id).is_empty())
    }

    /// Returns a table with all of its columns and pairs; `None` if the object is not a table.
    #[must_use]
    pub fn physical_table(&self, object: &Object) -> Option<Table> {
        let mut table = self.table(object)?;
        let archived = self.children(object.id).filter(|child| {
            !child.is_live() && !is_purged(child) && matches!(child.body, ObjectBody::Property(_))
        });
        let archived = archived.filter_map(|child| self.property(child));
        let hidden = self.hidden_columns(object.id);
        let hidden = hidden.into_iter().map(|(_, column)| column.property());
        for property in archived.chain(hidden) {
            let key = NameKey::new(&property.name);
            table.properties.insert(key, property);
        }
        if let TableKind::Edge { pairs, .. } = &mut table.kind {
            let present = self.physical_pairs(object.id).into_iter();
            *pairs = present.filter_map(|pair| self.pair(pair)).collect();
        }
        Some(table)
    }

    /// Returns the columns with old values that a table has, each with its property.
    ///
    /// Those of concurrent creations have none of their own: their values are in conflict columns.
    /// A rel table is copied for each change, and so drops the column that a lossless change
    /// widened.
    #[must_use]
    pub fn hidden_columns(&self, table: ObjectId) -> Vec<(&Object, &ArchivedColumn)> {
        let is_edge = self
            .object(table)
            .is_some_and(|table| table.kind() == ObjectKind::EdgeTable);
        let of = move |child| {
            let columns = Object::columns(child);
            let columns = columns.filter(move |column| {
                !column.purged && self.has_column(column) && !(is_edge && is_widened(column))
            });
            columns.map(move |column| (child, column))
        };
        self.children(table).flat_map(of).collect()
    }

    fn has_column(&self, column: &ArchivedColumn) -> bool {
        column.is_conflict_column()
            || self
                .event(column.by)
                .is_none_or(|event| !event.change().is_creation())
    }

    /// Returns the FROM–TO pairs that a rel table has in the database. Of several with the same
    /// endpoints, one is returned. The engine needs at least one, so the last one that was dropped
    /// stays.
    #[must_use]
    pub fn physical_pairs(&self, table: ObjectId) -> Vec<&Object> {
        let exists = |node: ObjectId| self.object(node).is_some_and(|node| !is_purged(node));
        let pairs = self.children(table).filter_map(|child| match child.body {
            ObjectBody::Pair(Endpoints { from, to }) if exists(from) && exists(to) => {
                Some(((from, to), child))
            }
            _ => None,
        });
        let (live, mut dropped): (Vec<_>, Vec<_>) = pairs.partition(|(_, pair)| pair.is_live());
        let mut seen = BTreeSet::new();
        let live = live.into_iter().filter(|(ends, _)| seen.insert(*ends));
        let live: Vec<&Object> = live.map(|(_, pair)| pair).collect();
        if !live.is_empty() {
            return live;
        }
        dropped.sort_by_cached_key(|(_, pair)| {
            let heads = pair.lifecycle.heads.iter().map(|head| self.rank_of(*head));
            (heads.max(), pair.id)
        });
        dropped.pop().map(|(_, pair)| pair).into_iter().collect()
    }

    /// Returns the same pairs by the names of their node tables.
    #[must_use]
    pub fn physical_pair_names(&self, table: ObjectId) -> BTreeSet<Pair> {
        let pairs = self.physical_pairs(table).into_iter();
        pairs.filter_map(|pair| self.pair(pair)).collect()
    }
}

/// Returns whether a plain cast widened the values, so that the new ones are the old ones.
fn is_widened(column: &ArchivedColumn) -> bool {
    !column.is_conflict_column()
        && column.cast.is_none()
        && column.function.is_none()
        && column.ty.is_subtype_of(&column.to)
}

fn is_purged(object: &Object) -> bool {
    matches!(object.lifecycle.value, Lifecycle::Purged(_))
}
