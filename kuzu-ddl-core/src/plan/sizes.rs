//! Limits of tables: more columns, and the engine can insert no row.

use std::collections::BTreeMap;

use super::error::PlanError;
use super::model::Step;
use super::operation::Operation;
use crate::schema::limits::{MAX_ROW_VALUES, MAX_TABLE_COLUMNS};
use crate::schema::{NameKey, Property, Schema, StorageSize};

/// Returns the tables that the steps extend beyond the limits.
pub(super) fn check_sizes(steps: &[Step], live: &Schema) -> Vec<PlanError> {
    let mut extended: BTreeMap<NameKey, (&str, StorageSize)> = BTreeMap::new();
    for step in steps {
        let (name, added) = match &step.operation {
            Operation::CreateTable { table, .. } => {
                (table.name.as_str(), size(table.properties.values()))
            }
            Operation::AddProperty {
                table, property, ..
            }
            | Operation::ReplaceProperty {
                table, property, ..
            } => (table.as_str(), property.ty.storage_size()),
            _ => continue,
        };
        let key = NameKey::new(name);
        let present = live.tables.get(&key);
        let present = || present.map_or_else(StorageSize::default, |t| size(t.properties.values()));
        let entry = extended.entry(key.clone());
        let (_, total) = entry.or_insert_with(|| (name, present()));
        *total = total.plus(added);
    }
    let exceeds = |(object, total): &(&str, StorageSize)| {
        let reason = if total.columns > MAX_TABLE_COLUMNS {
            format!(
                "the engine would need {} columns for the table, at most {MAX_TABLE_COLUMNS}\n\
                 help: purge archived properties with `.purge(\"Table.property\")`\n\
                 help: or move properties to another table",
                total.columns
            )
        } else if total.values > MAX_ROW_VALUES {
            format!(
                "each row of the table would hold {} values, at most {MAX_ROW_VALUES}\n\
                 help: use lists instead of arrays",
                total.values
            )
        } else {
            return None;
        };
        let object = (*object).to_owned();
        Some(PlanError::Unsupported { object, reason })
    };
    extended.values().filter_map(exceeds).collect()
}

fn size<'p>(properties: impl Iterator<Item = &'p Property>) -> StorageSize {
    let sizes = properties.map(|property| property.ty.storage_size());
    sizes.fold(StorageSize::default(), StorageSize::plus)
}
