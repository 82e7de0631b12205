//! Node properties whose type or default changes, with the old values in an archived column.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::statement::count_rows;
use super::super::row_work::{RowWork, RowWorkKind};
use crate::fold::Object;

impl<'a> PlanBuilder<'a> {
    /// Plans the changes of node properties' types and defaults, in place: each archives the old
    /// column.
    pub(in crate::plan) fn change_properties(&mut self, table: &ExistingTable<'a>) {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut changes = Vec::new();
        for child in children {
            if self.ignored.contains(&child.id) || self.live_property(child, table).is_none() {
                continue;
            }
            if let Some((was, is)) = self.changed(child.id) {
                changes.push((is.name.clone(), child.id, was, is));
            }
        }
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, id, was, is) in changes {
            let path = format!("{}.{name}", table.name);
            if self.can_alter_type(id) {
                self.alter_type(table, is, path);
                continue;
            }
            let Some(previous) = self.previous_column(id, table) else {
                continue;
            };
            let archive = previous.column.name.clone();
            let mut kinds = vec![HazardKind::RewritesData];
            if was.ty != is.ty {
                kinds.push(HazardKind::BreaksOlderApps);
            }
            let count = self.count_values(table, &self.live_name(id, table).unwrap_or_default());
            let original = self.prior_values(id, table, (&was, &is));
            let by = self.cast_function(id, &path, (&archive, &was.ty));
            let source = self.value((id, &archive), (&was.ty, &is.ty), original);
            let value = source.cast_by(by);
            if value.is_fallible() {
                kinds.push(HazardKind::MayFail);
            }
            let hazard = |kind| Hazard::new(kind, path.clone(), Some(count.clone()));
            let hazards = kinds.into_iter().map(hazard).collect();
            let live_name = self.live_name(id, table).unwrap_or_default();
            let check = self.cast_check(&path, table, value.with_column_name(&live_name));
            let work = RowWork::new(RowWorkKind::SetNode, count_rows(&table.live.name, true));
            let work = (!value.uses_function()).then_some(work);
            let converted = value.is_converted().then(|| value.clone());
            if value.uses_function() && converted.is_none() {
                self.defer_values(table, id, value.clone(), count.clone());
            }
            let operation = Operation::ReplaceProperty {
                table: table.name.clone(),
                property: is,
                archive,
                value: Box::new(value),
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.preflight_checks.extend(check);
            step.row_work = work;
            if let Some(value) = converted {
                self.convert_values(table, id, value, count);
            }
        }
    }
}
