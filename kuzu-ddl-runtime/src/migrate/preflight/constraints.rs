//! Preflight checks of constraints: missing values, duplicate keys, SERIAL range and multiplicity.

use kuzu_ddl_core::plan::{
    Hazard, HazardKind, PreflightCheck, RowFailure, RowFailureKind, SAMPLE_SIZE, Step, ValueSource,
    abbreviate,
};
use kuzu_ddl_core::schema::{Multiplicity, Type};

use super::cast::is_value_error;
use super::sample::{number, sample};
use crate::engine::Session;
use crate::error::Error;

/// Checks for rows without a value: they cannot have a key, and where a value becomes required, the
/// hazard lists a sample.
pub(in crate::migrate) fn check_not_null(
    session: &dyn Session,
    step: &mut Step,
    check: &PreflightCheck,
    value: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    if value.fill.is_some() {
        return Ok(None);
    }
    let null = format!("{} IS NULL", value.render_input("x"));
    let rows = number(session, &check.rows.count(&null))?;
    if rows == 0 {
        return Ok(None);
    }
    let sample = sample(session, check.rows.sample(&null, "NULL"), false)?;
    let tightens = |h: &&mut Hazard| h.kind == HazardKind::Tightens && h.object == check.object;
    if let Some(hazard) = step.hazards.iter_mut().find(tightens) {
        let named = |(key, _): &(String, _)| format!("{} {}", check.key, abbreviate(key));
        hazard.sample = sample.iter().map(named).collect();
        return Ok(None);
    }
    let total = number(session, &check.rows.count("true"))?;
    Ok(Some(RowFailure::new(
        (check.object.clone(), check.key.clone()),
        RowFailureKind::MissingKey,
        (Some(rows), total),
        sample,
    )))
}

/// Checks for keys that are NaN.
fn check_number(
    session: &dyn Session,
    check: &PreflightCheck,
    value: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    if !matches!(value.to, Type::Float | Type::Double) {
        return Ok(None);
    }
    let text = format!("CAST({} AS STRING)", value.render_or_prior("x"));
    let condition = format!("{text} IN ['nan', '-nan']");
    let rows = match number(session, &check.rows.count(&condition)) {
        Ok(0) => return Ok(None),
        Ok(rows) => rows,
        // The cast check reports this failure.
        Err(e) if is_value_error(&e) => return Ok(None),
        Err(e) => return Err(e.into()),
    };
    let total = number(session, &check.rows.count("true"))?;
    Ok(Some(RowFailure::new(
        (check.object.clone(), check.key.clone()),
        RowFailureKind::NotANumberKey,
        (Some(rows), total),
        sample(session, check.rows.sample(&condition, "'NaN'"), false)?,
    )))
}

/// Checks for duplicate keys.
pub(in crate::migrate) fn check_unique(
    session: &dyn Session,
    check: &PreflightCheck,
    value: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let Some((_, ty)) = &value.column else {
        return Ok(None);
    };
    if let Some(failure) = check_number(session, check, value)? {
        return Ok(Some(failure));
    }
    let all = &check.rows.pattern;
    let groups = format!(
        "{all} WITH {} AS k, count(*) AS n WHERE n > 1 AND k IS NOT NULL",
        value.render_or_prior("x")
    );
    let rows = match number(session, &format!("{groups} RETURN sum(n)")) {
        Ok(0) => return Ok(None),
        Ok(rows) => rows,
        // The cast check reports this failure.
        Err(e) if is_value_error(&e) => return Ok(None),
        Err(e) => return Err(e.into()),
    };
    let total = number(session, &check.rows.count("true"))?;
    let queries = format!(
        "{groups} RETURN CAST(k AS STRING) AS v, concat(CAST(n AS STRING), ' times') \
         ORDER BY v LIMIT {SAMPLE_SIZE}"
    );
    let mut sample = sample(session, std::iter::once(queries), false)?;
    if *ty == Type::String {
        sample
            .iter_mut()
            .for_each(|(key, _)| *key = format!("'{key}'"));
    }
    Ok(Some(RowFailure::new(
        (check.object.clone(), check.key.clone()),
        RowFailureKind::DuplicateKey,
        (Some(rows), total),
        sample,
    )))
}

/// Checks for values above which SERIAL cannot continue.
pub(in crate::migrate) fn check_serial_range(
    session: &dyn Session,
    check: &PreflightCheck,
    value: &ValueSource,
) -> Result<Option<RowFailure>, Error> {
    let largest = format!("{} = {}", value.render_or_prior("x"), i64::MAX);
    let rows = number(session, &check.rows.count(&largest))?;
    if rows == 0 {
        return Ok(None);
    }
    let total = number(session, &check.rows.count("true"))?;
    let input = value.render_input("x");
    let query = check.rows.sample(&largest, &input);
    Ok(Some(RowFailure::new(
        (check.object.clone(), check.key.clone()),
        RowFailureKind::SerialExhausted,
        (Some(rows), total),
        sample(session, query, false)?,
    )))
}

/// Checks for nodes with more rels than the multiplicity allows.
pub(in crate::migrate) fn check_multiplicity(
    session: &dyn Session,
    check: &PreflightCheck,
    multiplicity: Multiplicity,
    sides: &[(String, String)],
) -> Result<Option<RowFailure>, Error> {
    let (mut rows, mut total) = (0, 0);
    let mut samples = Vec::new();
    for (nodes, name) in sides {
        let groups = format!("{nodes} WITH x, count(r) AS n");
        total += number(session, &format!("{groups} RETURN count(*)"))?;
        let several = number(session, &format!("{groups} WHERE n > 1 RETURN count(*)"))?;
        rows += several;
        if several > 0 && samples.len() < SAMPLE_SIZE {
            let query = format!(
                "{groups} WHERE n > 1 RETURN {name} AS k, concat(CAST(n AS STRING), ' rels') \
                 ORDER BY k LIMIT {SAMPLE_SIZE}"
            );
            samples.extend(sample(session, std::iter::once(query), false)?);
        }
    }
    samples.truncate(SAMPLE_SIZE);
    Ok((rows > 0).then(|| {
        RowFailure::new(
            (check.object.clone(), "node".to_owned()),
            RowFailureKind::MultiplicityExceeded(multiplicity),
            (Some(rows), total),
            samples,
        )
    }))
}
