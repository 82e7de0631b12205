//! Tables: the object of each declared table, and the events about whole tables.

mod pair;

use std::collections::{BTreeMap, BTreeSet};

use super::archive_entry::archive_entries;
use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use super::note::Note;
use super::resolve_names::{NameResolution, NameScope, ResolvedNames};
use super::reverse::definitions::inverse_type_change;
use crate::declared::{Declared, TableHints};
use crate::event::{ObjectId, PropertySpec};
use crate::fold::{ArchivedColumn, Lifecycle, ObjectBody};
use crate::schema::{NameKey, Property, Table, TableKind};

impl<'a> Differ<'a> {
    /// Restores what the application requested by name.
    pub(in crate::diff) fn restore_requested(&mut self) {
        // A pair needs its node tables.
        let pairs = self.options.restore.iter();
        let (pairs, others): (Vec<_>, Vec<_>) = pairs.partition(|path| path.contains('('));
        self.restore_objects(others);
        for path in pairs {
            self.restore_pair(path);
        }
    }

    /// Restores tables and properties.
    fn restore_objects(&mut self, paths: Vec<&String>) {
        for path in paths {
            let (table, property) = match path.split_once('.') {
                Some((table, property)) => (NameKey::new(table), Some(NameKey::new(property))),
                None => (NameKey::new(path), None),
            };
            let parent = property.as_ref().and_then(|_| self.find(None, &table));
            let name = property.unwrap_or(table);
            if self.restore_column(path, parent, &name) || self.find(parent, &name).is_some() {
                continue;
            }
            let removed = self
                .draft
                .fold()
                .objects_ever_named(parent, &name)
                .filter(|object| !object.is_live() && NameKey::new(&object.name.value) == name);
            let (purged, archived): (Vec<_>, Vec<_>) =
                removed.partition(|object| matches!(object.lifecycle.value, Lifecycle::Purged(_)));
            // Of several with one name, the one dropped last.
            let last = archived
                .into_iter()
                .max_by_key(|object| self.draft.fold().creation_rank(object.id));
            if let Some(id) = last.map(|object| object.id) {
                self.draft.restore(id);
            } else if !purged.is_empty() {
                self.refuse(path.clone(), String::new(), IncompatibilityKind::Purged);
            } else if !self.is_declared(path) {
                self.refuse_unknown_archive(path, "restored");
            }
        }
    }

    /// Restores the values of a property from before a change of its type. The path is the name of
    /// the archived column in the database, or that of the property where the earlier type is
    /// declared.
    fn restore_column(&mut self, path: &str, parent: Option<ObjectId>, name: &NameKey) -> bool {
        let fold = self.draft.fold();
        let (Some(table), desired) = (parent, NameKey::new(path)) else {
            return false;
        };
        let mut columns = archive_entries(fold).into_iter().filter(|a| a.is_column);
        let named = columns.find(|column| NameKey::new(&column.name) == desired);
        let property = match &named {
            Some(column) => fold.object(column.object),
            None => fold.find(Some(table), name),
        };
        let Some((id, archives, ObjectBody::Property(spec))) =
            property.map(|object| (object.id, &object.archived_columns, &object.body))
        else {
            return false;
        };
        let declared = self.declared.schema.tables.values().find_map(|declared| {
            let is = self.find(None, &NameKey::new(&declared.name)) == Some(table);
            declared.properties.get(name).filter(|_| is)
        });
        let is_requested_archive = |archive: &&ArchivedColumn| match &named {
            Some(column) => archive.by == column.by,
            None => declared.is_some_and(|declared| declared.ty == archive.ty),
        };
        let mut archives = archives.iter().rev().filter(|archive| !archive.purged);
        let Some(archive) = archives
            .find(is_requested_archive)
            .filter(|archive| archive.ty != spec.ty)
        else {
            return named.is_some();
        };
        let change = inverse_type_change(&spec.ty, &archive.ty);
        self.restored.insert(id);
        self.draft.change(id, change);
        true
    }

    pub(in crate::diff) fn resolve_tables(&mut self) -> ResolvedNames {
        let declared = self.declared;
        let names = NameScope {
            parent: None,
            declared: table_names(declared),
            last: self.ancestor.map(table_names),
            tombstoned: self.new_tombstones().collect(),
        };
        let tables = &declared.schema.tables;
        let fits = |id, key: &NameKey| tables.get(key).is_some_and(|t| self.is_kind(id, &t.kind));
        let recreate = |key: &NameKey| tables.get(key).is_some_and(|t| self.recreates(&t.name));
        let NameResolution {
            objects,
            former_names,
            refused,
        } = self.resolve(&names, fits, recreate);
        self.former_names = former_names;
        for (key, reason) in refused {
            let name = tables.get(&key).map(|t| t.name.clone()).unwrap_or_default();
            self.refuse(name, self.origin(&key), reason);
        }
        objects
    }

    /// Returns the tombstones of tables that the last declaration did not have: others have been
    /// applied.
    fn new_tombstones(&self) -> impl Iterator<Item = &'a NameKey> {
        let before = self.ancestor.map(|a| &a.dropped_tables);
        let declared = self.declared.dropped_tables.keys();
        declared.filter(move |key| before.is_none_or(|before| !before.contains_key(*key)))
    }

    fn is_kind(&self, id: ObjectId, kind: &TableKind) -> bool {
        let object = self.draft.fold().object(id);
        object.is_some_and(|o| matches!(o.body, ObjectBody::NodeTable { .. }) == kind.is_node())
    }

    /// Applies the tombstones of tables; rel tables first, since they depend on node tables.
    pub(in crate::diff) fn drop_tables(&mut self, resolved: &ResolvedNames) {
        let claimed: BTreeSet<ObjectId> = resolved.values().flatten().copied().collect();
        let declared: BTreeSet<ObjectId> = self
            .new_tombstones()
            .filter_map(|key| self.find(None, key))
            .filter(|id| !claimed.contains(id))
            .collect();
        let (mut drops, mut kept) = (Vec::new(), Vec::new());
        for table in self.draft.fold().objects() {
            if !table.is_live() || !table.kind().is_table() || claimed.contains(&table.id) {
                continue;
            }
            if declared.contains(&table.id) || self.options.archive_undeclared {
                let is_node = matches!(table.body, ObjectBody::NodeTable { .. });
                drops.push((is_node, NameKey::new(&table.name.value), table.id));
            } else {
                let object = table.name.value.clone();
                let dropped = &self.declared.dropped_tables;
                let has_tombstone = dropped.contains_key(&NameKey::new(&object));
                kept.push(Note::kept(object, has_tombstone));
            }
        }
        self.notes.extend(kept);
        drops.sort();
        self.drop_pairs(resolved);
        for (_, _, id) in drops {
            self.drop_table(id, &claimed);
        }
    }

    /// Archives a table. A node table takes along the pairs that connect it: a declared rel table no
    /// longer declares them. A rel table that is not declared must be dropped itself.
    fn drop_table(&mut self, id: ObjectId, claimed: &BTreeSet<ObjectId>) {
        let fold = self.draft.fold();
        let pairs: Vec<(ObjectId, Option<ObjectId>)> = fold
            .pairs_of(id)
            .map(|pair| (pair.id, pair.parent))
            .collect();
        let users = pairs.iter().filter_map(|(_, table)| *table);
        let user = users.into_iter().find(|table| !claimed.contains(table));
        if let Some(user) = user.and_then(|user| fold.object(user)) {
            let by = user.name.value.clone();
            let object = fold.object(id).map(|o| o.name.value.clone());
            let kind = IncompatibilityKind::InUse { by };
            self.refuse(object.unwrap_or_default(), String::new(), kind);
            return;
        }
        for (pair, _) in pairs {
            self.draft.archive(pair);
        }
        self.draft.archive(id);
    }

    pub(in crate::diff) fn rename_tables(&mut self, resolved: &ResolvedNames) {
        let declared = self.declared;
        for (key, id) in resolved {
            let (Some(id), Some(table)) = (*id, declared.schema.tables.get(key)) else {
                continue;
            };
            self.rename_if_declared(
                id,
                &table.name,
                self.ancestor_table(key).map(|t| &t.name).cloned(),
            );
        }
    }

    /// Renames an object when the declaration requests a new name or spelling. A spelling that was
    /// declared before was changed elsewhere since, and stays.
    pub(in crate::diff) fn rename_if_declared(
        &mut self,
        id: ObjectId,
        to: &str,
        last: Option<String>,
    ) {
        let Some(object) = self.draft.fold().object(id) else {
            return;
        };
        if object.name.value != to && last.as_deref() != Some(to) {
            self.draft.rename(id, to);
        }
    }

    /// Returns the table as it was declared last, under its present or a former name.
    pub(in crate::diff) fn ancestor_table(&self, key: &NameKey) -> Option<&'a Table> {
        self.ancestor?
            .schema
            .tables
            .get(self.former_names.get(key)?)
    }

    /// Returns the hints of the table's last declaration.
    pub(in crate::diff) fn last_hints(&self, key: &NameKey) -> Option<&'a TableHints> {
        self.ancestor?.tables.get(self.former_names.get(key)?)
    }

    /// Creates new tables, node tables first, and sets comments.
    pub(in crate::diff) fn create_tables(
        &mut self,
        resolved: ResolvedNames,
    ) -> BTreeMap<NameKey, ObjectId> {
        let declared = self.declared;
        let mut ids = BTreeMap::new();
        for nodes in [true, false] {
            for (key, id) in &resolved {
                let Some(table) = declared.schema.tables.get(key) else {
                    continue;
                };
                if table.kind.is_node() != nodes {
                    continue;
                }
                let id = match id.or_else(|| self.restore_object(key, &table.kind)) {
                    Some(id) if !self.is_kind(id, &table.kind) => continue,
                    Some(id) => Some(id),
                    None => self.create_table(table),
                };
                if let Some(id) = id {
                    let last = self.ancestor_table(key).map(|t| t.comment.clone());
                    self.set_comment_if_declared(id, &table.comment, last);
                    ids.insert(key.clone(), id);
                }
            }
        }
        ids
    }

    fn restore_object(&mut self, key: &NameKey, kind: &TableKind) -> Option<ObjectId> {
        let id = self
            .undone(None, key)
            .filter(|id| self.is_kind(*id, kind))?;
        self.draft.restore(id);
        Some(id)
    }

    fn create_table(&mut self, table: &Table) -> Option<ObjectId> {
        Some(match &table.kind {
            TableKind::Node { primary_key } => {
                let key = table.properties.get(primary_key)?;
                self.draft
                    .create_node_table(&table.name, &key.name, spec(key))
            }
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            } => self.draft.create_edge_table(
                &table.name,
                multiplicity.unwrap_or_default(),
                *storage,
            ),
        })
    }

    /// Sets a comment when the declaration changed it. Without an earlier declaration, only a
    /// non-empty comment counts.
    pub(in crate::diff) fn set_comment_if_declared(
        &mut self,
        id: ObjectId,
        desired: &Option<String>,
        last: Option<Option<String>>,
    ) {
        let Some(object) = self.draft.fold().object(id) else {
            return;
        };
        let is_requested = match last {
            Some(last) => last != *desired,
            None => desired.is_some(),
        };
        if is_requested && object.comment.value != *desired {
            self.draft.set_comment(id, desired.clone());
        }
    }
}

fn table_names(declared: &Declared) -> BTreeMap<&NameKey, &[String]> {
    let former_names = |key| declared.tables.get(key).map(|h| h.renamed_from.as_slice());
    declared
        .schema
        .tables
        .keys()
        .map(|key| (key, former_names(key).unwrap_or_default()))
        .collect()
}

/// Returns what the creating event records of a property.
pub(in crate::diff) fn spec(property: &Property) -> PropertySpec {
    PropertySpec {
        ty: property.ty.clone(),
        nullable: property.nullable,
        default: property.default.clone(),
    }
}
