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
const MAX_REFUSED: usize = 1_000;

/// Checks whether all old values can be cast, and which rows fail.
pub(in crate::migrate) fn castable(
    session: &dyn Session,
    step: &mut Step,
    demand: &PreflightCheck,
    asked: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let value = with_prior_values(session, &demand.rows, asked)?;
    tried(session, step, (demand, asked), value)
}

fn tried(
    session: &dyn Session,
    step: &mut Step,
    (demand, asked): (&PreflightCheck, &ValueSource),
    mut value: ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let (rows, old) = (&demand.rows, value.render_input("x"));
    let mut some = format!("{old} IS NOT NULL");
    if value.prior.is_some() {
        some = value
            .branch_condition("x")
            .map_or(some.clone(), |guard| format!("{some} AND {guard}"));
    }
    let mut found = Found::default();
    let verdict = value.fallibility("x");
    // For texts the engine is reliable, and where nothing fails, which is the usual case, one trial
    // costs half of what the condition costs.
    let plain = value.prior.is_none() && *value.on_fail() == OnFail::Abort && is_text(&value);
    let tries = match &verdict {
        Fallibility::Infallible => false,
        Fallibility::FailsUnless(_) => plain,
        Fallibility::Unknown => true,
    };
    let trial = tries.then(|| try_count(session, rows, &some, &value.render("x")));
    let trial = trial.transpose()?;
    if let Some(Ok(counts)) = &trial
        && (plain || value.guard_condition("x").is_none())
    {
        found.counts = Some(*counts);
    }
    if let (Fallibility::Unknown, Some(Err(e))) = (verdict, trial) {
        found.engine = Some(e);
        let texts = match (&value.prior, value.on_fail()) {
            (Some(_), OnFail::Abort) => None,
            _ => failing_values(session, &rows.pattern, &value)?,
        };
        match texts {
            Some(texts) => value.failing_values = texts,
            None if value.prior.is_some() && *value.on_fail() != OnFail::Abort => {
                // Without the prior values, a condition may detect the failing rows.
                value.prior = None;
                return tried(session, step, (demand, asked), value);
            }
            None => {
                let of = number(session, &rows.count(&some))?;
                return Ok(Some(found.failure(demand, &value, None, of)));
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
            found.engine = Some(e);
            let of = number(session, &rows.count(&others))?;
            return Ok(Some(found.failure(demand, &value, None, of)));
        }
    }
    count_failures(session, step, (demand, asked), (value, some), found)
}

/// Counts the rows that fail, and those whose value becomes NULL.
fn count_failures(
    session: &dyn Session,
    step: &mut Step,
    (demand, asked): (&PreflightCheck, &ValueSource),
    (value, some): (ValueSource, String),
    mut found: Found,
) -> Result<Option<RowFailure>, Error> {
    let (rows, old) = (&demand.rows, value.render_input("x"));
    // The counts of a trial are not queried again: a million casts take their time.
    let guard = value
        .guard_condition("x")
        .filter(|_| found.counts.is_none());
    let mut bad = guard
        .as_ref()
        .map(|guard| format!("{some} AND NOT {guard}"));
    if let (Some(bad), Some(original)) = (&mut bad, &value.prior) {
        *bad = format!("{bad} AND {}", original.differs_condition("x", &old));
    }
    if let Some(bad) = &bad {
        found.raised = number(session, &rows.count(bad))?;
        if found.raised > 0 {
            found.sample = sample(session, rows.sample(bad, &old), is_text(&value))?;
        }
    }
    let [good, cast] = match found.counts {
        Some(counts) => counts,
        None => {
            let good = guard.map_or_else(|| some.clone(), |guard| format!("{some} AND {guard}"));
            count(session, rows, &good, &value.render("x"))?
        }
    };
    let nulls = good.saturating_sub(cast);
    if nulls > 0 && found.raised == 0 {
        let null = format!("{some} AND {} IS NULL", value.render("x"));
        found.sample = sample(session, rows.sample(&null, &old), is_text(&value))?;
    }
    let (failing, of) = (found.raised + nulls, good + found.raised);
    record_result(step, &demand.object, (asked, &value), failing, of);
    if failing == 0 || *value.on_fail() != OnFail::Abort {
        return Ok(None);
    }
    Ok(Some(found.failure(demand, &value, Some(failing), of)))
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
fn engine_error_for(
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
fn with_prior_values(
    session: &dyn Session,
    rows: &RowScope,
    asked: &ValueSource,
) -> Result<ValueSource, Error> {
    let mut value = asked.clone();
    let may_fail = *value.on_fail() != OnFail::Abort;
    let Some(original) = value.prior.as_mut() else {
        return Ok(value);
    };
    let Some(made) = original.unverified() else {
        return Ok(value);
    };
    let some = format!("{} IS NOT NULL", made.render_input("x"));
    if engine_error_for(session, rows, &some, &made.render("x"))?.is_none() {
        return Ok(value);
    }
    let texts = match made.fallibility("x") {
        _ if may_fail => None,
        Fallibility::Unknown => failing_values(session, &rows.pattern, made)?,
        _ => Some(Vec::new()),
    };
    match texts {
        Some(texts) => original.mark_verified(texts),
        None => value.prior = None,
    }
    Ok(value)
}

/// Returns the Cypher that counts rows with a value. The engine's `count` does not accept every
/// type.
fn count_non_null(value: &str) -> String {
    format!("sum(CASE WHEN {value} IS NULL THEN 0 ELSE 1 END)")
}

#[derive(Default)]
struct Found {
    /// Counts of a trial of all rows, if it succeeded.
    counts: Option<[u64; 2]>,
    raised: u64,
    sample: Sample,
    engine: Option<String>,
}

impl Found {
    fn failure(
        self,
        demand: &PreflightCheck,
        value: &ValueSource,
        rows: Option<u64>,
        of: u64,
    ) -> RowFailure {
        let why = RowFailureKind::Cast {
            to: value.to.clone(),
            engine: self.engine,
            accepts_on_fail: rows.is_some(),
        };
        RowFailure {
            object: demand.object.clone(),
            rows,
            total: of,
            sample: self.sample,
            key_property: demand.key.clone(),
            kind: why,
        }
    }
}

fn is_text(value: &ValueSource) -> bool {
    matches!(&value.column, Some((_, Type::String)))
}

/// Returns whether the engine rejects a value rather than the query.
pub(in crate::migrate) fn is_value_error(error: &EngineError) -> bool {
    error.kind == EngineErrorKind::Other && !error.message.starts_with("Binder exception")
}

/// Records the result of a check in its step: the `requested` value resolved to `found`.
pub(in crate::migrate) fn record_result(
    step: &mut Step,
    object: &str,
    (asked, found): (&ValueSource, &ValueSource),
    failing: u64,
    of: u64,
) {
    let may_fail = |h: &&mut Hazard| h.kind == HazardKind::MayFail && h.object == object;
    for hazard in step.hazards.iter_mut().filter(may_fail) {
        (hazard.rows, hazard.total) = (Some(failing), Some(of));
    }
    if asked == found {
        return;
    }
    // The names in the check are those from before the step, so the value is identified by
    // everything else.
    let same = |other: &ValueSource| other.with_column_name("") == asked.with_column_name("");
    for other in step
        .operation
        .value_sources_mut()
        .filter(|other| same(other))
    {
        other.failing_values.clone_from(&found.failing_values);
        other.prior.clone_from(&found.prior);
    }
    step.cypher = step.operation.cypher();
}

/// Returns the distinct old values that cannot be cast, as text; `None` if their text does not
/// identify them, or if they are too many.
fn failing_values(
    session: &dyn Session,
    all: &str,
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
        let back = format!("CAST(CAST({old} AS STRING) AS {ty})");
        let differ = format!("{all} WHERE {old} IS NOT NULL AND {back} <> {old} RETURN count(*)");
        match number(session, &differ) {
            Ok(0) => {}
            Ok(_) => return Ok(None),
            Err(e) if is_value_error(&e) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
    let distinct = format!("{all} WHERE {old} IS NOT NULL RETURN DISTINCT CAST({old} AS STRING)");
    let rows = session.query(&distinct)?;
    let texts: Vec<&str> = rows.iter().filter_map(|row| row.first()?.text()).collect();
    let trial = format!(
        "UNWIND $texts AS t WITH CAST(t AS {ty}) AS old RETURN {}",
        count_non_null(&value.cast("old"))
    );
    let mut bad = Vec::new();
    for batch in texts.chunks(BATCH) {
        bisect_failures(session, &trial, batch, &mut bad)?;
        if bad.len() > MAX_REFUSED {
            return Ok(None);
        }
    }
    bad.sort();
    Ok(Some(bad))
}

fn bisect_failures(
    session: &dyn Session,
    trial: &str,
    texts: &[&str],
    bad: &mut Vec<String>,
) -> Result<(), Error> {
    if bad.len() > MAX_REFUSED {
        return Ok(());
    }
    let cells = texts.iter().map(|text| Value::from(*text)).collect();
    match session.query_with(trial, &[("texts", Value::List(cells))]) {
        Ok(_) => Ok(()),
        Err(e) if !is_value_error(&e) => Err(e.into()),
        Err(_) if texts.len() == 1 => {
            bad.extend(texts.iter().map(|text| (*text).to_owned()));
            Ok(())
        }
        Err(_) => {
            let (left, right) = texts.split_at(texts.len() / 2);
            bisect_failures(session, trial, left, bad)?;
            bisect_failures(session, trial, right, bad)
        }
    }
}
