//! Planning hints of a declaration: what it specifies beyond a schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{Declared, FillFunction, Functions};
use crate::event::{ObjectId, OnFail};
use crate::schema::{Expr, NameKey};

/// Column order of new tables, by table.
pub type ColumnOrders = BTreeMap<NameKey, Vec<NameKey>>;

/// Planning hints: what the declaration specifies in addition to the events, for this database
/// alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PlanHints {
    /// Column order of new tables.
    pub column_orders: ColumnOrders,
    /// Backfill expressions for rows without a value, by table and property.
    pub fill_exprs: BTreeMap<(NameKey, NameKey), Expr>,
    /// Backfill functions for such rows.
    pub fill_functions: BTreeMap<(NameKey, NameKey), FillFunction>,
    /// Behaviour where a function returns no value, by table and property.
    pub on_fail: BTreeMap<(NameKey, NameKey), OnFail>,
    /// Functions that the program provides.
    pub functions: Functions,
    /// Whether the plan is a rollback.
    pub is_rollback: bool,
    /// Whether missing archives are created, although nothing about their tables changes: databases
    /// that receive events have all of them.
    pub completes_archives: bool,
    /// Properties that return to an earlier type while the rest of the plan is no rollback.
    pub restored: BTreeSet<ObjectId>,
}

impl PlanHints {
    /// Returns whether a property returns to an earlier state.
    pub(super) fn is_rolled_back(&self, id: ObjectId) -> bool {
        self.is_rollback || self.restored.contains(&id)
    }
}

/// Returns the declared column orders, for new tables.
#[must_use]
pub fn column_orders(declared: &Declared) -> BTreeMap<NameKey, Vec<NameKey>> {
    declared
        .tables
        .iter()
        .map(|(key, hints)| (key.clone(), hints.column_order.clone()))
        .collect()
}

/// Returns the hints that a plan needs in addition to the events. Texts that are not valid
/// expressions are left out: [`validate_declaration`](crate::diff::validate_declaration) rejects
/// them.
#[must_use]
pub fn plan_hints(declared: &Declared) -> PlanHints {
    let fills = declared.tables.iter().flat_map(|(table, hints)| {
        hints.fills.iter().filter_map(|(property, text)| {
            let expr = text.parse().ok()?;
            Some(((table.clone(), property.clone()), expr))
        })
    });
    let by = declared.tables.iter().flat_map(|(table, hints)| {
        let by = hints.fill_functions.iter();
        by.map(|(property, by)| ((table.clone(), property.clone()), by.clone()))
    });
    let on_fails = declared.tables.iter().flat_map(|(table, hints)| {
        let declared = declared.schema.tables.get(table);
        hints.on_fail.keys().filter_map(move |property| {
            let property_declared = declared?.properties.get(property)?;
            let on_fail = crate::declared::on_fail(hints, property, property_declared);
            Some(((table.clone(), property.clone()), on_fail))
        })
    });
    PlanHints {
        column_orders: column_orders(declared),
        fill_exprs: fills.collect(),
        fill_functions: by.collect(),
        on_fail: on_fails.collect(),
        functions: declared.functions.clone(),
        is_rollback: false,
        completes_archives: false,
        restored: BTreeSet::new(),
    }
}
