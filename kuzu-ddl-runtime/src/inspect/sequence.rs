//! Reads sequences, except those of `SERIAL` properties.

use kuzu_ddl_core::catalog::{CatalogSnapshot, SkippedObject};
use kuzu_ddl_core::schema::name::{check_table, serial_sequence_name};
use kuzu_ddl_core::schema::{NameKey, Sequence, Type};

use super::row::{bool, cells, int, text};
use super::scope::InspectScope;
use crate::engine::{EngineError, Session};

/// Adds the sequences to `found`.
pub(super) fn read(
    session: &dyn Session,
    scope: InspectScope<'_>,
    found: &mut CatalogSnapshot,
) -> Result<(), EngineError> {
    const CALL: &str = "CALL show_sequences() RETURN name, `database name`, `start value`, \
                        increment, `min value`, `max value`, cycle";
    for row in session.query(CALL)? {
        let [name, database, start, increment, min, max, cycle] = cells(row, CALL)?;
        if database.text() != Some(session.capabilities().local_database) {
            continue;
        }
        let sequence = Sequence {
            name: text(&name, CALL)?,
            start: int(&start, CALL)?,
            increment: int(&increment, CALL)?,
            min: int(&min, CALL)?,
            max: int(&max, CALL)?,
            cycle: bool(&cycle, CALL)?,
        };
        let key = NameKey::new(&sequence.name);
        if is_serial(&sequence) {
            let is_managed = key.is_internal() || is_owned(&key, found);
            if matches!(scope, InspectScope::All) && !is_managed {
                let reason = "sequence of a renamed or dropped SERIAL property";
                found
                    .skipped
                    .push(SkippedObject::new(&sequence.name, reason));
            }
            found.serial_sequences.insert(key);
        } else if let Err(reason) = check_table(&sequence.name) {
            if !key.is_internal() {
                found
                    .skipped
                    .push(SkippedObject::new(&sequence.name, reason.to_string()));
            }
        } else {
            found.schema.sequences.insert(key, sequence);
        }
    }
    Ok(())
}

/// Returns whether a `SERIAL` property owns or owned the sequence. Its name is no proof, because a
/// rename of the table does not change it; but no other sequence has this suffix and starts below
/// 1, unless it is meant for a `SERIAL` property.
fn is_serial(s: &Sequence) -> bool {
    s.name.to_ascii_lowercase().ends_with("_serial")
        && (s.increment, s.min, s.max, s.cycle) == (1, 0, i64::MAX, false)
}

fn is_owned(sequence: &NameKey, found: &CatalogSnapshot) -> bool {
    found.schema.tables.iter().any(|(table, t)| {
        t.properties.iter().any(|(name, property)| {
            property.ty == Type::Serial
                && *sequence == serial_sequence_name(table.as_str(), name.as_str())
        })
    })
}
