//! FROM–TO pairs that are added or dropped.

use std::collections::BTreeSet;

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::row_work::{RowWork, RowWorkKind};
use crate::event::ObjectId;
use crate::fold::{Object, ObjectBody, object_path};
use crate::schema::name::quote;
use crate::schema::{NameKey, Pair, TableKind};

impl<'a> PlanBuilder<'a> {
    /// Plans the added and dropped pairs of a rel table.
    pub(in crate::plan) fn pairs(&mut self, table: &ExistingTable<'_>) {
        let TableKind::Edge { pairs: live, .. } = &table.live.kind else {
            return;
        };
        let renamed = |key: &NameKey| NameKey::new(&self.renamed(key));
        let live: BTreeSet<Pair> = live
            .iter()
            .map(|pair| Pair {
                from: renamed(&pair.from),
                to: renamed(&pair.to),
            })
            .collect();
        let target = self.after.physical_pair_names(table.object.id);
        let mut changes = Vec::new();
        let mut seen = BTreeSet::new();
        for child in self.after.children(table.object.id) {
            let ObjectBody::Pair(ends) = child.body else {
                continue;
            };
            if self.ignored.contains(&child.id) {
                continue;
            }
            let Some(pair) = self.after.pair(child) else {
                continue;
            };
            // A pair that was dropped and added again is another object with the same endpoints.
            let (exists, stays) = (live.contains(&pair), target.contains(&pair));
            if exists != stays && seen.insert(pair) {
                let end = |id| {
                    let node = self.after.object(id);
                    node.map_or_else(String::new, |node| self.after.database_name(node))
                };
                changes.push((stays, (end(ends.from), end(ends.to)), child));
            }
        }
        // Additions first: the engine must never be left with a rel table without a pair.
        changes.sort_by_key(|(added, names, _)| (!added, names.clone()));
        for (added, (from, to), child) in changes {
            let names = [table.name.as_str(), &from, &to];
            let name = table.name.clone();
            if added {
                let operation = Operation::AddPair {
                    table: name,
                    from: from.clone(),
                    to: to.clone(),
                };
                self.push(operation, &names, Vec::new());
            } else {
                let path = object_path(self.after, child.id).unwrap_or_default();
                let count = self.count_pair(child, table);
                let part_of = self.removed_endpoint(child);
                let hazard = |kind| Hazard {
                    part_of: part_of.clone(),
                    ..Hazard::new(kind, path.clone(), count.clone())
                };
                let hazards = [HazardKind::DeletesData, HazardKind::Irreversible].map(hazard);
                let operation = Operation::DropPair {
                    table: name,
                    from: from.clone(),
                    to: to.clone(),
                };
                let step = self.push_step(operation, &names, hazards.into());
                step.row_work = count.map(|count| RowWork::new(RowWorkKind::DropRel, count));
            }
        }
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
        let pair = self.before.pair(self.before.object(pair.id)?)?;
        let name = |key: &NameKey| self.live.tables.get(key).map(|t| quote(&t.name));
        let (from, to) = (name(&pair.from)?, name(&pair.to)?);
        let table = quote(&table.live.name);
        Some(format!(
            "MATCH (:{from})-[r:{table}]->(:{to}) RETURN count(*)"
        ))
    }
}
