//! Comparison of one table or sequence with the state that its events describe.

use std::fmt;

use super::collector::{Compared, DriftCollector};
use super::index;
use super::live_names::LiveNames;
use super::model::{Aspect, Drift, DriftKind, Location};
use crate::fold::{Fold, Object};
use crate::schema::{NameKey, Schema, Sequence, Table};
use crate::state::LocalState;

/// Compares sequences. Unmanaged ones are ignored: a default of an unmanaged table may need them.
pub(super) fn sequences(fold: &Fold, live: &Schema, rows: &mut Vec<Drift>) {
    for object in fold.objects().filter(|object| object.is_live()) {
        let Some(expected) = fold.sequence(object) else {
            continue;
        };
        let (name, key) = (
            format!("sequence {}", expected.name),
            NameKey::new(&expected.name),
        );
        let mut rows = DriftCollector::new(rows, name, object.id, Location::Sequence(key.clone()));
        match live.sequences.get(&key) {
            None => rows.push(DriftKind::Missing),
            Some(is) => rows.check(Aspect::Definition, &Counting(&expected), &Counting(is)),
        }
    }
}

/// Numbering of a sequence. The start value does not determine the current value: a recreated
/// sequence continues from the value that it had reached.
struct Counting<'a>(&'a Sequence);

impl PartialEq for Counting<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.0.counts_like(other.0)
    }
}

impl fmt::Display for Counting<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Sequence {
            increment,
            min,
            max,
            cycle,
            ..
        } = self.0;
        write!(f, "INCREMENT {increment} MINVALUE {min} MAXVALUE {max}")?;
        f.write_str(if *cycle { " CYCLE" } else { "" })
    }
}

pub(super) fn tables(
    fold: &Fold,
    object: &Object,
    live: &Table,
    (local, names): (&LocalState, &LiveNames),
    rows: &mut Vec<Drift>,
) {
    let Some(expected) = fold.table(object) else {
        return;
    };
    let compared = Compared {
        fold,
        object,
        live,
        key: NameKey::new(&live.name),
        local,
        names,
    };
    if compared.check_table(&expected, rows) {
        compared.pairs(rows);
        compared.properties(rows);
        index::compare(&compared, rows);
    }
}
