//! Drift: differences between the live database and the state that its events describe.

mod collector;
mod index;
mod live_names;
mod model;
mod table;
mod tolerated_ids;

use std::collections::BTreeSet;

#[doc(hidden)]
pub use live_names::LiveNames;
pub use model::{Aspect, Drift, DriftKind, Location};
#[doc(hidden)]
pub use tolerated_ids::tolerated_ids;

use crate::fold::{Fold, managed_tables};
use crate::schema::{NameKey, Schema};
use crate::state::LocalState;

/// Detects all differences between `live` and `fold`, in the tables of `only` if it is given (names
/// in the database). Unmanaged tables are not drift. Nor are missing archived objects: the next plan
/// creates them, without rows. Objects are matched by name alone.
#[must_use]
pub fn detect(
    fold: &Fold,
    live: &Schema,
    local: &LocalState,
    only: Option<&BTreeSet<NameKey>>,
) -> Vec<Drift> {
    detect_with_names(fold, live, local, &LiveNames::default(), only)
}

/// Detects drift like [`detect`], with the names that objects have in the database.
#[must_use]
pub fn detect_with_names(
    fold: &Fold,
    live: &Schema,
    local: &LocalState,
    names: &LiveNames,
    only: Option<&BTreeSet<NameKey>>,
) -> Vec<Drift> {
    let mut rows = Vec::new();
    for (key, id) in managed_tables(fold) {
        if only.is_some_and(|only| !only.contains(&key)) {
            continue;
        }
        let Some(object) = fold.object(id) else {
            continue;
        };
        let live_name = names.table(id, &key);
        match live_name
            .as_ref()
            .and_then(|live_name| live.tables.get(live_name))
        {
            None if object.is_live() => rows.push(Drift {
                object: object.name.value.clone(),
                kind: DriftKind::Missing,
                id: Some(id),
                site: Location::Table(key),
            }),
            None => {}
            Some(table) => table::tables(fold, object, table, (local, names), &mut rows),
        }
    }
    table::sequences(fold, live, &mut rows);
    rows.sort();
    rows
}

/// Detects tables and sequences that no event describes: unmanaged ones, or ones created out of
/// band.
#[must_use]
pub fn detect_unmanaged(fold: &Fold, live: &Schema, names: &LiveNames) -> Vec<Drift> {
    let owned = managed_tables(fold);
    let extra = |object: String, site| Drift {
        object,
        kind: DriftKind::Unexpected,
        id: None,
        site,
    };
    let tables = live.tables.iter();
    let tables = tables.filter(|(key, _)| !owned.contains_key(*key) && !names.contains(key));
    let sequences = live.sequences.iter();
    let sequences = sequences.filter(|(_, sequence)| fold.find_sequence(&sequence.name).is_none());
    tables
        .map(|(key, table)| extra(table.name.clone(), Location::Table(key.clone())))
        .chain(sequences.map(|(key, sequence)| {
            extra(
                format!("sequence {}", sequence.name),
                Location::Sequence(key.clone()),
            )
        }))
        .collect()
}
