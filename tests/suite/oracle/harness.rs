//! Random pairs of versions, and the comparison after each.

use std::path::Path;

use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::{Error, Hazard, Migrator, Report};
use kuzu_ddl_core::fold;
use kuzu_ddl_core::schema::Schema;
use kuzu_ddl_runtime::{engine, inspect, ledger};
use proptest::prop_assume;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use super::model::{Edit, Model, edits, starts};
use super::rows;

pub(super) fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 32)
        .buffer_pool_size(96 << 20)
        .max_num_threads(1)
}

/// The fold of a database's ledger.
pub(super) fn folded(db: &Database) -> fold::Fold {
    let session = engine::Engine::session(db).unwrap();
    let contents = ledger::read(session.as_ref()).unwrap();
    assert_eq!(contents.corrupt, []);
    fold::Fold::from_events(contents.events.values())
}

pub(super) fn drift_of(db: &Database) -> Vec<kuzu_ddl_core::drift::Drift> {
    let session = engine::Engine::session(db).unwrap();
    let live = inspect::inspect(session.as_ref(), inspect::InspectScope::All)
        .unwrap()
        .schema;
    kuzu_ddl_core::drift::detect(
        &folded(db),
        &live,
        &kuzu_ddl_core::state::LocalState::default(),
        None,
    )
}

/// Hazards that no source can permit: dropped pairs with their rels, and dropped sequences.
pub(super) fn requires_permission(hazard: &Hazard) -> bool {
    hazard.object.contains(" -> ") || hazard.object.starts_with("sequence ")
}

pub(super) fn migrate(db: &Database, model: &Model, old: &Model) -> Result<Report, Error> {
    let migrator = Migrator::new(db).declared_(Ok(model.declared(old)));
    let report = match migrator.migrate() {
        // As the error proposes.
        Err(Error::HazardsNotAllowed { hazards, .. }) => {
            let mut migrator = Migrator::new(db).declared_(Ok(model.declared(old)));
            for hazard in hazards {
                assert!(requires_permission(&hazard), "{hazard}");
                migrator = migrator.allow(hazard.kind, hazard.object);
            }
            migrator.migrate()?
        }
        result => result?,
    };
    assert_eq!(report.deferred, []);
    Ok(report)
}

#[track_caller]
pub(super) fn assert_same(db: &Database, new: &Model, rows: &rows::Rows) {
    assert_eq!(drift_of(db), []);
    let expected: Schema = new.schema();
    let actual = folded(db).schema();
    assert_eq!(actual, expected);
    assert_eq!(rows.all(db, new), rows.expected(db, new));
    rows::assert_found(db, new);
}

/// A directory in memory where the system offers one: waiting for a disk would take most of the
/// time.
pub(super) fn memory_dir() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Pairs per runner; each runner has its own seed.
pub(super) const SHARD: u32 = 25;

pub(super) fn runner(cases: u32, seed: u64) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Both versions from edits, if a source can declare the second after the first.
pub(super) fn versions(start: Vec<Edit>, change: Vec<Edit>) -> Option<(Model, Model)> {
    let mut old = Model::default();
    start.into_iter().for_each(|edit| old.edit(edit));
    let mut new = old.clone();
    new.release();
    change.into_iter().for_each(|edit| new.edit(edit));
    new.is_declarable(&old).then_some((old, new))
}

/// Pairs in the regular run.
pub(super) const PAIRS: u32 = 500;

pub(super) fn run_shard(pairs: u32, seed: u64, check: impl Fn(&Model, &Model)) {
    let outcome = runner(pairs, seed).run(&(starts(), edits()), |(start, change)| {
        let versions = versions(start, change);
        prop_assume!(versions.is_some());
        versions.iter().for_each(|(old, new)| check(old, new));
        Ok(())
    });
    if let Err(e) = outcome {
        panic!("pairs of the seed {seed}: {e}");
    }
}
