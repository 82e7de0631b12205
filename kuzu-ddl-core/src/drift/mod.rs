//! Drift: differences between the live database and the state that its events describe.

mod collector;
mod index;
mod live_names;
mod model;
mod table;

use std::collections::BTreeSet;

pub use live_names::Names;
pub use model::{Drift, DriftKind, Part, Site};

use crate::fold::{Fold, owned};
use crate::schema::{Key, Schema};
use crate::state::Local;

/// Detects all differences between `live` and `fold`, in the tables of `only` if it is given (names
/// in the database). Unmanaged tables are not drift, and archived objects may be missing: they may
/// have been archived before they reached this database. Objects are matched by name alone.
#[must_use]
pub fn drift(
    fold: &Fold,
    live: &Schema,
    local: &Local,
    only: Option<&BTreeSet<Key>>,
) -> Vec<Drift> {
    drift_by(fold, live, local, &Names::default(), only)
}

/// Detects drift like [`drift`], with the names that objects have in the database.
#[must_use]
pub fn drift_by(
    fold: &Fold,
    live: &Schema,
    local: &Local,
    names: &Names,
    only: Option<&BTreeSet<Key>>,
) -> Vec<Drift> {
    let mut rows = Vec::new();
    for (key, id) in owned(fold) {
        if only.is_some_and(|only| !only.contains(&key)) {
            continue;
        }
        let Some(object) = fold.object(id) else {
            continue;
        };
        let here = names.table(id, &key);
        match here.as_ref().and_then(|here| live.tables.get(here)) {
            None if object.is_live() => rows.push(Drift {
                object: object.name.value.clone(),
                kind: DriftKind::Missing,
                id: Some(id),
                site: Site::Table(key),
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
pub fn made_by_hand(fold: &Fold, live: &Schema, names: &Names) -> Vec<Drift> {
    let owned = owned(fold);
    let extra = |object: String, site| Drift {
        object,
        kind: DriftKind::Extra,
        id: None,
        site,
    };
    let tables = live.tables.iter();
    let tables = tables.filter(|(key, _)| !owned.contains_key(*key) && !names.is_taken(key));
    let sequences = live.sequences.iter();
    let sequences = sequences.filter(|(_, sequence)| fold.find_sequence(&sequence.name).is_none());
    tables
        .map(|(key, table)| extra(table.name.clone(), Site::Table(key.clone())))
        .chain(sequences.map(|(key, sequence)| {
            extra(
                format!("sequence {}", sequence.name),
                Site::Sequence(key.clone()),
            )
        }))
        .collect()
}
