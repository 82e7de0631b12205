//! Estimated step durations, from the speed of this machine for a few rows of the same kind.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kuzu_ddl_core::plan::{Plan, RowWorkKind};

use super::super::Migrator;
use crate::engine::{Engine, EngineError, Session};
use crate::error::Error;

/// Number of rows of a measurement: enough to outweigh the fixed cost of a statement, and processed
/// in a fraction of a second.
const ROWS: u32 = 5_000;

/// Nanoseconds per row by kind of work on this machine, each measured once per process, on demand.
static MEASURED: Mutex<BTreeMap<RowWorkKind, u64>> = Mutex::new(BTreeMap::new());

impl Migrator<'_> {
    /// Counts the rows that the steps touch, and estimates the duration of each step.
    pub(in crate::migrate) fn estimate(
        &self,
        session: &dyn Session,
        plan: &mut Plan,
    ) -> Result<(), Error> {
        let work = || plan.steps.iter().filter_map(|step| step.row_work.as_ref());
        let mut counted = Vec::new();
        for work in work() {
            counted.push(self.rows(session, &work.count)?);
        }
        let kinds = work().zip(&counted).filter(|(_, rows)| **rows > 0);
        let speeds = measured(self.engine, kinds.map(|(work, _)| work.kind).collect());
        let work = plan
            .steps
            .iter_mut()
            .filter_map(|step| step.row_work.as_mut());
        for (work, rows) in work.zip(counted) {
            work.rows = Some(rows);
            let speed = if rows == 0 {
                Some(&0)
            } else {
                speeds.get(&work.kind)
            };
            work.estimate = speed.map(|nanos| Duration::from_nanos(nanos.saturating_mul(rows)));
        }
        Ok(())
    }

    fn rows(&self, session: &dyn Session, query: &str) -> Result<u64, EngineError> {
        let rows = session.query(query)?;
        let count = rows
            .first()
            .and_then(|row| row.first())
            .and_then(|cell| cell.int());
        Ok(count
            .and_then(|n| u64::try_from(n).ok())
            .unwrap_or_default())
    }
}

/// Returns the speed of this machine for these kinds of work. If a measurement fails, for example
/// for lack of memory, the plan has no estimate; the migration continues.
fn measured(engine: &dyn Engine, mut kinds: BTreeSet<RowWorkKind>) -> BTreeMap<RowWorkKind, u64> {
    let mut measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner);
    kinds.retain(|kind| !measured.contains_key(kind));
    if !kinds.is_empty() {
        match measure(engine, &kinds) {
            Ok(speeds) => measured.extend(speeds),
            Err(error) => tracing::warn!(%error, "this machine's speed could not be measured"),
        }
    }
    measured.clone()
}

/// Returns the set-up statements of a measurement, each run once, and the measured statement.
fn trial(kind: RowWorkKind) -> (&'static [&'static str], &'static str) {
    const RELS: [&str; 2] = [
        "CREATE REL TABLE R(FROM A TO A, w INT64)",
        "MATCH (a:A) MATCH (b:A) WHERE b.id = a.id CREATE (a)-[:R {w: a.id}]->(b)",
    ];
    match kind {
        RowWorkKind::SetNode => (
            &["ALTER TABLE A ADD n INT64"],
            "MATCH (x:A) SET x.n = CAST(x.s AS INT64)",
        ),
        RowWorkKind::CopyNode => (
            &["CREATE NODE TABLE B(id INT64, s STRING, PRIMARY KEY(id))"],
            "MATCH (x:A) CREATE (:B {id: x.id, s: x.s})",
        ),
        RowWorkKind::CopyRel => (
            &[RELS[0], RELS[1], "CREATE REL TABLE Q(FROM A TO A, w INT64)"],
            "MATCH (a:A)-[x:R]->(b:A) CREATE (a)-[:Q {w: x.w}]->(b)",
        ),
        RowWorkKind::DropRel => (&RELS, "MATCH (:A)-[x:R]->(:A) DELETE x"),
    }
}

/// Measures nanoseconds per row.
fn measure(
    engine: &dyn Engine,
    kinds: &BTreeSet<RowWorkKind>,
) -> Result<BTreeMap<RowWorkKind, u64>, EngineError> {
    let _span = tracing::debug_span!("measure").entered();
    let scratch = engine.scratch(8)?;
    let session = scratch.session()?;
    let run = |statement: &str| session.query(statement).map(drop);
    run("CREATE NODE TABLE A(id INT64, s STRING, PRIMARY KEY(id))")?;
    run(&format!(
        "UNWIND range(1, {ROWS}) AS i CREATE (:A {{id: i, s: CAST(i AS STRING)}})"
    ))?;
    let mut prepared = BTreeSet::new();
    let mut speeds = BTreeMap::new();
    for kind in kinds {
        let (before, trial) = trial(*kind);
        for statement in before {
            if prepared.insert(statement) {
                run(statement)?;
            }
        }
        let start = Instant::now();
        run(trial)?;
        let nanos = start.elapsed().as_nanos() / u128::from(ROWS);
        speeds.insert(*kind, u64::try_from(nanos).unwrap_or(u64::MAX).max(1));
    }
    Ok(speeds)
}
