//! SERIAL values that no plan can know: the next value of a property depends on the rows that exist
//! when its step runs.

use std::borrow::Cow;

use kuzu_ddl_core::plan::{SerialInputs, Step};

use crate::engine::{EngineError, EngineErrorKind, Session};

/// Returns the statements of a step with these values.
///
/// # Errors
/// Errors of the engine; and one if no value is left above the largest existing one.
pub(in crate::migrate) fn serial_statements<'s>(
    session: &dyn Session,
    step: &'s Step,
) -> Result<Cow<'s, [String]>, EngineError> {
    let counted = step.operation.serial_inputs();
    if counted.is_empty() {
        return Ok(Cow::Borrowed(&step.cypher));
    }
    let next = counted.iter().map(|counted| next(session, counted));
    let next: Vec<i64> = next.collect::<Result<_, _>>()?;
    Ok(Cow::Owned(step.operation.serial_statements(&next)))
}

/// Returns a value above all rows and not below the next value so far: the value of a deleted row
/// is never reused.
fn next(session: &dyn Session, counted: &SerialInputs) -> Result<i64, EngineError> {
    let mut next = match number(session, &counted.max_value)? {
        None => 0,
        Some(i64::MAX) => {
            let message =
                "the largest value is the largest INT64, and no number is left to count on with";
            let kind = EngineErrorKind::Other;
            return Err(EngineError::new(kind, message, &counted.max_value));
        }
        Some(largest) => (largest + 1).max(0),
    };
    for former in &counted.previous_sequences {
        next = next.max(number(session, former)?.unwrap_or_default());
    }
    Ok(next)
}

fn number(session: &dyn Session, query: &str) -> Result<Option<i64>, EngineError> {
    let rows = session.query(query)?;
    let cell = rows.first().and_then(|row| row.first()?.int());
    Ok(cell.and_then(|n| i64::try_from(n).ok()))
}
