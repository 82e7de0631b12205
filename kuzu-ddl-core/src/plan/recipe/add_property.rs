//! New properties of existing tables.

use super::super::builder::{ExistingTable, PlanBuilder};
use super::super::hazard::{Hazard, HazardKind};
use super::super::operation::Operation;
use super::super::render::statement::count_rows;
use super::super::row_work::{RowWork, RowWorkKind};
use super::super::value::ValueSource;
use crate::fold::Object;
use crate::schema::{Expr, NameKey, Property};

impl<'a> PlanBuilder<'a> {
    pub(in crate::plan) fn add_properties(&mut self, table: &ExistingTable<'a>) {
        let mut added: Vec<(Property, &Object)> = Vec::new();
        for child in self.after.children(table.object.id) {
            if self.filled_by_rebuild.contains(&child.id) || !self.is_new_property(child, table) {
                continue;
            }
            if let Some(property) = self.after.property(child) {
                added.push((property, child));
            }
        }
        let order = self.hints.column_orders.get(&NameKey::new(&table.name));
        let place = |name: &str| {
            let key = NameKey::new(name);
            order
                .and_then(|order| order.iter().position(|k| *k == key))
                .unwrap_or(usize::MAX)
        };
        added.sort_by_key(|(property, _)| (place(&property.name), NameKey::new(&property.name)));
        let node = table.live.kind.is_node();
        for (property, child) in added {
            let path = format!("{}.{}", table.name, property.name);
            let fill = self.fill(&table.name, &property.name);
            let by = match fill {
                // Rel tables with such a property are rebuilt.
                None if node => self.fill_function(table, child),
                _ => None,
            };
            let count = count_rows(&table.live.name, node);
            let hazard = |kind| Hazard::new(kind, path.clone(), Some(count.clone()));
            let mut hazards = Vec::new();
            if by.is_some() {
                hazards.push(hazard(HazardKind::MayFail));
            } else if child.is_live()
                && !property.nullable
                && property.default.is_none()
                && fill.is_none()
            {
                hazards.push(hazard(HazardKind::Tightens));
            }
            let later = by.is_some();
            let fill = match fill {
                None if !later => self.set_expression(&property),
                fill => fill,
            };
            let source = by.map(|by| ValueSource::computed(&property.ty, by));
            let live = source
                .as_ref()
                .map(|value| self.with_live_names(table, value));
            let check = live.and_then(|live| self.cast_check(&path, table, live));
            if let Some(value) = source {
                self.defer_values(table, child.id, value, count.clone());
            }
            let operation = Operation::AddProperty {
                table: table.name.clone(),
                node,
                property,
                fill: fill.map(Box::new),
                later,
                copy_of: None,
            };
            let step = self.push_step(operation, &[&table.name], hazards);
            step.preflight_checks.extend(check);
            if step.cypher.len() > 1 {
                step.row_work = Some(RowWork::new(RowWorkKind::SetNode, count));
            }
        }
    }
}

/// Returns whether the engine evaluates the expression once, when the property is added.
pub(in crate::plan) fn folds(expr: &Expr) -> bool {
    match expr {
        Expr::Call(name, _) if matches!(name.as_str(), "current_timestamp" | "current_date") => {
            true
        }
        other => other.is_constant(),
    }
}
