//! The oracle: a database that was migrated must equal one that was built that way, rows included.
//!
//! `KUZU_DDL_ORACLE_PAIRS=10000` runs more pairs than the usual 200.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cases;
mod model;
mod rows;

use kuzu_ddl::kuzu::{Database, SystemConfig};
use kuzu_ddl::schema::Schema;
use kuzu_ddl::{Error, Migrator, Report, Undeclared, engine, fold, inspect, ledger};
use model::{Model, edits};
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

fn migrate(db: &Database, model: &Model, old: &Model) -> Result<Report, Error> {
    Migrator::new(db).schema(Ok(model.declared(old))).migrate()
}

/// Old, rows, new; then everything that must hold.
fn check_pair(old: &Model, new: &Model) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrated");
    let db = Database::new(&path, config()).unwrap();
    migrate(&db, old, &Model::default()).unwrap();
    assert_eq!(folded(&db).schema(), old.schema());
    let mut rows = rows::Rows::insert(&db, old);
    let archived = rows.all(&db, old);

    migrate(&db, new, old).unwrap();
    rows.follow(old, new);
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
    let frontier = folded(&db).frontier().clone();
    match migrate(&db, old, &Model::default()) {
        Ok(report) => assert!(report.is_up_to_date(), "{report}"),
        Err(Error::Refused(_)) => {}
        Err(other) => panic!("{other}"),
    }
    assert_eq!(*folded(&db).frontier(), frontier);

    // The file is sound.
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    kuzu_ddl::kuzu::Connection::new(&db)
        .unwrap()
        .query("CHECKPOINT")
        .unwrap();
    drop(db);
    let db = Database::new(&path, config()).unwrap();
    assert_same(&db, new, &rows);
    rows::assert_archived(&db, old, new, &archived);

    // A database built straight from the new schema is the same to whoever looks.
    let straight = Database::in_memory(config()).unwrap();
    migrate(&straight, new, &Model::default()).unwrap();
    rows.insert_into(&straight, new);
    assert_eq!(folded(&straight).schema(), new.schema());
    assert_eq!(rows.all(&straight, new), rows.all(&db, new));
}

fn assert_same(db: &Database, new: &Model, rows: &rows::Rows) {
    assert_eq!(drift_of(db), []);
    let expected: Schema = new.schema();
    let actual = folded(db).schema();
    assert_eq!(actual, expected);
    assert_eq!(rows.all(db, new), rows.expected(db, new));
}

/// The usual run takes the same pairs every time; a campaign takes new ones.
fn runner(cases: u32, fresh: bool) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    if fresh {
        TestRunner::new(config)
    } else {
        TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
    }
}

#[test]
fn random_pairs() {
    let pairs = std::env::var("KUZU_DDL_ORACLE_PAIRS")
        .ok()
        .and_then(|n| n.parse().ok());
    runner(pairs.unwrap_or(200), pairs.is_some())
        .run(&(edits(3..14), edits(1..8)), |(start, change)| {
            let mut old = Model::default();
            start.into_iter().for_each(|edit| old.edit(edit));
            let mut new = old.clone();
            new.release();
            change.into_iter().for_each(|edit| new.edit(edit));
            prop_assume!(new.is_sayable(&old));
            check_pair(&old, &new);
            Ok(())
        })
        .unwrap();
}

/// The policy that archives what is not declared leads to the same schema as tombstones.
#[test]
fn archiving_the_undeclared_equals_tombstones() {
    runner(10, false)
        .run(&(edits(5..12), edits(1..4)), |(start, change)| {
            let mut old = Model::default();
            start.into_iter().for_each(|edit| old.edit(edit));
            let mut new = old.clone();
            new.release();
            change.into_iter().for_each(|edit| new.edit(edit));
            prop_assume!(new.is_sayable(&old));
            let db = Database::in_memory(config()).unwrap();
            migrate(&db, &old, &Model::default()).unwrap();
            let mut declared = new.declared(&old);
            declared.dropped_tables.clear();
            declared
                .tables
                .values_mut()
                .for_each(|hints| hints.dropped.clear());
            Migrator::new(&db)
                .schema(Ok(declared))
                .undeclared(Undeclared::Archive)
                .migrate()
                .unwrap();
            assert_eq!(folded(&db).schema(), new.schema());
            Ok(())
        })
        .unwrap();
}
