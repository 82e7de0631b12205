//! Comparison of one table or sequence with the state that its events describe.

use std::fmt;

use super::collector::{Compared, Rows};
use super::index;
use super::live_names::Names;
use super::model::{Drift, DriftKind, Part, Site};
use crate::fold::{Fold, Object};
use crate::schema::{Key, Schema, Sequence, Table};
use crate::state::Local;

/// Compares sequences. Unmanaged ones are ignored: a default of an unmanaged table may need them.
pub(super) fn sequences(fold: &Fold, live: &Schema, rows: &mut Vec<Drift>) {
    for object in fold.objects().filter(|object| object.is_live()) {
        let Some(expected) = fold.sequence(object) else {
            continue;
        };
        let (name, key) = (
            format!("sequence {}", expected.name),
            Key::new(&expected.name),
        );
        let mut rows = Rows::new(rows, name, object.id, Site::Sequence(key.clone()));
        match live.sequences.get(&key) {
            None => rows.push(DriftKind::Missing),
            Some(is) => rows.check(Part::Form, &Counting(&expected), &Counting(is)),
        }
    }
}

/// Numbering of a sequence. The start value does not determine the current value: a recreated
/// sequence continues from the value that it had reached.
struct Counting<'a>(&'a Sequence);

impl PartialEq for Counting<'_> {
    fn eq(&self, other: &Self) -> bool {
        let of = |s: &Sequence| (s.increment, s.min, s.max, s.cycle);
        of(self.0) == of(other.0)
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
    (local, names): (&Local, &Names),
    rows: &mut Vec<Drift>,
) {
    let Some(expected) = fold.table(object) else {
        return;
    };
    let compared = Compared {
        fold,
        object,
        live,
        key: Key::new(&live.name),
        local,
        names,
    };
    if compared.itself(&expected, rows) {
        compared.pairs(rows);
        compared.properties(rows);
        index::compare(&compared, rows);
    }
}
