//! The oracle: a database that was migrated must equal one that was built that way, rows included.
//!
//! The usual run takes the same 500 pairs every time. `KUZU_DDL_ORACLE_PAIRS=10000` runs a campaign of so
//! many new ones, `KUZU_DDL_ORACLE_SEED` the same campaign again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod back;
mod bugs;
mod cases;
mod coverage;
mod model;
mod rows;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::UNIX_EPOCH;

use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::schema::Schema;
use kuzu_ddl::{Error, Hazard, Migrator, Report, Undeclared, engine, fold, inspect, ledger};
use model::{Edit, Model, edits, starts};
use proptest::prop_assume;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

fn config() -> SystemConfig {
    SystemConfig::default()
        .max_db_size(1 << 32)
        .buffer_pool_size(96 << 20)
        .max_num_threads(1)
}

/// What the ledger of a database says.
fn folded(db: &Database) -> fold::Fold {
    let session = engine::Engine::session(db).unwrap();
    let contents = ledger::read(session.as_ref()).unwrap();
    assert_eq!(contents.bad, []);
    fold::Fold::of(contents.events.values())
}

fn drift_of(db: &Database) -> Vec<kuzu_ddl::drift::Drift> {
    let session = engine::Engine::session(db).unwrap();
    let live = inspect::inspect(session.as_ref(), inspect::Scope::All)
        .unwrap()
        .schema;
    kuzu_ddl::drift::drift(&folded(db), &live, &kuzu_ddl::drift::Local::default(), None)
}

/// What no source can say: that the rels of a dropped pair go, and the place of a dropped sequence.
fn may_be_asked(hazard: &Hazard) -> bool {
    hazard.object.contains(" -> ") || hazard.object.starts_with("sequence ")
}

fn migrate(db: &Database, model: &Model, old: &Model) -> Result<Report, Error> {
    let migrator = Migrator::new(db).schema(Ok(model.declared(old)));
    let report = match migrator.migrate() {
        // The words of the error.
        Err(Error::Blocked { hazards, .. }) => {
            let mut migrator = Migrator::new(db).schema(Ok(model.declared(old)));
            for hazard in hazards {
                assert!(may_be_asked(&hazard), "{hazard}");
                migrator = migrator.allow(hazard.kind, hazard.object);
            }
            migrator.migrate()?
        }
        result => result?,
    };
    assert_eq!(report.owed, []);
    Ok(report)
}

/// The file as a process would leave it that is killed now.
fn killed(path: &Path) -> PathBuf {
    let wal = |path: &Path| path.with_extension("wal");
    let copy = path.with_file_name("killed");
    std::fs::copy(path, &copy).unwrap();
    std::fs::copy(wal(path), wal(&copy)).unwrap();
    copy
}

/// Old, rows, new; then everything that must hold.
fn check_pair(old: &Model, new: &Model) {
    let folder = folder();
    let path = folder.path().join("migrated");
    let db = Database::new(&path, config()).unwrap();
    migrate(&db, old, &Model::default()).unwrap();
    assert_eq!(folded(&db).schema(), old.schema());
    let mut rows = rows::Rows::insert(&db, old, new);
    let before = rows.clone();

    migrate(&db, new, old).unwrap();
    rows.follow(&db, old, new);
    assert_same(&db, new, &rows);

    // Nothing is left to do, and a start says so without writing.
    let again = migrate(&db, new, old).unwrap();
    assert!(again.is_up_to_date(), "{again}");
    let plan = Migrator::new(&db)
        .schema(Ok(new.declared(old)))
        .plan()
        .unwrap();
    assert!(plan.is_empty(), "{plan}");

    // The older binary opens it if all it declares is there, and changes nothing either way.
    let frontier = folded(&db).frontier();
    match migrate(&db, old, &Model::default()) {
        Ok(report) => assert!(report.is_up_to_date(), "{report}"),
        Err(Error::Refused(_)) => {}
        Err(other) => panic!("{other}"),
    }
    assert_eq!(folded(&db).frontier(), frontier);

    // The file is sound: after a kill, a checkpoint and more rows.
    let path = killed(&path);
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    assert_same(&db, new, &rows);
    rows::assert_archived(&db, old, new, &before);
    kuzu_ddl::kuzu::Connection::new(&db)
        .unwrap()
        .query("CHECKPOINT")
        .unwrap();
    rows.more(&db, new);
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    assert_same(&db, new, &rows);

    // A database built straight from the new schema is the same to whoever looks.
    let straight = Database::in_memory(config()).unwrap();
    migrate(&straight, new, &Model::default()).unwrap();
    rows.insert_into(&straight, new);
    assert_eq!(folded(&straight).schema(), new.schema());
    assert_eq!(rows.all(&straight, new), rows.all(&db, new));
    rows::assert_found(&straight, new);
}

#[track_caller]
fn assert_same(db: &Database, new: &Model, rows: &rows::Rows) {
    assert_eq!(drift_of(db), []);
    let expected: Schema = new.schema();
    let actual = folded(db).schema();
    assert_eq!(actual, expected);
    assert_eq!(rows.all(db, new), rows.expected(db, new));
    rows::assert_found(db, new);
}

/// In memory where the system offers that: what a disk does with what was written is not the matter
/// here, and to wait for it takes most of the time.
fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    tempfile::tempdir_in(memory)
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Pairs that one runner takes, with a seed of its own.
const SHARD: u32 = 25;

fn runner(cases: u32, seed: u64) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes))
}

/// Both versions from edits, if a source can say the second after the first.
fn versions(start: Vec<Edit>, change: Vec<Edit>) -> Option<(Model, Model)> {
    let mut old = Model::default();
    start.into_iter().for_each(|edit| old.edit(edit));
    let mut new = old.clone();
    new.release();
    change.into_iter().for_each(|edit| new.edit(edit));
    new.is_sayable(&old).then_some((old, new))
}

/// Pairs in the usual run.
const PAIRS: u32 = 500;

fn run_shard(pairs: u32, seed: u64, check: impl Fn(&Model, &Model)) {
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

#[test]
fn random_pairs() {
    let number = |name| std::env::var(name).ok().and_then(|n| n.parse::<u64>().ok());
    let campaign = number("KUZU_DDL_ORACLE_PAIRS");
    let pairs = u32::try_from(campaign.unwrap_or(PAIRS.into())).unwrap();
    let now = || UNIX_EPOCH.elapsed().map_or(0, |t| t.as_secs() << 20);
    let fresh = || number("KUZU_DDL_ORACLE_SEED").unwrap_or_else(now);
    let seed = campaign.map_or(0, |_| fresh());
    let next = AtomicU32::new(0);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads.min(8) {
            scope.spawn(|| {
                loop {
                    let shard = next.fetch_add(1, Ordering::Relaxed);
                    let left = pairs.saturating_sub(shard * SHARD).min(SHARD);
                    if left == 0 {
                        break;
                    }
                    run_shard(left, seed + u64::from(shard), check_pair);
                }
            });
        }
    });
}

/// The policy that archives what is not declared leads to the same schema as tombstones.
#[test]
fn archiving_the_undeclared_equals_tombstones() {
    runner(10, 0)
        .run(&(starts(), edits()), |(start, change)| {
            let versions = versions(start, change);
            prop_assume!(versions.is_some());
            if let Some((old, new)) = versions {
                let db = Database::in_memory(config()).unwrap();
                migrate(&db, &old, &Model::default()).unwrap();
                let mut declared = new.declared(&old);
                declared.dropped_tables.clear();
                declared.tables.values_mut().for_each(|hints| {
                    hints.dropped.clear();
                    hints.dropped_pairs.clear();
                });
                // A sequence cannot be archived: the policy keeps it, and its tombstone is asked about.
                let sequences: Vec<String> = declared.dropped_sequences.values().cloned().collect();
                let mut migrator = Migrator::new(&db)
                    .schema(Ok(declared))
                    .undeclared(Undeclared::Archive);
                for name in sequences {
                    migrator = migrator.allow(
                        kuzu_ddl::HazardKind::Irreversible,
                        format!("sequence {name}"),
                    );
                }
                migrator.migrate().unwrap();
                assert_eq!(folded(&db).schema(), new.schema());
            }
            Ok(())
        })
        .unwrap();
}
