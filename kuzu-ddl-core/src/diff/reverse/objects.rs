//! TODO-DOC diff::reverse::objects

use std::collections::BTreeSet;

use super::Way;
use crate::event::{Endpoints, ObjectId};
use crate::fold::{Body, Life, Object, path};
use crate::schema::Key;

impl Way<'_> {
    /// Drops tables that did not exist then. Their pairs come first, rel tables before node tables.
    pub(in crate::diff) fn drop_tables(&mut self) {
        let pairs = self.all(|o| matches!(o.body, Body::Pair(_)) && o.is_live());
        for id in pairs {
            let table = self.draft.fold().object(id).and_then(|pair| pair.parent);
            if !self.wanted(id) && table.is_some_and(|table| self.wanted(table)) {
                self.draft.drop(id);
            }
        }
        let tables = self.all(|object| object.kind().is_table() && object.is_live());
        for id in tables.into_iter().rev() {
            if !self.wanted(id) {
                self.draft.drop(id);
            }
        }
    }

    /// Drops properties that did not exist then; the present key only once another has replaced it.
    pub(in crate::diff) fn drop_properties(&mut self, keys: bool) {
        let properties = self.all(|o| matches!(o.body, Body::Property(_)) && o.is_live());
        for id in properties {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            let stays = table.is_some_and(|table| self.wanted(table));
            let made = self.anew.values().any(|anew| *anew == id);
            if stays && !made && !self.wanted(id) && (keys || !self.draft.fold().is_key(id)) {
                self.draft.drop(id);
            }
        }
    }

    /// Restores the names, of archived objects too: an object is restored under the name that it
    /// had then.
    pub(in crate::diff) fn rename(&mut self) {
        for id in self.all(|object| !matches!(object.body, Body::Pair(_))) {
            let Some(was) = self.then.object(id).filter(|was| was.is_live()) else {
                continue;
            };
            let to = was.name.value.clone();
            let is = self.draft.fold().object(id).map(|o| o.name.value.clone());
            if !self.is_purged(id) && is.is_some_and(|is| is != to) {
                self.draft.rename(id, &to);
            }
        }
    }

    pub(in crate::diff) fn restore(&mut self) {
        let archived = |o: &Object| matches!(o.life.value, Life::Archived(_));
        let tables = self.all(|o| archived(o) && o.kind().is_table());
        let properties = self.all(|o| archived(o) && matches!(o.body, Body::Property(_)));
        for id in tables.into_iter().chain(properties) {
            if self.wanted(id) && self.parent_stays(id) {
                self.draft.restore(id);
            }
        }
    }

    /// Returns whether the table of an object stays live; true for tables.
    fn parent_stays(&self, id: ObjectId) -> bool {
        let parent = self.then.object(id).and_then(|object| object.parent);
        parent.is_none_or(|table| self.wanted(table))
    }

    /// Recreates tables and properties that were purged since, without rows.
    pub(in crate::diff) fn make_anew(&mut self) {
        for id in self.all(|object| object.kind().is_table()) {
            if self.is_purged(id) && self.wanted(id) {
                self.table_anew(id);
            }
        }
        for id in self.all(|object| matches!(object.body, Body::Property(_))) {
            let parent = self.then.object(id).and_then(|object| object.parent);
            let gone = self.is_purged(id) && self.wanted(id);
            if let Some(table) = parent.filter(|table| gone && self.wanted(*table))
                && !self.is_purged(table)
            {
                self.property_anew(table, id);
            }
        }
    }

    pub(in crate::diff) fn told(&mut self, id: ObjectId, why: &str) {
        let path = path(self.then, id).unwrap_or_else(|| id.short());
        self.lost.push(format!("{path}: {why}"));
    }

    fn table_anew(&mut self, id: ObjectId) {
        let Some(was) = self.then.object(id) else {
            return;
        };
        let name = was.name.value.clone();
        self.told(id, "was purged; recreated without rows");
        let made = match &was.body {
            Body::NodeTable { key } => {
                let Some(key) = self.then.object(*key) else {
                    return;
                };
                let Body::Property(spec) = &key.body else {
                    return;
                };
                let made = self
                    .draft
                    .create_node_table(&name, &key.name.value, spec.clone());
                let new = self.draft.fold().key(made);
                self.anew.extend(new.map(|new| (key.id, new)));
                made
            }
            Body::EdgeTable {
                multiplicity,
                storage,
            } => self.draft.create_edge_table(&name, *multiplicity, *storage),
            _ => return,
        };
        self.anew.insert(id, made);
        let mut properties: Vec<(Key, ObjectId)> = self
            .then
            .children(id)
            .filter(|child| child.is_live() && !self.anew.contains_key(&child.id))
            .filter(|child| matches!(child.body, Body::Property(_)))
            .map(|child| (Key::new(&child.name.value), child.id))
            .collect();
        properties.sort();
        for (_, property) in properties {
            self.add_property(made, property);
        }
    }

    fn property_anew(&mut self, table: ObjectId, id: ObjectId) {
        self.told(id, "was purged; recreated without rows");
        self.add_property(table, id);
    }

    fn add_property(&mut self, table: ObjectId, id: ObjectId) {
        let Some(was) = self.then.object(id) else {
            return;
        };
        let Body::Property(spec) = &was.body else {
            return;
        };
        let made = self
            .draft
            .add_property(table, &was.name.value, spec.clone());
        self.anew.insert(id, made);
    }

    /// Returns an object, or the one that replaces it now.
    pub(in crate::diff) fn here(&self, id: ObjectId) -> ObjectId {
        self.anew.get(&id).copied().unwrap_or(id)
    }

    /// Adds the pairs that existed then. Their rels were deleted when they were dropped.
    pub(in crate::diff) fn pairs(&mut self) {
        let mut wanted: Vec<(Option<String>, ObjectId, ObjectId, Endpoints)> = Vec::new();
        for pair in self.then.objects().filter(|object| object.is_live()) {
            let (Body::Pair(ends), Some(table)) = (&pair.body, pair.parent) else {
                continue;
            };
            if self.wanted(table) {
                wanted.push((path(self.then, pair.id), pair.id, table, *ends));
            }
        }
        wanted.sort();
        for (_, id, table, ends) in wanted {
            let endpoints = Endpoints {
                from: self.here(ends.from),
                to: self.here(ends.to),
            };
            let table_is_new = self.anew.contains_key(&table);
            if self.is_live(id) && endpoints == ends && !table_is_new {
                continue;
            }
            let present = self.present_pairs(self.here(table));
            if present.contains(&endpoints) {
                continue;
            }
            if !table_is_new {
                self.told(
                    id,
                    "added again without its rels, which were deleted when it was dropped",
                );
            }
            self.draft.add_pair(self.here(table), endpoints);
        }
    }

    fn present_pairs(&self, table: ObjectId) -> BTreeSet<Endpoints> {
        let pairs = self.draft.fold().children(table);
        let ends = pairs.filter(|pair| pair.is_live()).map(|pair| &pair.body);
        ends.filter_map(|body| match body {
            Body::Pair(ends) => Some(*ends),
            _ => None,
        })
        .collect()
    }
}
