//! The columns that tables have in the course of a plan.

use std::collections::BTreeMap;

use super::builder::PlanBuilder;
use super::operation::Operation;
use crate::schema::{NameKey, Property};

/// Columns of a table.
pub(super) type Columns = BTreeMap<NameKey, Property>;

impl PlanBuilder<'_> {
    /// Returns the columns of all tables after the steps so far.
    pub(in crate::plan) fn columns_now(&self) -> BTreeMap<NameKey, Columns> {
        let tables = self.live.tables.iter();
        let mut now: BTreeMap<NameKey, Columns> = tables
            .map(|(key, table)| (key.clone(), table.properties.clone()))
            .collect();
        let mut columns_of = |step: &Operation| {
            let key = NameKey::new;
            match step {
                Operation::CreateTable { table, .. } => {
                    now.insert(key(&table.name), table.properties.clone());
                }
                Operation::RenameTable { from, to, .. } => {
                    if let Some(columns) = now.remove(&key(from)) {
                        now.insert(key(to), columns);
                    }
                }
                Operation::DropTable { table } | Operation::DropReplacedTable { table } => {
                    now.remove(&key(table));
                }
                other => {
                    if let Some(columns) = now.get_mut(&key(other.table())) {
                        change_columns(other, columns);
                    }
                }
            }
        };
        self.steps
            .iter()
            .for_each(|step| columns_of(&step.operation));
        now
    }
}

/// Applies an operation to the columns of its table.
fn change_columns(operation: &Operation, columns: &mut Columns) {
    let key = NameKey::new;
    let rename = |columns: &mut Columns, from: &str, to: &str| {
        if let Some(mut property) = columns.remove(&key(from)) {
            property.name = to.to_owned();
            columns.insert(key(to), property);
        }
    };
    match operation {
        Operation::RenameProperty { from, to, .. } => rename(columns, from, to),
        Operation::AddProperty { property, .. } => {
            columns.insert(key(&property.name), property.clone());
        }
        Operation::ReplaceProperty {
            property, archive, ..
        } => {
            rename(columns, &property.name, archive);
            columns.insert(key(&property.name), property.clone());
        }
        Operation::AlterType { property, ty, .. } => {
            if let Some(property) = columns.get_mut(&key(property)) {
                property.ty = ty.clone();
            }
        }
        Operation::DropProperty { property, .. } => {
            columns.remove(&key(property));
        }
        _ => {}
    }
}
