//! Properties of one table.

use std::collections::{BTreeMap, BTreeSet};

use super::differ::Differ;
use super::incompatibility::IncompatibilityKind;
use super::note::Note;
use super::resolve_names::{NameResolution, NameScope, ResolvedNames};
use super::table::spec;
use crate::declared::Declared;
use crate::event::ObjectId;
use crate::fold::ObjectBody;
use crate::schema::{NameKey, Table};

impl<'a> Differ<'a> {
    /// Drops, renames, adds, changes and comments on properties, in this order.
    pub(super) fn properties(&mut self, key: &NameKey, id: ObjectId) {
        let declared = self.declared;
        let Some(table) = declared.schema.tables.get(key) else {
            return;
        };
        let (resolved, was) = self.resolve_properties(key, table, id);
        let former = self.draft.fold().primary_key_of(id);
        self.drop_properties(key, table, id, &resolved, former);
        for (name, property) in &table.properties {
            let Some(found) = resolved.get(name) else {
                continue;
            };
            let last = was
                .get(name)
                .and_then(|was| self.ancestor_table(key)?.properties.get(was));
            let last = last.cloned();
            let undone = self.undone(Some(id), name).filter(|_| found.is_none());
            if let Some(object) = undone {
                self.draft.restore(object);
            }
            let found = &found.or(undone);
            let object = match found {
                Some(object) => {
                    self.rename_if_declared(
                        *object,
                        &property.name,
                        last.as_ref().map(|p| p.name.clone()),
                    );
                    *object
                }
                None => self.draft.add_property(id, &property.name, spec(property)),
            };
            if found.is_some() {
                let path = format!("{}.{}", table.name, property.name);
                self.alter_property((key, name), &path, object, property, last.as_ref());
            }
            self.set_comment_if_declared(object, &property.comment, last.map(|p| p.comment));
        }
        self.alter_table(key, id, &resolved, &was);
        self.drop_former_key(key, table, id, &resolved, former);
    }

    fn resolve_properties(
        &mut self,
        key: &NameKey,
        table: &Table,
        id: ObjectId,
    ) -> (ResolvedNames, BTreeMap<NameKey, NameKey>) {
        let names = NameScope {
            parent: Some((self.former_names.get(key).unwrap_or(key), id)),
            declared: property_names(self.declared, key, table),
            last: self.last_names(key),
            tombstoned: self.new_tombstones_of(key),
        };
        let path = |name: &NameKey| {
            let spelled = table.properties.get(name).map(|p| p.name.as_str());
            format!("{}.{}", table.name, spelled.unwrap_or_default())
        };
        let recreate = |name: &NameKey| self.recreates(&path(name));
        let NameResolution {
            objects,
            former_names,
            refused,
        } = self.resolve(&names, |_, _| true, recreate);
        for (name, reason) in refused {
            self.refuse(path(&name), self.origin(key), reason);
        }
        (objects, former_names)
    }

    /// Returns the names of the table's properties in the last declaration.
    fn last_names(&self, key: &NameKey) -> Option<BTreeMap<&NameKey, &[String]>> {
        let ancestor = self.ancestor?;
        let table = self.ancestor_table(key)?;
        Some(property_names(ancestor, &NameKey::new(&table.name), table))
    }

    fn new_tombstones_of(&self, key: &NameKey) -> BTreeSet<&'a NameKey> {
        let before = self.last_hints(key).map(|h| &h.dropped);
        let declared = self
            .declared
            .tables
            .get(key)
            .into_iter()
            .flat_map(|h| &h.dropped);
        declared
            .filter(|name| before.is_none_or(|before| !before.contains(*name)))
            .collect()
    }

    /// Drops properties, except for the key, which can be dropped only once another has replaced
    /// it.
    fn drop_properties(
        &mut self,
        key: &NameKey,
        table: &Table,
        id: ObjectId,
        resolved: &ResolvedNames,
        former: Option<ObjectId>,
    ) {
        let claimed: BTreeSet<ObjectId> = resolved.values().flatten().copied().collect();
        let children = self.draft.fold().children(id);
        let mut drops: Vec<(NameKey, ObjectId)> = children
            .filter(|child| child.is_live() && matches!(child.body, ObjectBody::Property(_)))
            .filter(|child| !claimed.contains(&child.id) && former != Some(child.id))
            .map(|child| (NameKey::new(&child.name.value), child.id))
            .collect();
        drops.sort();
        for (_, object) in drops {
            self.drop_property(key, table, object);
        }
    }

    fn drop_former_key(
        &mut self,
        key: &NameKey,
        table: &Table,
        id: ObjectId,
        resolved: &ResolvedNames,
        former: Option<ObjectId>,
    ) {
        let claimed = |object| resolved.values().any(|known| *known == Some(object));
        let Some(former) = former.filter(|object| !claimed(*object)) else {
            return;
        };
        if self.draft.fold().primary_key_of(id) != Some(former) {
            self.drop_property(key, table, former);
        } else if self.draft.fold().object(former).is_some_and(|o| {
            self.new_tombstones_of(key)
                .contains(&NameKey::new(&o.name.value))
        }) {
            let name = self
                .draft
                .fold()
                .object(former)
                .map(|o| o.name.value.clone());
            let path = format!("{}.{}", table.name, name.unwrap_or_default());
            self.refuse(
                path,
                self.origin(key),
                IncompatibilityKind::PrimaryKeyDropped,
            );
        }
    }

    /// Archives an undeclared property if a tombstone or the policy requests it.
    fn drop_property(&mut self, key: &NameKey, table: &Table, object: ObjectId) {
        let Some(name) = self
            .draft
            .fold()
            .object(object)
            .map(|o| o.name.value.clone())
        else {
            return;
        };
        if self.new_tombstones_of(key).contains(&NameKey::new(&name))
            || self.options.archive_undeclared
        {
            self.draft.archive(object);
        } else {
            let hints = self.declared.tables.get(key);
            let has_tombstone = hints.is_some_and(|h| h.dropped.contains(&NameKey::new(&name)));
            let object = format!("{}.{name}", table.name);
            self.notes.push(Note::kept(object, has_tombstone));
        }
    }
}

fn property_names<'a>(
    declared: &'a Declared,
    key: &NameKey,
    table: &'a Table,
) -> BTreeMap<&'a NameKey, &'a [String]> {
    let hints = declared.tables.get(key);
    let former_names = |name| {
        hints
            .and_then(|h| h.property_renames.get(name))
            .map(Vec::as_slice)
    };
    table
        .properties
        .keys()
        .map(|name| (name, former_names(name).unwrap_or_default()))
        .collect()
}
