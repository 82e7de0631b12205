//! Other handles, processes, readers and writers next to a migration: each has its documented
//! result or a clear error.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use kuzu_ddl::{Error, HazardKind, Migrator, Phase, schema};
use kuzu_ddl_runtime::engine;
use kuzu_ddl_runtime::engine::EngineErrorKind;

use crate::fixture::{self, Declaration, TestDatabase, child};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: Option<String>,
        x: Option<i64>,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

/// One step of each kind.
mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Text.
    #[derive(KuzuNode)]
    #[kuzu(dropped("x"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "s")]
        t: Option<String>,
        #[kuzu(default = 5)]
        n: i64,
        #[kuzu(default_expr = "current_timestamp()")]
        at: time::PrimitiveDateTime,
    }

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "B")]
    pub(super) struct Beta {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = Beta, pair(from = A, to = A), dropped_pair(from = Beta, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }

    #[derive(KuzuNode)]
    pub(super) struct New {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn old() -> Declaration {
    schema![v1::A, v1::B, v1::R]
}

fn new() -> Declaration {
    schema![v2::A, v2::Beta, v2::R, v2::New]
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "UNWIND range(1, 100) AS i CREATE (:A {id: i, s: CAST(i AS STRING), x: -i})",
        "CREATE (:B {id: 1})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    db
}

const AFTER: &str =
    "MATCH (a:A)-[r:R]->(b:Beta) RETURN count(*), sum(r.w), min(a.t), min(a.n), max(a.n)";

/// Migrates to [`new`], and checks the rows.
fn finish(db: &mut TestDatabase) {
    db.migrate_cleanly(new());
    for _ in 0..2 {
        assert_eq!(db.rows(AFTER), "100|5050|1|5|5");
        db.reopen();
    }
}

#[test]
fn open_reader_keeps_its_view_during_a_migration() {
    let mut db = populated();
    {
        let reader = db.session();
        reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
        let query = "MATCH (a:A) RETURN count(*), sum(a.x)";
        assert_eq!(fixture::rows(&*reader, query), "100|-5050");
        let report = db.migrate(new()).unwrap();
        assert!(report.steps.len() > 8, "{report}");
        // It keeps its view of a table that is not removed.
        assert_eq!(fixture::rows(&*reader, query), "100|-5050");
        reader.query("COMMIT").unwrap();
        assert_eq!(fixture::rows(&*reader, AFTER), "100|5050|1|5|5");
    }
    finish(&mut db);
}

#[test]
fn migration_times_out_on_an_open_write_transaction() {
    let mut db = populated();
    let before = db.snapshot();
    {
        let writer = db.session();
        writer.query("BEGIN TRANSACTION").unwrap();
        writer.query("CREATE (:A {id: 1000})").unwrap();
        let start = Instant::now();
        let e = db
            .migrator(new())
            .lock_timeout(Duration::from_millis(300))
            .migrate()
            .unwrap_err();
        assert!(matches!(e, Error::LockTimeout { .. }), "{e}");
        assert!(start.elapsed() >= Duration::from_millis(300));
        // A no-op start does not need the write transaction.
        let report = db
            .migrator(old())
            .lock_timeout(Duration::ZERO)
            .migrate()
            .unwrap();
        assert!(report.is_up_to_date());
        writer.query("ROLLBACK").unwrap();
    }
    assert_eq!(db.snapshot(), before);
    finish(&mut db);
}

#[test]
fn migration_waits_for_a_write_transaction() {
    let mut db = populated();
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let writer = db.session();
            writer.query("BEGIN TRANSACTION").unwrap();
            writer.query("CREATE (:B {id: 77})").unwrap();
            ready.wait();
            std::thread::sleep(Duration::from_millis(300));
            writer.query("COMMIT").unwrap();
        });
        ready.wait();
        let report = db
            .migrator(new())
            .lock_timeout(Duration::from_secs(30))
            .migrate()
            .unwrap();
        assert!(report.steps.len() > 8, "{report}");
    });
    assert_eq!(db.rows("MATCH (b:Beta {id: 77}) RETURN count(*)"), "1");
    finish(&mut db);
}

#[test]
fn migration_accepts_a_table_created_while_it_waits() {
    let mut db = populated();
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let writer = db.session();
            writer.query("BEGIN TRANSACTION").unwrap();
            writer
                .query("CREATE NODE TABLE Other(id INT64 PRIMARY KEY)")
                .unwrap();
            ready.wait();
            std::thread::sleep(Duration::from_millis(200));
            writer.query("COMMIT").unwrap();
        });
        ready.wait();
        let report = db
            .migrator(new())
            .lock_timeout(Duration::from_secs(30))
            .migrate()
            .unwrap();
        assert!(
            report
                .notes
                .iter()
                .any(|n| n.starts_with("Other is not managed by kuzu-ddl")),
            "{report}"
        );
    });
    finish(&mut db);
}

#[test]
fn concurrent_migrations_apply_once() {
    let mut db = populated();
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| db.migrate(new()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|t| usize::from(!t.join().unwrap().is_up_to_date()))
            .sum()
    });
    assert_eq!(applied, 1);
    finish(&mut db);
}

#[test]
fn concurrent_first_starts_apply_once() {
    let db = TestDatabase::new();
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| db.migrate(old()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|t| usize::from(!t.join().unwrap().is_up_to_date()))
            .sum()
    });
    assert_eq!(applied, 1);
    assert_eq!(db.ledger_counts(), "8 events, 1 revisions, 1 declared");
}

/// Each handle would not see what the other writes.
#[cfg(target_os = "linux")]
#[test]
fn second_handle_on_the_same_file_is_refused() {
    // In a child: two handles in one process are detected, whichever test opened them.
    if let Some(path) = child::path() {
        let open = || engine::open(&path, fixture::config()).unwrap();
        let (first, second) = (open(), open());
        for db in [&first, &second] {
            let e = Migrator::new(db)
                .declared(new().unwrap())
                .migrate()
                .unwrap_err();
            assert!(
                matches!(&e, Error::Engine(e) if e.kind == EngineErrorKind::OpenedTwice),
                "{e}"
            );
        }
        // A no-op start writes nothing.
        assert!(
            Migrator::new(&first)
                .declared(old().unwrap())
                .migrate()
                .unwrap()
                .is_up_to_date()
        );
        drop(second);
        Migrator::new(&first)
            .declared(new().unwrap())
            .migrate()
            .unwrap();
        drop(first);
        child::exit();
    }
    let mut db = populated();
    db.close();
    child::run_to_exit(
        child::test_path!(second_handle_on_the_same_file_is_refused),
        &db.path(),
    );
    db.reopen();
    finish(&mut db);
}

#[test]
fn file_opened_by_another_process_is_locked() {
    if let Some(path) = child::path() {
        match engine::open(&path, fixture::config()) {
            Err(e) if e.kind == EngineErrorKind::Locked => child::exit(),
            Err(e) => panic!("{e}"),
            Ok(_) => panic!("the file is open in another process"),
        }
    }
    let db = populated();
    child::run_to_exit(
        child::test_path!(file_opened_by_another_process_is_locked),
        &db.path(),
    );
}

fn read_only() -> kuzu_ddl::kuzu::SystemConfig {
    fixture::config().read_only(true)
}

#[test]
fn read_only_database_that_is_up_to_date_is_accepted() {
    let mut db = populated();
    db.close();
    let before = fixture::file_bytes(&db.path());
    db.open(read_only());
    for verify in [
        kuzu_ddl::StartupCheck::LedgerOnly,
        kuzu_ddl::StartupCheck::FullCatalog,
    ] {
        let report = db.migrator(old()).startup_check(verify).migrate().unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    // A compatible declaration that was never applied here.
    let report = db.migrate(schema![v1::A]).unwrap();
    assert!(
        report.is_up_to_date() && report.notes.len() == 2,
        "{report}"
    );
    db.close();
    assert!(
        fixture::file_bytes(&db.path()) == before,
        "the file was written"
    );
}

#[test]
fn read_only_database_with_pending_changes_is_refused() {
    let mut db = populated();
    db.close();
    let before = fixture::file_bytes(&db.path());
    db.open(read_only());
    let e = db.assert_refused(new());
    let Error::ReadOnly { plan } = &e else {
        panic!("{e}")
    };
    assert!(
        plan.steps.len() > 8 && e.to_string().contains("open the database for writing once"),
        "{e}"
    );
    db.close();
    assert!(
        fixture::file_bytes(&db.path()) == before,
        "the file was written"
    );
    // The other direction: an older binary that never ran here.
    db.reopen();
    finish(&mut db);
    db.open(read_only());
    let e = db.assert_refused(old());
    assert!(matches!(e, Error::Incompatible(_)), "{e}");
}

#[test]
fn read_only_database_without_a_ledger_is_refused() {
    let mut db =
        TestDatabase::from_cypher(&["CREATE NODE TABLE B(id INT64 PRIMARY KEY)", "CHECKPOINT"]);
    db.open(read_only());
    assert!(matches!(
        db.assert_refused(schema![v1::A]),
        Error::ReadOnly { .. }
    ));
    assert!(matches!(
        db.assert_refused(schema![v1::B]),
        Error::ReadOnly { .. }
    ));
}

#[test]
fn pair_is_dropped_next_to_a_reader() {
    let mut db = populated();
    db.execute(&["MATCH (a:A {id: 1}), (b:B) CREATE (b)-[:R {w: 0}]->(a)"]);
    {
        let reader = db.session();
        reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
        reader.query("MATCH (:B)-[r:R]->(:A) RETURN r.w").unwrap();
        let migrator = db
            .migrator(new())
            .allow(HazardKind::DeletesData, "R(Beta -> A)")
            .allow(HazardKind::Irreversible, "R(Beta -> A)");
        migrator.migrate().unwrap();
    }
    finish(&mut db);
}

#[test]
fn progress_callback_may_read_the_database() {
    let mut db = populated();
    let migrator = db.migrator(new()).on_progress(|progress| {
        // It reads the former state, and its writes fail without harm.
        assert_eq!(db.rows("MATCH (a:A) RETURN sum(a.x)"), "-5050");
        if progress.phase == Phase::Apply {
            let writer = db.session();
            let e = writer.query("CREATE (:B {id: 5})").unwrap_err();
            assert_eq!(e.kind, EngineErrorKind::WriterBusy);
        }
    });
    migrator.migrate().unwrap();
    finish(&mut db);
}
