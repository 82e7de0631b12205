//! Reversal of whole objects: creations, drops, renames, purges and pairs.

use std::collections::BTreeSet;

use super::Reverser;
use crate::event::{Endpoints, ObjectId};
use crate::fold::{Lifecycle, Object, ObjectBody, object_path};
use crate::schema::NameKey;

impl Reverser<'_> {
    /// Drops tables that did not exist then. Their pairs come first, rel tables before node tables.
    pub(in crate::diff) fn drop_tables(&mut self) {
        let pairs = self.objects_of_both(|o| matches!(o.body, ObjectBody::Pair(_)) && o.is_live());
        for id in pairs {
            let table = self.draft.fold().object(id).and_then(|pair| pair.parent);
            if !self.is_live_at_target(id)
                && table.is_some_and(|table| self.is_live_at_target(table))
                && !self.stands_in(id)
            {
                self.draft.archive(id);
            }
        }
        let tables = self.objects_of_both(|object| object.kind().is_table() && object.is_live());
        for id in tables.into_iter().rev() {
            if !self.is_live_at_target(id) {
                self.draft.archive(id);
            }
        }
    }

    /// Returns whether a pair connects the same node tables as one that existed then and was purged
    /// since: nothing can be restored in its place.
    fn stands_in(&self, id: ObjectId) -> bool {
        let Some(pair) = self.draft.fold().object(id) else {
            return false;
        };
        let table = pair.parent.into_iter();
        let mut target = table.flat_map(|table| self.target.children(table));
        target.any(|was| was.is_live() && was.body == pair.body && self.is_purged(was.id))
    }

    /// Drops properties that did not exist then; the present key only once another has replaced it.
    pub(in crate::diff) fn drop_properties(&mut self, keys: bool) {
        let properties =
            self.objects_of_both(|o| matches!(o.body, ObjectBody::Property(_)) && o.is_live());
        for id in properties {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            let is_table_live = table.is_some_and(|table| self.is_live_at_target(table));
            let created = self.recreated.values().any(|recreated| *recreated == id);
            if is_table_live
                && !created
                && !self.is_live_at_target(id)
                && (keys || !self.draft.fold().is_primary_key(id))
            {
                self.draft.archive(id);
            }
        }
    }

    /// Restores the names, of archived objects too: an object is restored under the name that it
    /// had then.
    pub(in crate::diff) fn rename(&mut self) {
        for id in self.objects_of_both(|object| !matches!(object.body, ObjectBody::Pair(_))) {
            let Some(former) = self.target.object(id).filter(|former| former.is_live()) else {
                continue;
            };
            let to = former.name.value.clone();
            let current = self.draft.fold().object(id).map(|o| o.name.value.clone());
            if !self.is_purged(id) && current.is_some_and(|current| current != to) {
                self.draft.rename(id, &to);
            }
        }
    }

    pub(in crate::diff) fn restore(&mut self) {
        let archived = |o: &Object| matches!(o.lifecycle.value, Lifecycle::Archived(_));
        let tables = self.objects_of_both(|o| archived(o) && o.kind().is_table());
        let properties =
            self.objects_of_both(|o| archived(o) && matches!(o.body, ObjectBody::Property(_)));
        for id in tables.into_iter().chain(properties) {
            if self.is_live_at_target(id) && self.is_parent_live(id) {
                self.draft.restore(id);
            }
        }
    }

    /// Returns whether the table of an object stays live; true for tables.
    fn is_parent_live(&self, id: ObjectId) -> bool {
        let parent = self.target.object(id).and_then(|object| object.parent);
        parent.is_none_or(|table| self.is_live_at_target(table))
    }

    /// Recreates tables and properties that were purged since, without rows.
    pub(in crate::diff) fn recreate_purged(&mut self) {
        for id in self.objects_of_both(|object| object.kind().is_table()) {
            if self.is_purged(id) && self.is_live_at_target(id) {
                self.recreate_table(id);
            }
        }
        for id in self.objects_of_both(|object| matches!(object.body, ObjectBody::Property(_))) {
            let parent = self.target.object(id).and_then(|object| object.parent);
            let removed = self.is_purged(id) && self.is_live_at_target(id);
            if let Some(table) = parent.filter(|table| removed && self.is_live_at_target(*table))
                && !self.is_purged(table)
            {
                self.recreate_property(table, id);
            }
        }
    }

    pub(in crate::diff) fn note_irreversible(&mut self, id: ObjectId, reason: &str) {
        let path = object_path(self.target, id).unwrap_or_else(|| id.abbreviate());
        self.irreversible.push(format!("{path}: {reason}"));
    }

    fn recreate_table(&mut self, id: ObjectId) {
        let Some(former) = self.target.object(id) else {
            return;
        };
        let name = former.name.value.clone();
        self.note_irreversible(id, "was purged; recreated without rows");
        let created = match &former.body {
            ObjectBody::NodeTable { key } => {
                let Some(key) = self.target.object(*key) else {
                    return;
                };
                let ObjectBody::Property(spec) = &key.body else {
                    return;
                };
                let created = self
                    .draft
                    .create_node_table(&name, &key.name.value, spec.clone());
                let new = self.draft.fold().primary_key_of(created);
                self.recreated.extend(new.map(|new| (key.id, new)));
                created
            }
            ObjectBody::EdgeTable {
                multiplicity,
                storage,
            } => self.draft.create_edge_table(&name, *multiplicity, *storage),
            _ => return,
        };
        self.recreated.insert(id, created);
        let mut properties: Vec<(NameKey, ObjectId)> = self
            .target
            .children(id)
            .filter(|child| child.is_live() && !self.recreated.contains_key(&child.id))
            .filter(|child| matches!(child.body, ObjectBody::Property(_)))
            .map(|child| (NameKey::new(&child.name.value), child.id))
            .collect();
        properties.sort();
        for (_, property) in properties {
            self.add_property(created, property);
        }
    }

    fn recreate_property(&mut self, table: ObjectId, id: ObjectId) {
        self.note_irreversible(id, "was purged; recreated without rows");
        self.add_property(table, id);
    }

    fn add_property(&mut self, table: ObjectId, id: ObjectId) {
        let Some(former) = self.target.object(id) else {
            return;
        };
        let ObjectBody::Property(spec) = &former.body else {
            return;
        };
        let created = self
            .draft
            .add_property(table, &former.name.value, spec.clone());
        self.recreated.insert(id, created);
    }

    /// Returns an object, or the one that replaces it now.
    pub(in crate::diff) fn current_object(&self, id: ObjectId) -> ObjectId {
        self.recreated.get(&id).copied().unwrap_or(id)
    }

    /// Restores the pairs that existed then, and adds those that were purged.
    pub(in crate::diff) fn pairs(&mut self) {
        let mut wanted: Vec<(Option<String>, ObjectId, ObjectId, Endpoints)> = Vec::new();
        for pair in self.target.objects().filter(|object| object.is_live()) {
            let (ObjectBody::Pair(ends), Some(table)) = (&pair.body, pair.parent) else {
                continue;
            };
            if self.is_live_at_target(table) {
                wanted.push((object_path(self.target, pair.id), pair.id, table, *ends));
            }
        }
        wanted.sort();
        for (_, id, table, ends) in wanted {
            let endpoints = Endpoints {
                from: self.current_object(ends.from),
                to: self.current_object(ends.to),
            };
            let table_is_new = self.recreated.contains_key(&table);
            if self.is_live(id) && endpoints == ends && !table_is_new {
                continue;
            }
            let is_archived = self.draft.fold().object(id);
            let is_archived = is_archived
                .is_some_and(|pair| matches!(pair.lifecycle.value, Lifecycle::Archived(_)));
            if is_archived && endpoints == ends && !table_is_new {
                self.draft.restore(id);
                continue;
            }
            let present = self.present_pairs(self.current_object(table));
            if present.contains(&endpoints) {
                if !table_is_new {
                    self.note_irreversible(id, "its rels were purged; those added since stay");
                }
                continue;
            }
            if !table_is_new {
                self.note_irreversible(id, "added again without its rels, which were purged");
            }
            self.draft.add_pair(self.current_object(table), endpoints);
        }
    }

    fn present_pairs(&self, table: ObjectId) -> BTreeSet<Endpoints> {
        let pairs = self.draft.fold().children(table);
        let ends = pairs.filter(|pair| pair.is_live()).map(|pair| &pair.body);
        ends.filter_map(|body| match body {
            ObjectBody::Pair(ends) => Some(*ends),
            _ => None,
        })
        .collect()
    }
}
