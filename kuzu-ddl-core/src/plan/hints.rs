//! What the source says that is no part of a schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::{Declared, FillBy, Functions};
use crate::event::{ObjectId, OnFail};
use crate::schema::{Expr, Key};

/// Column order by table, for tables that are made.
pub type Orders = BTreeMap<Key, Vec<Key>>;

/// What the source says beside the events: for this database alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The column order of new tables.
    pub orders: Orders,
    /// What rows get that have no value yet, by table and property.
    pub fills: BTreeMap<(Key, Key), Expr>,
    /// The functions that make it.
    pub fills_by: BTreeMap<(Key, Key), FillBy>,
    /// What they get whose function gives nothing.
    pub on_fails: BTreeMap<(Key, Key), OnFail>,
    /// The functions that the program has.
    pub functions: Functions,
    /// Whether the plan goes back to what was before.
    pub back: bool,
    /// Properties that go back to a type that they had, where the rest does not.
    pub restored: BTreeSet<ObjectId>,
}

impl Said {
    /// Whether a property goes back to what was before.
    pub(super) fn goes_back(&self, id: ObjectId) -> bool {
        self.back || self.restored.contains(&id)
    }
}

/// Column order by declaration, for tables that are made here.
#[must_use]
pub fn orders(declared: &Declared) -> BTreeMap<Key, Vec<Key>> {
    declared
        .tables
        .iter()
        .map(|(key, hints)| (key.clone(), hints.order.clone()))
        .collect()
}

/// What the source says that a plan needs beside the events. Texts that are no expressions are
/// left out: [`illegal`](crate::diff::illegal) refuses them.
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
