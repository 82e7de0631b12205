//! Numbers that no plan can know: with which one a property counts on depends on the rows that there are when
//! the step's turn comes.

use std::borrow::Cow;

use kuzu_ddl_core::plan::{SerialInputs, Step};

use crate::engine::{EngineError, EngineErrorKind, Session};

/// The statements of a step, with these numbers.
///
/// # Errors
/// What the engine says; and where the largest value leaves no number above it.
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

/// Above all rows, and not below what came next until now: a number of a row that was deleted does not come again.
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
