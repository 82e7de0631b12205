//! Random histories: a schema of all types with rows, one to five changes, and rollbacks to each
//! earlier point, from the last to the first, then to random points, forward and back. At each point
//! every row is what it was then.
//!
//! The regular run takes the same 12 histories every time. `KUZU_DDL_ROLLBACK_RUNS=2000` runs that
//! many, `KUZU_DDL_ROLLBACK_SEED` is the first seed, `KUZU_DDL_ROLLBACK_STEPS` the number of random
//! points.

mod model;
mod values;

use kuzu_ddl::history::Point;
use kuzu_ddl::{Error, Migrator, Report};

use crate::fixture::Numbers;
use crate::fixture::TestDatabase;
use crate::fixture::sketch::sketch;
use model::Model;

/// Histories in the regular run.
const RUNS: u64 = 12;

/// Runs with the permissions that the error proposes.
fn allowed<'a>(
    db: &'a TestDatabase,
    run: &dyn Fn(Migrator<'a>) -> Result<Report, Error>,
) -> Result<Report, Error> {
    match run(Migrator::new(db.kuzu())) {
        // Pairs that were added have no rels.
        Err(Error::Irreversible(lost)) if lost.iter().all(|l| l.contains("its rels")) => {
            allowed(db, &|m| run(m.allow_partial_rollback()))
        }
        Err(Error::HazardsNotAllowed { hazards, .. }) => {
            let migrator = Migrator::new(db.kuzu());
            let migrator = hazards.into_iter().fold(migrator, |migrator, hazard| {
                migrator.allow(hazard.kind, hazard.object)
            });
            run(migrator)
        }
        result => result,
    }
}

/// The remedy of type changes that can only be undone point by point.
const POINT_BY_POINT: &str = "roll back to the revisions in between first, one after the other";

/// Rolls back to a point; where several type changes cannot be undone at once, point by point, as
/// the error says.
fn go(db: &TestDatabase, states: &[State], (from, to): (usize, usize)) -> Result<Report, Error> {
    let rollback = |at: usize| {
        let revision = Point::Revision(states[at].revision);
        allowed(db, &|m| m.rollback(revision.clone()))
    };
    match rollback(to) {
        Err(e) if e.to_string().contains(POINT_BY_POINT) => {
            let between = |at: &usize| (from < *at && *at < to) || (to < *at && *at < from);
            let mut points: Vec<usize> = (0..states.len()).filter(between).collect();
            if to < from {
                points.reverse();
            }
            for at in points {
                rollback(at)?;
            }
            rollback(to)
        }
        result => result,
    }
}

/// A state of the history: its revision, and the rows of every table.
struct State {
    revision: u64,
    source: String,
    model: Model,
    rows: Vec<String>,
}

fn state(db: &TestDatabase, model: &Model, source: String) -> State {
    let revision = db.ledger().revisions.keys().last().copied();
    State {
        revision: revision.unwrap(),
        source,
        model: model.clone(),
        rows: model.rows(db),
    }
}

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

/// Runs one history; returns the number of rollbacks.
fn run(seed: u64) -> usize {
    let mut numbers = Numbers::new(seed);
    let mut model = Model::random(&mut numbers);
    let source = model.source(&Model::default());
    let mut db = TestDatabase::migrated(sketch(&source));
    model.insert(&db, &mut numbers);
    let mut states = vec![state(&db, &model, source)];
    for _ in 0..=numbers.below(5) {
        let last = model.clone();
        model.change(&mut numbers);
        let source = model.source(&last);
        let declared = sketch(&source).unwrap();
        allowed(&db, &|m| m.declared(declared.clone()).migrate())
            .unwrap_or_else(|e| panic!("seed {seed}: {e}\n{source}"));
        states.push(state(&db, &model, source));
        if numbers.one_in(3) {
            db.reopen();
        }
    }
    let mut targets: Vec<usize> = (0..states.len() - 1).rev().collect();
    targets.extend(
        (0..number("KUZU_DDL_ROLLBACK_STEPS").unwrap_or(2)).map(|_| numbers.below(states.len())),
    );
    let mut path = Vec::new();
    for at in targets {
        let to = &states[at];
        path.push(at);
        let sources: Vec<&str> = states.iter().map(|state| state.source.as_str()).collect();
        let story = || {
            format!(
                "seed {seed}, rollbacks to {path:?}\n{}",
                sources.join("\n--\n")
            )
        };
        let from = path.iter().rev().nth(1).copied();
        let from = from.unwrap_or(states.len() - 1);
        go(&db, &states, (from, at)).unwrap_or_else(|e| panic!("{}\n{e}", story()));
        assert_eq!(to.model.rows(&db), to.rows, "{}", story());
        assert_eq!(db.drift(), "", "{}", story());
        if numbers.one_in(2) {
            db.reopen();
            assert_eq!(to.model.rows(&db), to.rows, "reopened: {}", story());
        }
    }
    path.len()
}

#[test]
fn every_row_returns_at_every_point() {
    let runs = number("KUZU_DDL_ROLLBACK_RUNS").unwrap_or(RUNS);
    let first: u64 = number("KUZU_DDL_ROLLBACK_SEED").unwrap_or(1);
    let mut rollbacks = 0;
    let mut failed = Vec::new();
    for seed in first..first + runs {
        match std::panic::catch_unwind(|| run(seed)) {
            Ok(count) => rollbacks += count,
            Err(_) => failed.push(seed),
        }
    }
    assert!(
        failed.is_empty(),
        "{} of {runs} histories failed, with the seeds {failed:?}; {rollbacks} rollbacks in the others",
        failed.len()
    );
}
