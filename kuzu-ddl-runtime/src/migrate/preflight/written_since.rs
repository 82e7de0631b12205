//! Preflight check of a return to an earlier type: rows that were written since are cast back.

use kuzu_ddl_core::plan::{PreflightCheck, RowFailure, RowFailureKind, Step, ValueSource};
use kuzu_ddl_core::schema::Type;

use super::cast::{count, engine_error_for, record_result};
use super::sample::{number, sample};
use crate::engine::Session;
use crate::error::Error;

/// Checks whether the values written since can be cast back. `since` is the condition for their
/// rows, and the Cypher of the value that is cast back.
pub(super) fn check_written_since(
    session: &dyn Session,
    step: &mut Step,
    check: &PreflightCheck,
    (requested, value): (&ValueSource, &ValueSource),
    since: (String, String),
) -> Result<Option<RowFailure>, Error> {
    let (rows, old) = (&check.rows, value.render_input("x"));
    let (condition, cast) = since;
    let written = format!("{condition} AND {old} IS NOT NULL");
    let total = number(session, &rows.count(&written))?;
    let engine = match total {
        0 => None,
        _ => engine_error_for(session, rows, &written, &cast)?,
    };
    let failing = match (&engine, total) {
        (Some(_), _) | (None, 0) => 0,
        (None, _) => {
            let [all, good] = count(session, rows, &written, &cast)?;
            all.saturating_sub(good)
        }
    };
    record_result(step, &check.object, (requested, value), failing, total);
    if engine.is_none() && failing == 0 {
        return Ok(None);
    }
    let is_text = matches!(&value.column, Some((_, Type::String)));
    let lost = match &engine {
        Some(_) => written,
        None => format!("{written} AND {cast} IS NULL"),
    };
    let rows_failing = engine.is_none().then_some(failing);
    let kind = RowFailureKind::Cast {
        to: value.to.clone(),
        engine,
        accepts_on_fail: false,
    };
    Ok(Some(RowFailure::new(
        (check.object.clone(), check.key.clone()),
        kind,
        (rows_failing, total),
        sample(session, rows.sample(&lost, &old), is_text)?,
    )))
}

/// Checks that no archived value is needed of which it is unknown whether it still applies.
pub(super) fn check_undecided(
    session: &dyn Session,
    check: &PreflightCheck,
    value: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let Some(condition) = value.undecided_condition("x") else {
        return Ok(None);
    };
    let total = number(session, &check.rows.count(&condition))?;
    let kind = RowFailureKind::Indistinguishable {
        to: value.to.clone(),
    };
    let failure = RowFailure::new(
        (check.object.clone(), check.key.clone()),
        kind,
        (Some(total), total),
        Vec::new(),
    );
    Ok((total > 0).then_some(failure))
}
