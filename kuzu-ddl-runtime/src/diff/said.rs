//! What the source says that is no part of a schema.

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::Declared;
use crate::plan::Said;
use crate::schema::Key;

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
/// left out: [`illegal`](super::illegal) refuses them.
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
            let on_fail = super::alter::on_fail(hints, property, wanted);
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
