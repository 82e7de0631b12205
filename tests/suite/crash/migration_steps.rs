//! `kill -9` at every step of a migration: it is applied entirely or not at all, and the next start
//! completes it.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use kuzu_ddl::{HazardKind, Migrator, schema};
use kuzu_ddl_runtime::engine;

use crate::fixture::kill::kill_at;
use crate::fixture::{self, Declaration, TestDatabase, child};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        p: Option<String>,
        q: Option<String>,
        x: Option<i64>,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct Old {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

/// `A` and `B` exchange their names and properties; one step of each other kind.
mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "B")]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = "a default that is long enough to be stored elsewhere")]
        added: String,
    }

    /// Formerly `A`.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A", dropped("x"))]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "q")]
        p: Option<String>,
        /// A comment that is stored in the ledger.
        #[kuzu(renamed_from = "p")]
        q: Option<String>,
        #[kuzu(default_expr = "current_timestamp()")]
        at: time::PrimitiveDateTime,
    }

    #[derive(KuzuNode)]
    pub(super) struct New {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = A, pair(from = B, to = New), dropped_pair(from = A, to = B))]
    pub(super) struct R {
        w: Option<i64>,
        #[kuzu(default = 3)]
        k: i64,
    }
}

fn old() -> Declaration {
    schema![v1::A, v1::B, v1::Old, v1::R]
}

fn new() -> Declaration {
    schema![v2::A, v2::B, v2::New, v2::R; dropped "Old"]
}

fn migrator(db: &kuzu_ddl::kuzu::Database) -> Migrator<'_> {
    Migrator::new(db)
        .declared_(new())
        .allow(HazardKind::DeletesData, "R(A -> B)")
        .allow(HazardKind::Irreversible, "R(A -> B)")
}

/// A closed database file with rows, half of which are in the log only.
fn prepare(at: &Path) {
    let mut db = TestDatabase::migrated(old());
    db.execute(&[
        "UNWIND range(1, 500) AS i CREATE (:A {id: i, p: 'p' + CAST(i AS STRING), q: 'q', x: i})",
        "CREATE (:B {id: 1}), (:Old {id: 9})",
        "CHECKPOINT",
        "MATCH (a:A), (b:B) CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (a:A {id: 7}), (b:B) CREATE (b)-[:R {w: 1}]->(a)",
    ]);
    db.close();
    std::fs::copy(db.path(), at).unwrap();
}

const BEFORE: &str =
    "MATCH (a:A)-[r:R]->(b:B) RETURN count(*), sum(r.w), min(a.p), max(a.q), sum(a.x), min(b.id)";
const AFTER: &str = "MATCH (b:B)-[r:R]->(a:A) RETURN count(*), sum(r.w), min(b.q), max(b.p), min(a.id), min(r.k), count(b.at), min(size(a.added))";

/// In the child: migrates, and at each call of the progress callback prints a line and waits.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
fn child(path: &Path) -> ! {
    let db = engine::open(path, fixture::config()).unwrap();
    let mut line = String::new();
    let report = migrator(&db).on_progress(|progress| {
        println!("at {:?} {}", progress.phase, progress.steps_done);
        std::io::stdin().read_line(&mut line).unwrap();
    });
    report.migrate().unwrap();
    println!("at the end");
    std::io::stdin().read_line(&mut line).unwrap();
    // The parent kills it here at the latest.
    std::thread::sleep(Duration::from_secs(600));
    child::exit()
}

/// Opens the file of a killed process, checks it, and completes the migration.
fn check(path: &Path, at: &str) -> bool {
    let mut db = TestDatabase::open_at(path);
    assert_eq!(db.drift(), "", "killed at {at}");
    let plan = migrator(db.kuzu()).plan().unwrap();
    let done = plan.is_empty();
    if !done {
        assert_eq!(
            db.rows(BEFORE),
            "500|125250|p1|q|125250|1",
            "killed at {at}"
        );
        assert!(plan.steps.len() > 12, "killed at {at}: {plan}");
        db.assert_up_to_date(old());
    }
    let report = migrator(db.kuzu())
        .migrate()
        .unwrap_or_else(|e| panic!("killed at {at}: {e}"));
    assert_eq!(report.steps, plan.steps);
    db.execute(&["CHECKPOINT"]);
    for _ in 0..2 {
        assert_eq!(
            db.rows(AFTER),
            "500|125250|p1|q|1|3|500|52",
            "killed at {at}"
        );
        db.assert_up_to_date(new());
        db.reopen();
    }
    db.execute(&["CREATE (:B {id: 1000, p: 'new'})", "CHECKPOINT"]);
    done
}

#[test]
fn kill_at_any_step_is_all_or_nothing() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("template");
    prepare(&template);
    for stop in 0.. {
        let path = dir.path().join(format!("{stop}.db"));
        std::fs::copy(&template, &path).unwrap();
        let at = kill_at(
            child::test_path!(kill_at_any_step_is_all_or_nothing),
            &path,
            stop,
        );
        assert_eq!(check(&path, &at), at == "the end", "killed at {at}");
        if at == "the end" {
            assert!(stop > 15, "only {stop} calls");
            return;
        }
    }
}

#[test]
fn kill_during_the_commit_is_all_or_nothing() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let dir = tempfile::tempdir().unwrap();
    let template = dir.path().join("template");
    prepare(&template);
    let mut outcomes = Vec::new();
    for (i, micros) in [0, 100, 300, 600, 1_000, 2_000, 5_000, 20_000]
        .into_iter()
        .enumerate()
    {
        let path = dir.path().join(format!("{i}.db"));
        std::fs::copy(&template, &path).unwrap();
        let mut child = child::start(
            child::test_path!(kill_during_the_commit_is_all_or_nothing),
            &path,
        );
        let mut input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if line.contains("at ") {
                input.write_all(b"\n").unwrap();
            }
            if line.contains("at Commit") {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(micros));
        child.kill().unwrap();
        child.wait().unwrap();
        outcomes.push(check(&path, "COMMIT"));
    }
    // A committed migration is not undone by a later kill.
    assert!(outcomes.last().is_some_and(|done| *done), "{outcomes:?}");
}

/// The first start, on an empty file.
#[test]
fn kill_at_any_step_of_the_first_start_leaves_no_ledger() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let dir = tempfile::tempdir().unwrap();
    for stop in 0.. {
        let path = dir.path().join(format!("{stop}.db"));
        let at = kill_at(
            child::test_path!(kill_at_any_step_of_the_first_start_leaves_no_ledger),
            &path,
            stop,
        );
        let db = TestDatabase::open_at(&path);
        let ledger = db.ledger().state.is_some();
        assert_eq!(ledger, at == "the end", "killed at {at}");
        assert_eq!(
            db.rows("CALL show_tables() RETURN count(*)") != "0",
            ledger,
            "killed at {at}"
        );
        db.migrate_cleanly(new());
        if ledger {
            return;
        }
    }
}
