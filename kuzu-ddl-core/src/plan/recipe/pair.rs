//! FROM–TO pairs that are added or dropped.

use std::collections::BTreeSet;

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::spelled;
use super::super::row_work::{RowWork, RowWorkKind};
use crate::fold::{Object, ObjectBody};
use crate::schema::name::quote;
use crate::schema::{NameKey, TableKind};

impl<'a> PlanBuilder<'a> {
    /// Plans the added and dropped pairs of a rel table.
    pub(in crate::plan) fn pairs(&mut self, table: &ExistingTable<'_>) {
        let TableKind::Edge { pairs: live, .. } = &table.live.kind else {
            return;
        };
        if !table.object.is_live() {
            return;
        }
        let mut changes = Vec::new();
        let live_pairs = self.after.children(table.object.id).filter(|p| p.is_live());
        let present: BTreeSet<_> = live_pairs.filter_map(|p| self.after.pair(p)).collect();
        for child in self.after.children(table.object.id) {
            let ObjectBody::Pair(_) = child.body else {
                continue;
            };
            if self.ignored.contains(&child.id) {
                continue;
            }
            // A pair that was dropped before is not the existing pair with the same endpoints.
            let was = self.before.object(child.id).filter(|o| o.is_live());
            let was = was.and_then(|o| self.before.pair(o));
            let exists = was.is_some_and(|pair| live.contains(&pair));
            let Some(pair) = self.after.pair(child) else {
                continue;
            };
            // A pair that was dropped and added again is another object with the same endpoints.
            if !child.is_live() && present.contains(&pair) {
                continue;
            }
            if exists != child.is_live() {
                changes.push((
                    child.is_live(),
                    spelled(&pair, |key| self.spelling(key)),
                    child,
                ));
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
                let path = format!("{name}({from} -> {to})");
                let count = self.count_pair(child, table);
                let hazards = [HazardKind::DeletesData, HazardKind::Irreversible]
                    .map(|kind| Hazard::new(kind, path.clone(), count.clone()));
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
