//! Node properties whose type or default changes, with the old values in an archived column.

use super::super::builder::{Builder, Kept};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::statement::count_rows;
use super::super::row_work::{Work, WorkKind};
use super::super::value::Value;
use crate::fold::Object;
use crate::schema::name::quote;

impl<'a> Builder<'a> {
    /// Plans the changes of node properties' types and defaults, in place: each archives the old
    /// column.
    pub(in crate::plan) fn change_properties(&mut self, table: &Kept<'a>) {
        let children: Vec<&'a Object> = self.after.children(table.object.id).collect();
        let mut changes = Vec::new();
        for child in children {
            if self.leave.contains(&child.id) || self.here(child, table).is_none() {
                continue;
            }
            if let Some((was, is)) = self.changed(child.id) {
                changes.push((is.name.clone(), child.id, was, is));
            }
        }
        changes.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, id, was, is) in changes {
            let Some(archive) = self.archive(id) else {
                continue;
            };
            let path = format!("{}.{name}", table.name);
            if self.alters(id) {
                self.alter_type(table, is, path);
                continue;
            }
            let mut kinds = vec![HazardKind::RewritesData];
            if was.ty != is.ty {
                kinds.push(HazardKind::BreaksOlderApps);
            }
            if !was.ty.widens_to(&is.ty) || self.is_cast_by(id) {
                kinds.push(HazardKind::MayFail);
            }
            let count = format!(
                "MATCH (x:{}) WHERE x.{} IS NOT NULL RETURN count(*)",
                quote(&table.live.name),
                quote(&self.here_name(id, table).unwrap_or_default())
            );
            let hazard = |kind| Hazard::new(kind, path.clone(), Some(count.clone()));
            let hazards = kinds.into_iter().map(hazard).collect();
            let original = self.original(id, table, (&was, &is));
            let by = self.cast_by(id, &path, (&archive, &was.ty));
            let value = Value {
                by,
                ..self.value((id, &archive), (&was.ty, &is.ty), original)
            };
            let here = self.here_name(id, table).unwrap_or_default();
            let demands = self.castable(&path, table, value.called(&here));
            let work = Work::new(WorkKind::SetNode, count_rows(&table.live.name, true));
            let work = (!value.is_made()).then_some(work);
            if value.is_made() {
                self.make_later(table, id, value.clone(), count.clone());
            }
            let operation = Operation::ChangeProperty {
                table: table.name.clone(),
                property: is,
                archive,
                value: Box::new(value),
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.demands.extend(demands);
            step.work = work;
        }
    }
}
