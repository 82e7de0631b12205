//! Nullability, and the backfill of rows where NULL is no longer allowed.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::preflight::PreflightKind;
use super::super::row_work::{RowWork, RowWorkKind};
use super::super::value::ValueSource;
use crate::schema::name::quote;
use crate::schema::{Expr, NameKey};

impl<'a> PlanBuilder<'a> {
    /// Plans changes of nullability. Only the ledger records nullability; the rows must satisfy it.
    pub(in crate::plan) fn nullability(&mut self, table: &ExistingTable<'a>, rebuilt: bool) {
        if !table.object.is_live() {
            return;
        }
        let mut changes = Vec::new();
        for child in self
            .after
            .children(table.object.id)
            .filter(|child| child.is_live())
        {
            let (Some(before_property), Some(is)) = (
                self.before
                    .object(child.id)
                    .and_then(|o| self.before.property(o)),
                self.after.property(child),
            ) else {
                continue;
            };
            if before_property.nullable != is.nullable && !self.after.is_primary_key(child.id) {
                let live_name = self.live_name(child.id, table);
                changes.push((is.name, is.nullable, live_name, is.ty, child.id));
            }
        }
        changes.sort();
        for (property, nullable, live_name, ty, id) in changes {
            let object = format!("{}.{property}", table.name);
            let fill = self.fill(&table.name, &property).filter(|_| !nullable);
            let by = match self.after.object(id) {
                Some(child) if !nullable && fill.is_none() => self.fill_function(table, child),
                _ => None,
            };
            let filled = fill.is_some() || by.is_some() || self.accepts_null(id);
            let live_name = live_name.filter(|_| !nullable);
            let count = live_name.as_ref().map(|live_name| {
                let null = format!("x.{} IS NULL", quote(live_name));
                self.rows(table).count(&null)
            });
            let kind = match (&live_name, filled) {
                (None, _) => HazardKind::BreaksOlderApps,
                (Some(_), true) => HazardKind::RewritesData,
                (Some(_), false) => HazardKind::Tightens,
            };
            let hazards = vec![Hazard::new(kind, object.clone(), count.clone())];
            let check = match (live_name, by.filter(|_| !rebuilt)) {
                (_, Some(by)) => {
                    let value = ValueSource {
                        fill_function: Some(by),
                        ..ValueSource::copy_of(&property, &ty)
                    };
                    let count = count.clone().unwrap_or_default();
                    let live = self.with_live_names(table, &value);
                    self.defer_values(table, id, value, count);
                    self.cast_check(&object, table, live)
                }
                (Some(live_name), None) if !filled => Some(self.preflight_check(
                    &object,
                    table,
                    PreflightKind::NotNull(ValueSource::copy_of(&live_name, &ty)),
                )),
                _ => None,
            };
            // A rebuild has filled the column already, and rels with a backfill are always rebuilt.
            let fill = fill.filter(|_| !rebuilt).map(|fill| (fill, ty));
            let work = count
                .filter(|_| fill.is_some())
                .map(|count| RowWork::new(RowWorkKind::SetNode, count));
            let operation = Operation::SetNullable {
                table: table.name.clone(),
                node: table.live.kind.is_node(),
                property,
                nullable,
                fill,
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.preflight_checks.extend(check);
            step.row_work = work;
        }
    }

    /// Returns the declared backfill expression of a property, for rows without a value.
    pub(in crate::plan) fn fill(&self, table: &str, property: &str) -> Option<Expr> {
        let key = (NameKey::new(table), NameKey::new(property));
        self.hints.fill_exprs.get(&key).cloned()
    }
}
