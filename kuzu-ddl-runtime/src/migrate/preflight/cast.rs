//! Preflight check of casts: counts the rows whose values cannot be cast, and collects samples.

use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{
    Fallibility, Hazard, HazardKind, PreflightCheck, RowFailure, RowFailureKind, RowScope, Step,
    ValueSource,
};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::Value;

use super::sample::{BATCH, Sample, number, numbers, sample};
use crate::engine::{EngineError, EngineErrorKind, Session};
use crate::error::Error;

/// Largest number of distinct failing values where only a trial can find them: the statements list
/// them.
const MAX_FAILING_VALUES: usize = 1_000;

/// Checks whether all old values can be cast, and which rows fail. `value` is the one that the check
/// names, with the result of a trial of its prior values.
pub(in crate::migrate) fn check_cast(
    session: &dyn Session,
    step: &mut Step,
    (check, requested): (&PreflightCheck, &ValueSource),
    mut value: ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let (rows, old) = (&check.rows, value.render_input("x"));
    let mut condition = format!("{old} IS NOT NULL");
    if value.prior.is_some() {
        condition = value
            .branch_condition("x")
            .map_or(condition.clone(), |guard| {
                format!("{condition} AND {guard}")
            });
    }
    let mut findings = Findings::default();
    let verdict = value.fallibility("x");
    // For texts the engine is reliable, and where nothing fails, which is the usual case, one trial
    // costs half of what the condition costs.
    let plain = value.prior.is_none() && *value.on_fail() == OnFail::Abort && is_text(&value);
    let needs_trial = match &verdict {
        Fallibility::Infallible => false,
        Fallibility::FailsUnless(_) => plain,
        Fallibility::Unknown => true,
    };
    let trial =
        needs_trial.then(|| try_count(session, rows, &condition, &value.render_outcome("x")));
    let trial = trial.transpose()?;
    if let Some(Ok(counts)) = &trial
        && (plain || value.guard_condition("x").is_none())
    {
        findings.counts = Some(*counts);
    }
    if let (Fallibility::Unknown, Some(Err(e))) = (verdict, trial) {
        findings.engine = Some(e);
        let texts = match (&value.prior, value.on_fail()) {
            (Some(_), OnFail::Abort) => None,
            _ => failing_values(session, &rows.pattern, &value)?,
        };
        match texts {
            Some(texts) => value.failing_values = texts,
            None if value.prior.is_some() && *value.on_fail() != OnFail::Abort => {
                // Without the prior values, a condition may detect the failing rows.
                value.prior = None;
                return check_cast(session, step, (check, requested), value);
            }
            None => {
                let total = number(session, &rows.count(&condition))?;
                return Ok(Some(findings.failure(check, &value, None, total)));
            }
        }
    }
    if *value.on_fail() == OnFail::Abort
        && let Some(guard) = value
            .prior
            .as_ref()
            .and_then(|_| value.branch_condition("x"))
    {
        // Where the original cast failed, a value that was written since is cast back.
        let others = format!("{old} IS NOT NULL AND NOT {guard}");
        if let Some(e) = engine_error_for(session, rows, &others, &value.render_fallback("x"))? {
            findings.engine = Some(e);
            let total = number(session, &rows.count(&others))?;
            return Ok(Some(findings.failure(check, &value, None, total)));
        }
    }
    count_failures(
        session,
        step,
        (check, requested),
        (value, condition),
        findings,
    )
}

/// Counts the rows that fail, and those whose value becomes NULL.
fn count_failures(
    session: &dyn Session,
    step: &mut Step,
    (check, requested): (&PreflightCheck, &ValueSource),
    (value, condition): (ValueSource, String),
    mut findings: Findings,
) -> Result<Option<RowFailure>, Error> {
    let (rows, old) = (&check.rows, value.render_input("x"));
    // The counts of a trial are not queried again: a million casts take their time.
    let guard = value
        .guard_condition("x")
        .filter(|_| findings.counts.is_none());
    let mut failing_condition = guard
        .as_ref()
        .map(|guard| format!("{condition} AND NOT {guard}"));
    if let (Some(failing), Some(original)) = (&mut failing_condition, &value.prior) {
        *failing = format!("{failing} AND {}", original.differs_condition("x", &old));
    }
    if let Some(failing) = &failing_condition {
        findings.raised = number(session, &rows.count(failing))?;
        if findings.raised > 0 {
            findings.sample = sample(session, rows.sample(failing, &old), is_text(&value))?;
        }
    }
    let [castable, cast] = match findings.counts {
        Some(counts) => counts,
        None => {
            let castable = guard.map_or_else(
                || condition.clone(),
                |guard| format!("{condition} AND {guard}"),
            );
            count(session, rows, &castable, &value.render_outcome("x"))?
        }
    };
    let nulls = castable.saturating_sub(cast);
    if nulls > 0 && findings.raised == 0 {
        let null = format!("{condition} AND {} IS NULL", value.render_outcome("x"));
        findings.sample = sample(session, rows.sample(&null, &old), is_text(&value))?;
    }
    let (failing, total) = (findings.raised + nulls, castable + findings.raised);
    record_result(step, &check.object, (requested, &value), failing, total);
    if failing == 0 || *value.on_fail() != OnFail::Abort {
        return Ok(None);
    }
    Ok(Some(findings.failure(check, &value, Some(failing), total)))
}

/// Returns the number of rows, and the number of rows with a value that is not NULL.
pub(in crate::migrate) fn count(
    session: &dyn Session,
    rows: &RowScope,
    which: &str,
    value: &str,
) -> Result<[u64; 2], EngineError> {
    let counts = format!(
        "{} WHERE {which} RETURN count(*), {}",
        rows.pattern,
        count_non_null(value)
    );
    let counts = numbers(session, &counts)?;
    Ok(<[u64; 2]>::try_from(counts).unwrap_or_default())
}

/// Counts likewise, or returns the engine's message if a value of one of the rows cannot be
/// computed.
fn try_count(
    session: &dyn Session,
    rows: &RowScope,
    which: &str,
    value: &str,
) -> Result<Result<[u64; 2], String>, Error> {
    match count(session, rows, which, value) {
        Ok(counts) => Ok(Ok(counts)),
        Err(e) if is_value_error(&e) => Ok(Err(e.message.trim_end().to_owned())),
        Err(e) => Err(e.into()),
    }
}

/// Returns the engine's message if a value of one of the rows cannot be computed.
pub(in crate::migrate) fn engine_error_for(
    session: &dyn Session,
    rows: &RowScope,
    which: &str,
    value: &str,
) -> Result<Option<String>, Error> {
    Ok(try_count(session, rows, which, value)?.err())
}

/// Returns the value with the result of a trial of the prior values: those for which none was
/// computed. If they cannot be determined, or rows would take two branches for two reasons, all are
/// cast.
pub(in crate::migrate) fn with_prior_values(
    session: &dyn Session,
    rows: &RowScope,
    requested: &ValueSource,
) -> Result<ValueSource, Error> {
    let mut value = requested.clone();
    let may_fail = *value.on_fail() != OnFail::Abort;
    let Some(original) = requested.unverified_prior() else {
        return Ok(value);
    };
    let (mut original, current) = (original.clone(), requested.render_input("x"));
    if let Some(changed) = original.changed_condition("x", &current) {
        match try_count(session, rows, &changed, "1")? {
            Ok([0, _]) => original.mark_decided(),
            Ok(_) => {}
            // The rows have values that the conversion did not meet.
            Err(_) => original.forget_returned(),
        }
        value = value.with_prior(Some(Box::new(original.clone())));
    }
    let Some(unverified_prior) = original
        .unverified()
        .filter(|_| requested.compares_in_cypher() && !original.is_decided())
    else {
        return Ok(value);
    };
    let condition = original.undecided_condition("x", &current);
    if !original.is_computable() && number(session, &rows.count(&condition))? == 0 {
        return Ok(value);
    }
    if original.is_computable()
        && engine_error_for(session, rows, &condition, &unverified_prior.render("x"))?.is_none()
    {
        if let Some(prior) = value.prior.as_mut() {
            prior.mark_default_converted();
        }
        return Ok(value);
    }
    let texts = match unverified_prior.fallibility("x") {
        _ if may_fail || !original.is_computable() => None,
        Fallibility::Unknown => failing_values(session, &rows.pattern, unverified_prior)?,
        _ => Some(Vec::new()),
    };
    match texts {
        Some(texts) => {
            if let Some(prior) = value.prior.as_mut() {
                prior.mark_verified(texts);
            }
        }
        None => value = value.with_prior(None),
    }
    Ok(value)
}

/// Returns the Cypher that counts rows with a value. The engine's `count` does not accept every
/// type.
fn count_non_null(value: &str) -> String {
    format!("sum(CASE WHEN {value} IS NULL THEN 0 ELSE 1 END)")
}

#[derive(Default)]
struct Findings {
    /// Counts of a trial of all rows, if it succeeded.
    counts: Option<[u64; 2]>,
    raised: u64,
    sample: Sample,
    engine: Option<String>,
}

impl Findings {
    fn failure(
        self,
        check: &PreflightCheck,
        value: &ValueSource,
        rows: Option<u64>,
        total: u64,
    ) -> RowFailure {
        let kind = RowFailureKind::Cast {
            to: value.to.clone(),
            engine: self.engine,
            accepts_on_fail: rows.is_some(),
        };
        RowFailure::new(
            (check.object.clone(), check.key.clone()),
            kind,
            (rows, total),
            self.sample,
        )
    }
}

fn is_text(value: &ValueSource) -> bool {
    matches!(&value.column, Some((_, Type::String)))
}

/// Returns whether the engine rejects a value rather than the query.
pub(in crate::migrate) fn is_value_error(error: &EngineError) -> bool {
    // The engine parses a text as a STRUCT when it casts it.
    error
        .message
        .starts_with("Parser exception: Invalid struct field name")
        || error.kind == EngineErrorKind::Other && !error.message.starts_with("Binder exception")
}

/// Records the result of a check in its step: the `requested` value became `resolved`.
pub(in crate::migrate) fn record_result(
    step: &mut Step,
    object: &str,
    (requested, resolved): (&ValueSource, &ValueSource),
    failing: u64,
    total: u64,
) {
    let may_fail = |h: &&mut Hazard| h.kind == HazardKind::MayFail && h.object == object;
    for hazard in step.hazards.iter_mut().filter(may_fail) {
        (hazard.rows, hazard.total) = (Some(failing), Some(total));
    }
    if requested == resolved {
        return;
    }
    // The names in the check are those from before the step, so the value is identified by
    // everything else.
    let is_same =
        |other: &ValueSource| other.with_column_name("") == requested.with_column_name("");
    for other in step
        .operation
        .value_sources_mut()
        .filter(|other| is_same(other))
    {
        other.failing_values.clone_from(&resolved.failing_values);
        *other = other.clone().with_prior(resolved.prior.clone());
    }
    step.render_with_findings();
}

/// Returns the distinct old values that cannot be cast, as text; `None` if their text does not
/// identify them, or if they are too many.
fn failing_values(
    session: &dyn Session,
    pattern: &str,
    value: &ValueSource,
) -> Result<Option<Vec<String>>, Error> {
    let Some((_, ty)) = &value.column else {
        return Ok(None);
    };
    let old = value.render_input("x");
    // The text of a float has six digits after the point.
    if matches!(ty, Type::Float | Type::Double) {
        return Ok(None);
    }
    if *ty != Type::String {
        let round_trip = format!("CAST(CAST({old} AS STRING) AS {ty})");
        let differ =
            format!("{pattern} WHERE {old} IS NOT NULL AND {round_trip} <> {old} RETURN count(*)");
        match number(session, &differ) {
            Ok(0) => {}
            Ok(_) => return Ok(None),
            Err(e) if is_value_error(&e) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
    let distinct =
        format!("{pattern} WHERE {old} IS NOT NULL RETURN DISTINCT CAST({old} AS STRING)");
    let rows = session.query(&distinct)?;
    let texts: Vec<&str> = rows.iter().filter_map(|row| row.first()?.text()).collect();
    let trial = format!(
        "UNWIND $texts AS t WITH CAST(t AS {ty}) AS old RETURN {}",
        count_non_null(&value.cast("old"))
    );
    let mut failing = Vec::new();
    for batch in texts.chunks(BATCH) {
        bisect_failures(session, &trial, batch, &mut failing)?;
        if failing.len() > MAX_FAILING_VALUES {
            return Ok(None);
        }
    }
    failing.sort();
    Ok(Some(failing))
}

fn bisect_failures(
    session: &dyn Session,
    trial: &str,
    texts: &[&str],
    failing: &mut Vec<String>,
) -> Result<(), Error> {
    if failing.len() > MAX_FAILING_VALUES {
        return Ok(());
    }
    let cells = texts.iter().map(|text| Value::from(*text)).collect();
    match session.query_with(trial, &[("texts", Value::List(cells))]) {
        Ok(_) => Ok(()),
        Err(e) if !is_value_error(&e) => Err(e.into()),
        Err(_) if texts.len() == 1 => {
            failing.extend(texts.iter().map(|text| (*text).to_owned()));
            Ok(())
        }
        Err(_) => {
            let (left, right) = texts.split_at(texts.len() / 2);
            bisect_failures(session, trial, left, failing)?;
            bisect_failures(session, trial, right, failing)
        }
    }
}
