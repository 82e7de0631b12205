//! Counts and samples that the preflight checks query.

use kuzu_ddl_core::plan::SAMPLE_SIZE;
use kuzu_ddl_core::value::Value;

use crate::engine::{EngineError, Session};

/// Number of values per trial.
pub(in crate::migrate) const BATCH: usize = 1024;

/// Returns the first column of the first row.
pub(in crate::migrate) fn number(session: &dyn Session, query: &str) -> Result<u64, EngineError> {
    Ok(numbers(session, query)?
        .first()
        .copied()
        .unwrap_or_default())
}

pub(in crate::migrate) fn numbers(
    session: &dyn Session,
    query: &str,
) -> Result<Vec<u64>, EngineError> {
    let rows = session.query(query)?;
    let cells = rows.first().into_iter().flatten();
    let number = |cell: &Value| cell.int().and_then(|n| u64::try_from(n).ok());
    Ok(cells.map(|cell| number(cell).unwrap_or_default()).collect())
}

pub(in crate::migrate) type Sample = Vec<(String, Option<String>)>;

pub(in crate::migrate) fn sample(
    session: &dyn Session,
    queries: impl Iterator<Item = String>,
    quoted: bool,
) -> Result<Sample, EngineError> {
    let mut out = Sample::new();
    for query in queries {
        for row in session.query(&query)? {
            let mut texts = row.iter().map(|cell| cell.text().map(str::to_owned));
            let key = texts.next().flatten().unwrap_or_default();
            let value = texts.next().flatten();
            let value = if quoted {
                value.map(|text| format!("'{text}'"))
            } else {
                value
            };
            out.push((key, value));
        }
        if out.len() >= SAMPLE_SIZE {
            break;
        }
    }
    out.truncate(SAMPLE_SIZE);
    Ok(out)
}
