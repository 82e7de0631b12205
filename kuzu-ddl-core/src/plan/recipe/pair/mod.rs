//! FROM–TO pairs that are added, dropped or restored.
//!
//! The rels of a dropped pair are archived: copied to a node table that refers to no node, so that
//! nodes can be deleted.

pub(in crate::plan) mod archive;
pub(in crate::plan) mod restore;

use std::collections::{BTreeMap, BTreeSet};

use crate::event::{Endpoints, ObjectId};
use crate::fold::{Fold, Object, ObjectBody, object_path};
use crate::plan::builder::{ExistingTable, PlanBuilder, is_purged};
use crate::plan::hazard::{Hazard, HazardKind};
use crate::plan::operation::Operation;
use crate::plan::recipe::purge::purge_hazards_of;
use crate::plan::render::statement::{count_rels, count_rows};
use crate::plan::row_work::{RowWork, RowWorkKind};
use crate::schema::{NameKey, Pair, TableKind};

/// What becomes of the rels between two node tables.
#[derive(Clone)]
struct PairChange<'a> {
    /// Names of the node tables after the plan.
    names: (String, String),
    ends: Endpoints,
    /// Object that the rels in the database belong to; `None` if the database has no such pair.
    was: Option<&'a Object>,
    /// Object that the rels belong to after the plan.
    is: Option<&'a Object>,
    /// Whether the rels of one object give way to those of another.
    is_replaced: bool,
}

impl<'a> PlanBuilder<'a> {
    /// Plans the added, dropped and restored pairs of a rel table.
    pub(in crate::plan) fn pairs(&mut self, table: &ExistingTable<'a>) {
        let changes = self.pair_changes(table);
        // Additions first: the engine must never be left with a rel table without a pair.
        for change in &changes {
            if change.was.is_none() && change.is.is_some() {
                self.add_pair(table, &change.names);
            }
        }
        for change in &changes {
            let Some(was) = change.was else {
                continue;
            };
            if change.is.is_none() || change.is_replaced {
                self.drop_pair(table, was, &change.names);
            }
            if change.is_replaced {
                self.add_pair(table, &change.names);
            }
        }
        for change in changes.iter().filter(|change| change.is.is_some()) {
            let children = self.after.children(table.object.id);
            let kept: Vec<&'a Object> = children
                .filter(|child| child.is_live() && child.body == ObjectBody::Pair(change.ends))
                .filter(|child| self.live_pair_archive(child).is_some())
                .collect();
            let alone = (change.was.is_none() || change.is_replaced) && kept.len() == 1;
            for pair in kept {
                self.restore_pair(table, pair, &change.names, alone);
            }
        }
    }

    /// Returns the pairs that the database has before or after the plan, by the names of their node
    /// tables.
    fn pair_changes(&self, table: &ExistingTable<'a>) -> Vec<PairChange<'a>> {
        let TableKind::Edge { pairs: live, .. } = &table.live.kind else {
            return Vec::new();
        };
        let renamed = |key: &NameKey| NameKey::new(&self.renamed(key));
        let live: BTreeSet<Pair> = live
            .iter()
            .map(|pair| Pair {
                from: renamed(&pair.from),
                to: renamed(&pair.to),
            })
            .collect();
        let physical = |fold: &'a Fold| -> BTreeMap<Endpoints, &'a Object> {
            let pairs = fold.physical_pairs(table.object.id).into_iter();
            let pairs = pairs.filter_map(|pair| match pair.body {
                ObjectBody::Pair(ends) => Some((ends, pair)),
                _ => None,
            });
            pairs.collect()
        };
        let (before, after) = (physical(self.before), physical(self.after));
        let is_live =
            |fold: &Fold, pair: &Object| fold.object(pair.id).is_some_and(Object::is_live);
        let mut changes: BTreeMap<Endpoints, PairChange<'a>> = BTreeMap::new();
        for child in self.after.children(table.object.id) {
            let ObjectBody::Pair(ends) = child.body else {
                continue;
            };
            let Some(pair) = self.after.pair(child) else {
                continue;
            };
            if self.ignored.contains(&child.id) || changes.contains_key(&ends) {
                continue;
            }
            let was = before.get(&ends).copied().unwrap_or(child);
            let was = Some(was).filter(|_| live.contains(&pair));
            let is = after.get(&ends).copied();
            // Of several objects with the same node tables, one that stays keeps the rels.
            let is_replaced = was.zip(is).is_some_and(|(was, is)| {
                was.id != is.id && !is_live(self.after, was) && !is_live(self.before, is)
            });
            let names = self.end_names(ends);
            let change = PairChange {
                names,
                ends,
                was,
                is,
                is_replaced,
            };
            changes.insert(ends, change);
        }
        let mut changes: Vec<PairChange<'a>> = changes.into_values().collect();
        changes.sort_by(|a, b| a.names.cmp(&b.names));
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
        let name = |key: &NameKey| self.live.tables.get(key).map(|t| t.name.as_str());
        Some(count_rels(&table.live.name, (name(&from)?, name(&to)?)))
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
            let count = count_rows(&table, true);
            let hazards = purge_hazards_of(&path, &count);
            let names = [table.clone()];
            let operation = Operation::DropTable { table };
            self.push(operation, &[&names[0]], hazards);
        }
    }
}
