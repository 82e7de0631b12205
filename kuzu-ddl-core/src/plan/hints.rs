//! Planning hints of a declaration: what it specifies beyond a schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{Declared, FillBy, Functions};
use crate::event::{ObjectId, OnFail};
use crate::schema::{Expr, Key};

/// Column order of new tables, by table.
pub type Orders = BTreeMap<Key, Vec<Key>>;

/// Planning hints: what the declaration specifies in addition to the events, for this database
/// alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Column order of new tables.
    pub orders: Orders,
    /// Backfill expressions for rows without a value, by table and property.
    pub fills: BTreeMap<(Key, Key), Expr>,
    /// Backfill functions for such rows.
    pub fills_by: BTreeMap<(Key, Key), FillBy>,
    /// Behaviour where a function returns no value, by table and property.
    pub on_fails: BTreeMap<(Key, Key), OnFail>,
    /// Functions that the program provides.
    pub functions: Functions,
    /// Whether the plan is a rollback.
    pub back: bool,
    /// Properties that return to an earlier type while the rest of the plan is no rollback.
    pub restored: BTreeSet<ObjectId>,
}

impl Said {
    /// Returns whether a property returns to an earlier state.
    pub(super) fn goes_back(&self, id: ObjectId) -> bool {
        self.back || self.restored.contains(&id)
    }
}

/// Returns the declared column orders, for new tables.
#[must_use]
pub fn orders(declared: &Declared) -> BTreeMap<Key, Vec<Key>> {
    declared
        .tables
        .iter()
        .map(|(key, hints)| (key.clone(), hints.order.clone()))
        .collect()
}

/// Returns the hints that a plan needs in addition to the events. Texts that are not valid
/// expressions are left out: [`illegal`](crate::diff::illegal) rejects them.
#[must_use]
pub fn said(declared: &Declared) -> Said {
    let fills = declared.tables.iter().flat_map(|(table, hints)| {
        hints.fills.iter().filter_map(|(property, text)| {
            let expr = text.parse().ok()?;
            Some(((table.clone(), property.clone()), expr))
        })
    });
    let by = declared.tables.iter().flat_map(|(table, hints)| {
        let by = hints.fills_with.iter();
        by.map(|(property, by)| ((table.clone(), property.clone()), by.clone()))
    });
    let on_fails = declared.tables.iter().flat_map(|(table, hints)| {
        let declared = declared.schema.tables.get(table);
        hints.on_fails.keys().filter_map(move |property| {
            let wanted = declared?.properties.get(property)?;
            let on_fail = crate::declared::on_fail(hints, property, wanted);
            Some(((table.clone(), property.clone()), on_fail))
        })
    });
    Said {
        orders: orders(declared),
        fills: fills.collect(),
        fills_by: by.collect(),
        on_fails: on_fails.collect(),
        functions: declared.functions.clone(),
        back: false,
        restored: BTreeSet::new(),
    }
}
