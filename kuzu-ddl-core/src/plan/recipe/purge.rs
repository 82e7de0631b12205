//! Purges: archived objects are deleted permanently.
//!
//! A table is dropped. A property is never dropped in place, where a later checkpoint may crash:
//! its table is rebuilt without the column.

use std::collections::BTreeSet;

use super::super::builder::{ExistingTable, PlanBuilder, is_purged};
use super::super::error::PlanError;
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::statement::count_rows;
use crate::diff::{ArchiveEntry, archive_entries};
use crate::event::{EventId, ObjectId};
use crate::fold::{Object, ObjectBody};
use crate::schema::name::quote;
use crate::schema::{NameKey, Table, TableKind, Type};

impl<'a> PlanBuilder<'a> {
    /// Drops purged tables, rel tables first, since they depend on node tables.
    pub(in crate::plan) fn drop_purged(&mut self) {
        let mut tables: Vec<(&'a Object, &'a Table)> = self
            .after
            .objects()
            .filter(|object| object.kind().is_table() && is_purged(object))
            .filter_map(|object| {
                let before = self.before.object(object.id).filter(|o| !is_purged(o))?;
                let key = NameKey::new(&self.before.database_name(before));
                Some((object, self.live.tables.get(&key)?))
            })
            .collect();
        tables.sort_by_key(|(_, table)| (table.kind.is_node(), NameKey::new(&table.name)));
        let purged: BTreeSet<NameKey> = tables.iter().map(|(_, t)| NameKey::new(&t.name)).collect();
        for (object, table) in tables {
            if let Some(user) = self.dependent_of(table, &purged) {
                let reason = self.dependent_reason(user);
                let object = object.name.value.clone();
                self.errors.push(PlanError::Unsupported { object, reason });
                continue;
            }
            for index in table.indexes.values() {
                self.drop_index(table, &table.name, index);
            }
            let count = count_rows(&table.name, table.kind.is_node());
            let hazards = purge_hazards_of(&object.name.value, &count);
            let operation = Operation::DropTable {
                table: table.name.clone(),
            };
            let counting = table.properties.values().filter(|p| p.ty == Type::Serial);
            let counting = counting.map(|p| p.name.clone()).collect();
            self.complete_serial_sequences(&table.name, counting);
            self.push(operation, &[&table.name], hazards);
            self.drop_serial_sequences(object.id, None);
        }
        self.drop_purged_pair_archives();
    }

    /// Returns a rel table that stays and connects a node table.
    fn dependent_of(&self, table: &Table, purged: &BTreeSet<NameKey>) -> Option<&'a Table> {
        let name = NameKey::new(&table.name);
        let joins = |other: &&Table| match &other.kind {
            TableKind::Edge { pairs, .. } => pairs.iter().any(|p| p.from == name || p.to == name),
            TableKind::Node { .. } => false,
        };
        let is_retained = |other: &&Table| !purged.contains(&NameKey::new(&other.name));
        let mut tables = self.live.tables.values().filter(is_retained);
        tables.find(joins)
    }

    /// Returns why a node table cannot be purged while a rel table connects it, with the remedy.
    fn dependent_reason(&self, user: &Table) -> String {
        let id = self.managed.get(&NameKey::new(&user.name));
        let Some(user) = id.and_then(|id| self.after.object(*id)) else {
            let name = &user.name;
            return format!(
                "the rel table {name} still connects it, and kuzu-ddl does not manage {name}\n\
                 help: drop it manually: `DROP TABLE {}`",
                quote(name)
            );
        };
        let name = &user.name.value;
        let remedy = if user.is_live() {
            format!(
                "drop that one first: `dropped_table!(\"{name}\")`, or its pair: \
                 `#[kuzu(dropped_pair(…))]` on its struct"
            )
        } else {
            format!(
                "purge that one too: `.purge({:?})` on the Migrator",
                self.purge_name(user.id, None)
            )
        };
        format!("the rel table {name} still connects it\nhelp: {remedy}")
    }

    /// Returns the name by which `.purge(…)` finds an archived object, or its column that `by`
    /// archived: the former name, or the one in the database where that is ambiguous.
    pub(in crate::plan) fn purge_name(&self, id: ObjectId, by: Option<EventId>) -> String {
        let entries = archive_entries(self.after);
        let is = |entry: &&ArchiveEntry| {
            entry.object == id
                && entry.is_column == by.is_some()
                && by.is_none_or(|by| by == entry.by)
        };
        let Some(entry) = entries.iter().find(is) else {
            return String::new();
        };
        let alike = entries.iter().filter(|other| other.origin == entry.origin);
        if alike.count() == 1 {
            entry.origin.clone()
        } else {
            entry.name.clone()
        }
    }

    /// Returns the purged columns of a table by their names in the database, each with the path
    /// under which the purge is allowed.
    pub(in crate::plan) fn purged_columns(
        &self,
        table: &ExistingTable<'_>,
    ) -> Vec<(NameKey, String)> {
        let mut out = Vec::new();
        for child in self.after.children(table.object.id) {
            let Some(before) = self.before.object(child.id) else {
                continue;
            };
            let ObjectBody::Property(_) = child.body else {
                continue;
            };
            // By the declared names, which every database of the application has.
            let path = format!("{}.{}", table.object.name.value, child.name.value);
            if is_purged(child) && !is_purged(before) {
                out.push((
                    NameKey::new(&self.before.database_name(before)),
                    path.clone(),
                ));
            }
            let new = child
                .archived_columns
                .iter()
                .filter(|archive| archive.purged);
            for archive in new {
                out.push((NameKey::new(&archive.name), path.clone()));
            }
        }
        out.retain(|(key, _)| table.live.properties.contains_key(key));
        out.sort();
        out
    }

    /// Returns the hazards of the data that the rebuild of a table deletes.
    pub(in crate::plan) fn purge_hazards(&self, table: &ExistingTable<'_>) -> Vec<Hazard> {
        let columns = self.purged_columns(table);
        let hazards = columns.into_iter().flat_map(|(key, path)| {
            let column = table.live.properties.get(&key);
            let column = column.map(|p| p.name.as_str()).unwrap_or_default();
            purge_hazards_of(&path, &self.count_values(table, column))
        });
        hazards.collect()
    }

    /// Returns whether a column of a table is to be purged.
    pub(in crate::plan) fn purges_column(&self, table: &ExistingTable<'_>) -> bool {
        !self.purged_columns(table).is_empty()
    }

    /// Returns whether an object is purged, so that its name and position no longer matter.
    pub(in crate::plan) fn is_purged_by_plan(&self, id: ObjectId) -> bool {
        self.after.object(id).is_some_and(is_purged)
    }
}

/// Returns the hazards of a purge.
pub(in crate::plan) fn purge_hazards_of(path: &str, count: &str) -> Vec<Hazard> {
    [HazardKind::DeletesData, HazardKind::Irreversible]
        .map(|kind| Hazard::new(kind, path, Some(count.to_owned())))
        .into()
}
