//! New tables, and the order of their columns.

use std::collections::{BTreeMap, BTreeSet};

use super::super::builder::PlanBuilder;
use super::super::error::PlanError;
use super::super::operation::Operation;
use super::super::render::spelled;
use crate::fold::Object;
use crate::schema::{NameKey, Table, TableKind, Type};

impl<'a> PlanBuilder<'a> {
    pub(in crate::plan) fn create_tables(&mut self, created: &[&Object]) {
        for object in created {
            let Some(table) = self.after.physical_table(object) else {
                continue;
            };
            let table = Table {
                // Indexes are created later.
                indexes: BTreeMap::new(),
                ..table
            };
            let counting = table.properties.values().filter(|p| p.ty == Type::Serial);
            let counting: Vec<String> = counting.map(|p| p.name.clone()).collect();
            self.reject_existing_sequence(&table.name, counting.iter());
            let order = self.order(&table);
            let name = |key: &NameKey| self.spelling(key);
            let (pairs, empty) = match &table.kind {
                TableKind::Edge { pairs, .. } => {
                    let pairs: Vec<_> = pairs.iter().map(|pair| spelled(pair, name)).collect();
                    let empty = pairs.is_empty();
                    (pairs, empty)
                }
                TableKind::Node { .. } => (Vec::new(), false),
            };
            if empty {
                let reason = "a rel table needs at least one FROM–TO pair".to_owned();
                self.errors.push(PlanError::Unsupported {
                    object: table.name,
                    reason,
                });
                continue;
            }
            let mut names = vec![table.name.clone()];
            names.extend(
                pairs
                    .iter()
                    .flat_map(|(from, to)| [from.clone(), to.clone()]),
            );
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let operation = Operation::CreateTable {
                table: table.clone(),
                order,
                pairs,
            };
            self.push(operation, &names, Vec::new());
        }
    }

    /// Returns the spelling of a node table's name after all renames.
    pub(in crate::plan) fn spelling(&self, key: &NameKey) -> String {
        let found = self
            .after
            .find(None, key)
            .map(|object| self.after.database_name(object));
        found.unwrap_or_else(|| key.to_string())
    }

    /// Orders columns: the declared order, then all others by name.
    pub(in crate::plan) fn order_by<'k>(
        &self,
        table: &str,
        keys: impl Iterator<Item = &'k NameKey>,
    ) -> Vec<NameKey> {
        let order = self.hints.column_orders.get(&NameKey::new(table));
        let place = |key: &NameKey| {
            order
                .and_then(|order| order.iter().position(|k| k == key))
                .unwrap_or(usize::MAX)
        };
        let mut keys: Vec<NameKey> = keys.cloned().collect();
        keys.sort_by_cached_key(|key| (place(key), key.clone()));
        keys
    }

    pub(in crate::plan) fn order(&self, table: &Table) -> Vec<NameKey> {
        let declared = self.hints.column_orders.get(&NameKey::new(&table.name));
        let declared = declared.map(Vec::as_slice);
        let first = match (&table.kind, declared) {
            (TableKind::Node { primary_key }, None) => std::slice::from_ref(primary_key),
            (_, declared) => declared.unwrap_or_default(),
        };
        let mut order: Vec<NameKey> = first
            .iter()
            .filter(|key| table.properties.contains_key(key))
            .cloned()
            .collect();
        let seen: BTreeSet<NameKey> = order.iter().cloned().collect();
        order.extend(
            table
                .properties
                .keys()
                .filter(|key| !seen.contains(key))
                .cloned(),
        );
        order
    }
}
