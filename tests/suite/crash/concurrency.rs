//! Other handles, processes, readers and writers beside a migration: each has its documented
//! result or a clear error.

use std::sync::Barrier;
use std::time::{Duration, Instant};

use crate::fixture::{self, Bed, Said, child};
use kuzu_ddl::engine::{self, EngineErrorKind};
use kuzu_ddl::{Error, HazardKind, Migrator, Phase, schema};

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

/// One of each kind of step.
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

fn old() -> Said {
    schema![v1::A, v1::B, v1::R]
}

fn new() -> Said {
    schema![v2::A, v2::Beta, v2::R, v2::New]
}

fn filled() -> Bed {
    let bed = Bed::with(old());
    bed.run(&[
        "UNWIND range(1, 100) AS i CREATE (:A {id: i, s: CAST(i AS STRING), x: -i})",
        "CREATE (:B {id: 1})",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    bed
}

const AFTER: &str =
    "MATCH (a:A)-[r:R]->(b:Beta) RETURN count(*), sum(r.w), min(a.t), min(a.n), max(a.n)";

/// Migrates to [`new`], and looks at the rows.
fn finish(bed: &mut Bed) {
    bed.up(new());
    for _ in 0..2 {
        assert_eq!(bed.rows(AFTER), "100|5050|1|5|5");
        bed.reopen();
    }
}

#[test]
fn a_reader_in_an_open_transaction() {
    let mut bed = filled();
    {
        let reader = bed.session();
        reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
        let query = "MATCH (a:A) RETURN count(*), sum(a.x)";
        assert_eq!(fixture::rows(&*reader, query), "100|-5050");
        let report = bed.migrate(new()).unwrap();
        assert!(report.steps.len() > 8, "{report}");
        // It keeps its view of a table that stays.
        assert_eq!(fixture::rows(&*reader, query), "100|-5050");
        reader.query("COMMIT").unwrap();
        assert_eq!(fixture::rows(&*reader, AFTER), "100|5050|1|5|5");
    }
    finish(&mut bed);
}

#[test]
fn a_write_transaction_that_does_not_end() {
    let mut bed = filled();
    let before = bed.state();
    {
        let writer = bed.session();
        writer.query("BEGIN TRANSACTION").unwrap();
        writer.query("CREATE (:A {id: 1000})").unwrap();
        let start = Instant::now();
        let e = bed
            .migrator(new())
            .wait(Duration::from_millis(300))
            .migrate()
            .unwrap_err();
        assert!(matches!(e, Error::Busy { .. }), "{e}");
        assert!(start.elapsed() >= Duration::from_millis(300));
        // A start with nothing to do needs no turn at writing.
        let report = bed.migrator(old()).wait(Duration::ZERO).migrate().unwrap();
        assert!(report.is_up_to_date());
        writer.query("ROLLBACK").unwrap();
    }
    assert_eq!(bed.state(), before);
    finish(&mut bed);
}

#[test]
fn a_write_transaction_that_ends_in_time() {
    let mut bed = filled();
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let writer = bed.session();
            writer.query("BEGIN TRANSACTION").unwrap();
            writer.query("CREATE (:B {id: 77})").unwrap();
            ready.wait();
            std::thread::sleep(Duration::from_millis(300));
            writer.query("COMMIT").unwrap();
        });
        ready.wait();
        let report = bed
            .migrator(new())
            .wait(Duration::from_secs(30))
            .migrate()
            .unwrap();
        assert!(report.steps.len() > 8, "{report}");
    });
    assert_eq!(bed.rows("MATCH (b:Beta {id: 77}) RETURN count(*)"), "1");
    finish(&mut bed);
}

#[test]
fn a_writer_that_changes_the_schema_meanwhile() {
    let mut bed = filled();
    let ready = Barrier::new(2);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let writer = bed.session();
            writer.query("BEGIN TRANSACTION").unwrap();
            writer
                .query("CREATE NODE TABLE Other(id INT64 PRIMARY KEY)")
                .unwrap();
            ready.wait();
            std::thread::sleep(Duration::from_millis(200));
            writer.query("COMMIT").unwrap();
        });
        ready.wait();
        let report = bed
            .migrator(new())
            .wait(Duration::from_secs(30))
            .migrate()
            .unwrap();
        assert!(
            report
                .notes
                .iter()
                .any(|n| n.starts_with("Other belongs to nobody")),
            "{report}"
        );
    });
    finish(&mut bed);
}

#[test]
fn many_threads_at_once() {
    let mut bed = filled();
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| bed.migrate(new()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|t| usize::from(!t.join().unwrap().is_up_to_date()))
            .sum()
    });
    assert_eq!(applied, 1);
    finish(&mut bed);
}

#[test]
fn many_threads_at_the_first_start() {
    let bed = Bed::new();
    let applied: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| bed.migrate(old()).unwrap()))
            .collect();
        threads
            .into_iter()
            .map(|t| usize::from(!t.join().unwrap().is_up_to_date()))
            .sum()
    });
    assert_eq!(applied, 1);
    assert_eq!(bed.counts(), "8 events, 1 revisions, 1 declared");
}

/// Each handle would be blind to what the other writes.
#[cfg(target_os = "linux")]
#[test]
fn two_handles_on_one_path() {
    // In a child: any two handles in a process are noticed, whichever test opened them.
    if let Some(path) = child::path() {
        let open = || engine::open(&path, fixture::config()).unwrap();
        let (first, second) = (open(), open());
        for db in [&first, &second] {
            let e = Migrator::new(db).schema(new()).migrate().unwrap_err();
            assert!(
                matches!(&e, Error::Engine(e) if e.kind == EngineErrorKind::OpenTwice),
                "{e}"
            );
        }
        // Nothing is written where there is nothing to do.
        assert!(
            Migrator::new(&first)
                .schema(old())
                .migrate()
                .unwrap()
                .is_up_to_date()
        );
        drop(second);
        Migrator::new(&first).schema(new()).migrate().unwrap();
        drop(first);
        child::exit();
    }
    let mut bed = filled();
    bed.close();
    child::run_to_exit("crash::concurrency::two_handles_on_one_path", &bed.path());
    bed.reopen();
    finish(&mut bed);
}

#[test]
fn a_second_process() {
    if let Some(path) = child::path() {
        match engine::open(&path, fixture::config()) {
            Err(e) if e.kind == EngineErrorKind::Locked => child::exit(),
            Err(e) => panic!("{e}"),
            Ok(_) => panic!("the file is open in another process"),
        }
    }
    let bed = filled();
    child::run_to_exit("crash::concurrency::a_second_process", &bed.path());
}

fn read_only() -> kuzu_ddl::kuzu::SystemConfig {
    fixture::config().read_only(true)
}

#[test]
fn read_only_and_up_to_date() {
    let mut bed = filled();
    bed.close();
    let before = fixture::bytes(&bed.path());
    bed.open(read_only());
    for verify in [kuzu_ddl::Verify::Ledger, kuzu_ddl::Verify::Full] {
        let report = bed.migrator(old()).verify(verify).migrate().unwrap();
        assert!(report.is_up_to_date(), "{report}");
    }
    // A declaration that was never carried out here, and that fits.
    let report = bed.migrate(schema![v1::A]).unwrap();
    assert!(
        report.is_up_to_date() && report.notes.len() == 2,
        "{report}"
    );
    bed.close();
    assert!(
        fixture::bytes(&bed.path()) == before,
        "the file was written"
    );
}

#[test]
fn read_only_and_not_up_to_date() {
    let mut bed = filled();
    bed.close();
    let before = fixture::bytes(&bed.path());
    bed.open(read_only());
    let e = bed.refused(new());
    let Error::ReadOnly { plan } = &e else {
        panic!("{e}")
    };
    assert!(
        plan.steps.len() > 8 && e.to_string().contains("open it for writing once"),
        "{e}"
    );
    bed.close();
    assert!(
        fixture::bytes(&bed.path()) == before,
        "the file was written"
    );
    // The other way about: an older binary, never seen here.
    bed.reopen();
    finish(&mut bed);
    bed.open(read_only());
    let e = bed.refused(old());
    assert!(matches!(e, Error::Refused(_)), "{e}");
}

#[test]
fn read_only_without_a_ledger() {
    let mut bed = Bed::by_hand(&["CREATE NODE TABLE B(id INT64 PRIMARY KEY)", "CHECKPOINT"]);
    bed.open(read_only());
    assert!(matches!(
        bed.refused(schema![v1::A]),
        Error::ReadOnly { .. }
    ));
    assert!(matches!(
        bed.refused(schema![v1::B]),
        Error::ReadOnly { .. }
    ));
}

#[test]
fn a_reader_beside_the_deletion_of_a_pair() {
    let mut bed = filled();
    bed.run(&["MATCH (a:A {id: 1}), (b:B) CREATE (b)-[:R {w: 0}]->(a)"]);
    {
        let reader = bed.session();
        reader.query("BEGIN TRANSACTION READ ONLY").unwrap();
        reader.query("MATCH (:B)-[r:R]->(:A) RETURN r.w").unwrap();
        let migrator = bed
            .migrator(new())
            .allow(HazardKind::DeletesData, "R(Beta -> A)")
            .allow(HazardKind::Irreversible, "R(Beta -> A)");
        migrator.migrate().unwrap();
    }
    finish(&mut bed);
}

#[test]
fn a_callback_that_uses_the_database() {
    let mut bed = filled();
    let migrator = bed.migrator(new()).on_progress(|progress| {
        // It reads what was before, and its attempts at writing fail without harm.
        assert_eq!(bed.rows("MATCH (a:A) RETURN sum(a.x)"), "-5050");
        if progress.phase == Phase::Apply {
            let writer = bed.session();
            let e = writer.query("CREATE (:B {id: 5})").unwrap_err();
            assert_eq!(e.kind, EngineErrorKind::WriterBusy);
        }
    });
    migrator.migrate().unwrap();
    finish(&mut bed);
}
