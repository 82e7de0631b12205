//! TODO-DOC migrate::preflight::cast

use kuzu_ddl_core::event::OnFail;
use kuzu_ddl_core::plan::{Demand, Failure, Hazard, HazardKind, Rows, Step, Value, Verdict, Why};
use kuzu_ddl_core::schema::Type;
use kuzu_ddl_core::value::Cell;

use super::sample::{BATCH, Sample, number, numbers, sample};
use crate::engine::{EngineError, EngineErrorKind, Session};
use crate::error::Error;

/// How many different values a cast may fail on where only a trial can tell which: they are listed
/// in the statements.
const MAX_REFUSED: usize = 1_000;

/// Whether all old values can be cast; if not, which rows fail.
pub(in crate::migrate) fn castable(
    session: &dyn Session,
    step: &mut Step,
    demand: &Demand,
    asked: &Value,
) -> Result<Option<Failure>, Error> {
    let value = with_original(session, &demand.rows, asked)?;
    tried(session, step, (demand, asked), value)
}

fn tried(
    session: &dyn Session,
    step: &mut Step,
    (demand, asked): (&Demand, &Value),
    mut value: Value,
) -> Result<Option<Failure>, Error> {
    let (rows, old) = (&demand.rows, value.old("x"));
    let mut some = format!("{old} IS NOT NULL");
    if value.original.is_some() {
        some = value
            .split("x")
            .map_or(some.clone(), |guard| format!("{some} AND {guard}"));
    }
    let mut found = Found::default();
    let verdict = value.verdict("x");
    // Of texts the engine's word is good, and where nothing fails, as it nearly always is, one trial costs half
    // of what the condition costs.
    let plain = value.original.is_none() && *value.on_fail() == OnFail::Abort && is_text(&value);
    let tries = match &verdict {
        Verdict::Never => false,
        Verdict::Unless(_) => plain,
        Verdict::Unknown => true,
    };
    let trial = tries.then(|| attempt(session, rows, &some, &value.cypher("x")));
    let trial = trial.transpose()?;
    if let Some(Ok(counts)) = &trial
        && (plain || value.guard("x").is_none())
    {
        found.counts = Some(*counts);
    }
    if let (Verdict::Unknown, Some(Err(e))) = (verdict, trial) {
        found.engine = Some(e);
        let texts = match (&value.original, value.on_fail()) {
            (Some(_), OnFail::Abort) => None,
            _ => refused(session, &rows.all, &value)?,
        };
        match texts {
            Some(texts) => value.refused = texts,
            None if value.original.is_some() && *value.on_fail() != OnFail::Abort => {
                // Without the values of then a condition may tell.
                value.original = None;
                return tried(session, step, (demand, asked), value);
            }
            None => {
                let of = number(session, &rows.count(&some))?;
                return Ok(Some(found.failure(demand, &value, None, of)));
            }
        }
    }
    if *value.on_fail() == OnFail::Abort
        && let Some(guard) = value.original.as_ref().and_then(|_| value.split("x"))
    {
        // Where a cast failed then, a value that was written since is cast back.
        let others = format!("{old} IS NOT NULL AND NOT {guard}");
        if let Some(e) = fails(session, rows, &others, &value.otherwise("x"))? {
            found.engine = Some(e);
            let of = number(session, &rows.count(&others))?;
            return Ok(Some(found.failure(demand, &value, None, of)));
        }
    }
    weigh(session, step, (demand, asked), (value, some), found)
}

/// Counts the rows that fail, and those that come to nothing.
fn weigh(
    session: &dyn Session,
    step: &mut Step,
    (demand, asked): (&Demand, &Value),
    (value, some): (Value, String),
    mut found: Found,
) -> Result<Option<Failure>, Error> {
    let (rows, old) = (&demand.rows, value.old("x"));
    // What a trial has counted is not asked for again: a million casts take their time.
    let guard = value.guard("x").filter(|_| found.counts.is_none());
    let mut bad = guard
        .as_ref()
        .map(|guard| format!("{some} AND NOT {guard}"));
    if let (Some(bad), Some(original)) = (&mut bad, &value.original) {
        *bad = format!("{bad} AND {}", original.is_other("x", &old));
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
            count(session, rows, &good, &value.cypher("x"))?
        }
    };
    let nulls = good.saturating_sub(cast);
    if nulls > 0 && found.raised == 0 {
        let null = format!("{some} AND {} IS NULL", value.cypher("x"));
        found.sample = sample(session, rows.sample(&null, &old), is_text(&value))?;
    }
    let (failing, of) = (found.raised + nulls, good + found.raised);
    take(step, &demand.object, (asked, &value), failing, of);
    if failing == 0 || *value.on_fail() != OnFail::Abort {
        return Ok(None);
    }
    Ok(Some(found.failure(demand, &value, Some(failing), of)))
}

/// How many rows there are, and of how many of them the value is one.
pub(in crate::migrate) fn count(
    session: &dyn Session,
    rows: &Rows,
    which: &str,
    value: &str,
) -> Result<[u64; 2], EngineError> {
    let counts = format!(
        "{} WHERE {which} RETURN count(*), {}",
        rows.all,
        some_of(value)
    );
    let counts = numbers(session, &counts)?;
    Ok(<[u64; 2]>::try_from(counts).unwrap_or_default())
}

/// The same, or what the engine says where the value of one of the rows cannot be made.
fn attempt(
    session: &dyn Session,
    rows: &Rows,
    which: &str,
    value: &str,
) -> Result<Result<[u64; 2], String>, Error> {
    match count(session, rows, which, value) {
        Ok(counts) => Ok(Ok(counts)),
        Err(e) if is_of_values(&e) => Ok(Err(e.message.trim_end().to_owned())),
        Err(e) => Err(e.into()),
    }
}

/// What the engine says where the value of one of the rows cannot be made.
fn fails(
    session: &dyn Session,
    rows: &Rows,
    which: &str,
    value: &str,
) -> Result<Option<String>, Error> {
    Ok(attempt(session, rows, which, value)?.err())
}

/// The value with what a trial says of the values of then: of which nothing was made. Where they cannot be
/// told, or rows would go two ways for two reasons, all are cast.
fn with_original(session: &dyn Session, rows: &Rows, asked: &Value) -> Result<Value, Error> {
    let mut value = asked.clone();
    let may_fail = *value.on_fail() != OnFail::Abort;
    let Some(original) = value.original.as_mut() else {
        return Ok(value);
    };
    let Some(made) = original.untried() else {
        return Ok(value);
    };
    let some = format!("{} IS NOT NULL", made.old("x"));
    if fails(session, rows, &some, &made.cypher("x"))?.is_none() {
        return Ok(value);
    }
    let texts = match made.verdict("x") {
        _ if may_fail => None,
        Verdict::Unknown => refused(session, &rows.all, made)?,
        _ => Some(Vec::new()),
    };
    match texts {
        Some(texts) => original.tried(texts),
        None => value.original = None,
    }
    Ok(value)
}

/// The Cypher of how many rows have the value. The engine's `count` takes not every type.
fn some_of(value: &str) -> String {
    format!("sum(CASE WHEN {value} IS NULL THEN 0 ELSE 1 END)")
}

#[derive(Default)]
struct Found {
    /// What a trial of all rows counted, if it succeeded.
    counts: Option<[u64; 2]>,
    raised: u64,
    sample: Sample,
    engine: Option<String>,
}

impl Found {
    fn failure(self, demand: &Demand, value: &Value, rows: Option<u64>, of: u64) -> Failure {
        let why = Why::Cast {
            to: value.to.clone(),
            engine: self.engine,
            can_fall_back: rows.is_some(),
        };
        Failure {
            object: demand.object.clone(),
            rows,
            of,
            sample: self.sample,
            key: demand.key.clone(),
            why,
        }
    }
}

fn is_text(value: &Value) -> bool {
    matches!(&value.from, Some((_, Type::String)))
}

/// Whether the engine complains of a value, and not of the query.
pub(in crate::migrate) fn is_of_values(error: &EngineError) -> bool {
    error.kind == EngineErrorKind::Other && !error.message.starts_with("Binder exception")
}

/// Tells the step what its rows said: the value that was `asked` for is `found` to be this one.
pub(in crate::migrate) fn take(
    step: &mut Step,
    object: &str,
    (asked, found): (&Value, &Value),
    failing: u64,
    of: u64,
) {
    let may_fail = |h: &&mut Hazard| h.kind == HazardKind::MayFail && h.object == object;
    for hazard in step.hazards.iter_mut().filter(may_fail) {
        (hazard.rows, hazard.of) = (Some(failing), Some(of));
    }
    if asked == found {
        return;
    }
    // The names in the demand are those of before, so the value is told by all else that it is.
    let same = |other: &Value| other.called("") == asked.called("");
    for other in step.operation.values_mut().filter(|other| same(other)) {
        other.refused.clone_from(&found.refused);
        other.original.clone_from(&found.original);
    }
    step.cypher = step.operation.cypher();
}

/// The different old values that cannot be cast, as text; `None` where they cannot be told by their
/// text, or are too many.
fn refused(session: &dyn Session, all: &str, value: &Value) -> Result<Option<Vec<String>>, Error> {
    let Some((_, ty)) = &value.from else {
        return Ok(None);
    };
    let old = value.old("x");
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
            Err(e) if is_of_values(&e) => return Ok(None),
            Err(e) => return Err(e.into()),
        }
    }
    let distinct = format!("{all} WHERE {old} IS NOT NULL RETURN DISTINCT CAST({old} AS STRING)");
    let rows = session.query(&distinct)?;
    let texts: Vec<&str> = rows.iter().filter_map(|row| row.first()?.text()).collect();
    let trial = format!(
        "UNWIND $texts AS t WITH CAST(t AS {ty}) AS old RETURN {}",
        some_of(&value.cast("old"))
    );
    let mut bad = Vec::new();
    for batch in texts.chunks(BATCH) {
        halve(session, &trial, batch, &mut bad)?;
        if bad.len() > MAX_REFUSED {
            return Ok(None);
        }
    }
    bad.sort();
    Ok(Some(bad))
}

fn halve(
    session: &dyn Session,
    trial: &str,
    texts: &[&str],
    bad: &mut Vec<String>,
) -> Result<(), Error> {
    if bad.len() > MAX_REFUSED {
        return Ok(());
    }
    let cells = texts.iter().map(|text| Cell::from(*text)).collect();
    match session.query_with(trial, &[("texts", Cell::List(cells))]) {
        Ok(_) => Ok(()),
        Err(e) if !is_of_values(&e) => Err(e.into()),
        Err(_) if texts.len() == 1 => {
            bad.extend(texts.iter().map(|text| (*text).to_owned()));
            Ok(())
        }
        Err(_) => {
            let (left, right) = texts.split_at(texts.len() / 2);
            halve(session, trial, left, bad)?;
            halve(session, trial, right, bad)
        }
    }
}
