//! FROM–TO pairs that are added, dropped or restored.
//!
//! The rels of a dropped pair are archived: copied to a node table that refers to no node, so that
//! nodes can be deleted.

pub(in crate::plan) mod archive;
pub(in crate::plan) mod restore;

use std::collections::BTreeMap;

use crate::event::{Endpoints, ObjectId};
use crate::fold::{Object, ObjectBody, object_path};
use crate::plan::builder::{ExistingTable, PlanBuilder, is_purged};
use crate::plan::hazard::{Hazard, HazardKind};
use crate::plan::operation::Operation;
use crate::plan::recipe::purge::purge_hazards_of;
use crate::plan::row_work::{RowWork, RowWorkKind};
use crate::schema::name::quote;
use crate::schema::{NameKey, Pair, TableKind};

/// Objects that connect the same two node tables: one before the plan and one after it.
#[derive(Clone, Copy, Default)]
struct PairChange<'a> {
    was: Option<&'a Object>,
    is: Option<&'a Object>,
}

impl<'a> PlanBuilder<'a> {
    /// Plans the added, dropped and restored pairs of a rel table.
    pub(in crate::plan) fn pairs(&mut self, table: &ExistingTable<'a>) {
        let TableKind::Edge { pairs: live, .. } = &table.live.kind else {
            return;
        };
        let mut all: Vec<((String, String), Endpoints, PairChange<'a>)> = Vec::new();
        for (ends, change) in self.pair_changes(table) {
            all.push((self.end_names(ends), ends, change));
        }
        all.sort_by(|(a, ..), (b, ..)| a.cmp(b));
        // The archived pairs of an archived table are restored with it, unless they have rels of
        // their own to restore.
        let changes = all.iter().filter(|(.., change)| {
            let restores = |pair| self.live_pair_archive(pair).is_some();
            table.object.is_live() || change.is.is_some_and(restores)
        });
        let changes: Vec<_> = changes.cloned().collect();
        let exists = |change: &PairChange<'_>, builder: &Self| {
            let pair = change.was.and_then(|was| builder.before.pair(was));
            pair.is_some_and(|pair| live.contains(&pair))
        };
        // Additions first: the engine must never be left with a rel table without a pair.
        for (names, _, change) in &changes {
            if change.is.is_some() && !exists(change, self) {
                self.add_pair(table, names);
            }
        }
        for (names, _, change) in &changes {
            let Some(was) = change.was.filter(|_| exists(change, self)) else {
                continue;
            };
            if change.is.is_some_and(|is| is.id == was.id) {
                continue;
            }
            self.drop_pair(table, was, names);
            if change.is.is_some() {
                self.add_pair(table, names);
            }
        }
        for (names, ends, change) in &changes {
            let is_new =
                !exists(change, self) || change.was.map(|was| was.id) != change.is.map(|is| is.id);
            let children = self.after.children(table.object.id);
            let live = children.filter(|child| child.is_live());
            let live: Vec<&'a Object> = live
                .filter(|child| child.body == ObjectBody::Pair(*ends))
                .filter(|child| self.live_pair_archive(child).is_some())
                .collect();
            let alone = is_new && live.len() == 1;
            for pair in live {
                self.restore_pair(table, pair, names, alone);
            }
        }
    }

    /// Returns the objects that each pair of node tables has before and after the plan. An object
    /// that is live in both states stands for the rels, whatever other objects there are.
    fn pair_changes(&self, table: &ExistingTable<'a>) -> BTreeMap<Endpoints, PairChange<'a>> {
        let mut changes: BTreeMap<Endpoints, PairChange<'a>> = BTreeMap::new();
        let was_live = self
            .before
            .object(table.object.id)
            .is_some_and(Object::is_live);
        for child in self.after.children(table.object.id) {
            let ObjectBody::Pair(ends) = child.body else {
                continue;
            };
            if self.ignored.contains(&child.id) {
                continue;
            }
            // A pair of an archived table stays in the database, even if it is dropped meanwhile.
            let before = self.before.object(child.id);
            let was = before.filter(|before| before.is_live() || !was_live);
            let was = was.filter(|_| before.is_some_and(|b| self.live_pair_archive(b).is_none()));
            let is = Some(child).filter(|child| child.is_live());
            let change = changes.entry(ends).or_default();
            let stays = |change: &PairChange<'_>| {
                let ids = (change.was.map(|o| o.id), change.is.map(|o| o.id));
                ids.0.is_some() && ids.0 == ids.1
            };
            let new = PairChange { was, is };
            if stays(change) {
                continue;
            }
            if stays(&new) {
                *change = new;
                continue;
            }
            let is_live = |object: &Option<&Object>| object.is_some_and(Object::is_live);
            if change.was.is_none() || (is_live(&was) && !is_live(&change.was)) {
                change.was = was.or(change.was);
            }
            change.is = change.is.or(is);
        }
        changes
    }

    /// Returns the names of a pair's node tables after the plan.
    fn end_names(&self, ends: Endpoints) -> (String, String) {
        let end = |id: ObjectId| {
            let node = self.after.object(id);
            node.map_or_else(String::new, |node| self.after.database_name(node))
        };
        (end(ends.from), end(ends.to))
    }

    fn add_pair(&mut self, table: &ExistingTable<'_>, (from, to): &(String, String)) {
        let operation = Operation::AddPair {
            table: table.name.clone(),
            from: from.clone(),
            to: to.clone(),
        };
        self.push(operation, &[&table.name, from, to], Vec::new());
    }

    /// Drops a pair: its rels are archived, unless it is purged already or has none.
    fn drop_pair(&mut self, table: &ExistingTable<'a>, was: &Object, names: &(String, String)) {
        let (from, to) = names;
        let path = object_path(self.after, was.id).unwrap_or_default();
        let count = self.count_pair(was, table);
        let pair = self.before.pair(was);
        let key = NameKey::new(&table.live.name);
        let is_empty = pair.is_some_and(|pair| self.empty_pairs.contains(&(key, pair)));
        let after = self.after.object(was.id);
        let archive = after.and_then(|pair| self.after.pair_archive_name(pair));
        let part_of = self.removed_endpoint(was);
        let hazards = match archive {
            Some(archive) => {
                if !is_empty {
                    self.archive_pair(table, was, names, archive, count.clone());
                }
                vec![Hazard::new(HazardKind::BreaksOlderApps, path, None)]
            }
            None if is_empty => Vec::new(),
            None => purge_hazards_of(&path, count.as_deref().unwrap_or_default()),
        };
        let hazards = hazards.into_iter().map(|hazard| Hazard {
            part_of: part_of.clone(),
            ..hazard
        });
        let hazards = hazards.collect();
        let operation = Operation::DropPair {
            table: table.name.clone(),
            from: from.clone(),
            to: to.clone(),
            must_be_empty: is_empty,
        };
        let step = self.push_step(operation, &[&table.name, from, to], hazards);
        let count = count.filter(|_| !is_empty);
        step.row_work = count.map(|count| RowWork::new(RowWorkKind::DropRel, count));
    }

    /// Returns the node table of a pair that this plan removes.
    fn removed_endpoint(&self, pair: &Object) -> Option<String> {
        let ObjectBody::Pair(ends) = &pair.body else {
            return None;
        };
        let is_removed = |id: &ObjectId| {
            let was_live = self.before.object(*id).is_some_and(Object::is_live);
            was_live && self.after.object(*id).is_some_and(|node| !node.is_live())
        };
        let removed = [ends.from, ends.to].into_iter().find(is_removed)?;
        Some(self.after.object(removed)?.name.value.clone())
    }

    /// Returns the query that counts the rels of a pair, with the names before the plan.
    fn count_pair(&self, pair: &Object, table: &ExistingTable<'_>) -> Option<String> {
        let Pair { from, to } = self.before.pair(self.before.object(pair.id)?)?;
        let name = |key: &NameKey| self.live.tables.get(key).map(|t| quote(&t.name));
        let (from, to) = (name(&from)?, name(&to)?);
        let table = quote(&table.live.name);
        Some(format!(
            "MATCH (:{from})-[r:{table}]->(:{to}) RETURN count(*)"
        ))
    }

    /// Plans the removal of the archives of purged pairs, and of the pairs of purged rel tables.
    pub(in crate::plan) fn drop_purged_pair_archives(&mut self) {
        let mut purged: Vec<(String, String)> = Vec::new();
        for pair in self.after.objects() {
            let Some(archive) = self.live_pair_archive(pair) else {
                continue;
            };
            let table = pair.parent.and_then(|table| self.after.object(table));
            if is_purged(pair) || table.is_some_and(is_purged) {
                let path = object_path(self.after, pair.id).unwrap_or_default();
                purged.push((path, archive.name.clone()));
            }
        }
        purged.sort();
        for (path, table) in purged {
            let count = crate::plan::render::statement::count_rows(&table, true);
            let hazards = purge_hazards_of(&path, &count);
            let names = [table.clone()];
            let operation = Operation::DropTable { table };
            self.push(operation, &[&names[0]], hazards);
        }
    }
}
