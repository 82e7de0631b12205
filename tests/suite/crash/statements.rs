//! kill -9 at every statement that writes, of each way to change what is there: the file opens,
//! nothing is lost, and the next start finishes the job.
//!
//! Statements that only read leave the file as it is, so a kill there is one after the statement
//! before.
#![expect(clippy::unwrap_used, reason = "a test may panic")]
#![expect(clippy::print_stdout, reason = "a child speaks to its parent")]

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use crate::bed::{self, Bed, Said, child};
use crate::crash::kill_at;
use kuzu_ddl::engine::{self, Capabilities, Cell, Engine, EngineError, Row, Session};
use kuzu_ddl::kuzu::Database;
use kuzu_ddl::{Migrator, schema};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: String,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        id: i64,
        #[kuzu(primary_key)]
        s: String,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod rel {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        #[kuzu(cast = "CAST(old AS STRING)")]
        w: Option<String>,
    }
}

mod fill {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        s: i64,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod counted {
    use kuzu_ddl::types::Serial;
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: Serial,
        s: String,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: Option<Serial>,
    }
}

fn v1() -> Said {
    schema![v1::A, v1::R]
}

/// A change, and what only it makes true.
struct Case {
    /// The full name of the test.
    test: &'static str,
    said: fn() -> Said,
    /// At least so many statements write.
    statements: usize,
    /// A query with its answer.
    proof: (&'static str, &'static str),
}

/// A database that stops before each statement that writes, says so and waits for leave.
struct Watched<'a>(&'a Database);

impl Engine for Watched<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.0.capabilities()
    }

    fn session(&self) -> Result<Box<dyn Session + '_>, EngineError> {
        Ok(Box::new(WatchedSession(self.0.session()?)))
    }

    fn handle(&self) -> usize {
        self.0.handle()
    }

    fn scratch(&self, tables: usize) -> Result<Box<dyn Engine>, EngineError> {
        self.0.scratch(tables)
    }
}

struct WatchedSession<'a>(Box<dyn Session + 'a>);

impl WatchedSession<'_> {
    fn stop(cypher: &str) {
        let reads = cypher.starts_with("CALL")
            || (cypher.starts_with("MATCH") && cypher.contains(" RETURN "));
        if !reads {
            wait(cypher);
        }
    }
}

impl Session for WatchedSession<'_> {
    fn capabilities(&self) -> &'static Capabilities {
        self.0.capabilities()
    }

    fn handle(&self) -> usize {
        self.0.handle()
    }

    fn query(&self, cypher: &str) -> Result<Vec<Row>, EngineError> {
        Self::stop(cypher);
        self.0.query(cypher)
    }

    fn query_with(&self, cypher: &str, params: &[(&str, Cell)]) -> Result<Vec<Row>, EngineError> {
        Self::stop(cypher);
        self.0.query_with(cypher, params)
    }
}

fn wait(at: &str) {
    let at: String = at.chars().take(60).collect();
    println!("at {at}");
    std::io::stdin().read_line(&mut String::new()).unwrap();
}

/// In the child: migrates, stopping at each statement.
pub(crate) fn migrate(path: &Path, said: Said, batch: u64) -> ! {
    watched(path, |db| {
        let migrator = Migrator::new(db).schema(said).batch(batch);
        migrator.migrate().unwrap();
    })
}

/// In the child: does something to the file, stopping at each statement.
pub(crate) fn watched(path: &Path, run: impl FnOnce(&dyn Engine)) -> ! {
    let db = engine::open(path, bed::config()).unwrap();
    run(&Watched(&db));
    wait("the end");
    // It is killed here, at the latest.
    std::thread::sleep(Duration::from_secs(600));
    child::exit()
}

/// A closed file: rows, and rels, half of them on a hub.
fn prepare(at: &Path) {
    let mut bed = Bed::with(v1());
    bed.run(&[
        "UNWIND range(1, 200) AS i CREATE (:A {id: i, s: CAST(i + 1000 AS STRING), x: -i})",
        "MATCH (a:A), (b:A {id: 1}) WHERE a.id <= 100 CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (a:A), (b:A) WHERE a.id > 100 AND b.id = a.id - 50 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    bed.close();
    std::fs::copy(bed.path(), at).unwrap();
}

/// What no change changes.
const SUMS: &str = "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->(b:A) \
    RETURN count(*), sum(a.id), sum(CAST(a.s AS INT64)), sum(a.x), sum(CAST(r.w AS INT64)), sum(b.id)";

/// Opens what a killed process left, checks it, and finishes the job. Returns whether that was done.
fn check(case: &Case, path: &Path, at: &str) -> bool {
    const KEPT: &str = "200|20100|220100|-20100|20100|10150";
    let (query, answer) = case.proof;
    let mut bed = Bed::at(path);
    assert_eq!(bed.rows(SUMS), KEPT, "killed at {at}");
    assert_eq!(bed.drift(), "", "killed at {at}");
    let report = bed.migrate((case.said)());
    let report = report.unwrap_or_else(|e| panic!("killed at {at}: {e}"));
    bed.run(&["CHECKPOINT"]);
    assert_eq!(bed.rows(SUMS), KEPT, "killed at {at}, and finished");
    assert_eq!(bed.rows(query), answer, "killed at {at}, and finished");
    bed.reopen();
    assert_eq!(bed.rows(SUMS), KEPT, "killed at {at}, and opened again");
    bed.settled((case.said)());
    report.is_up_to_date()
}

/// On files in memory where the system offers that; a kill loses nothing that was written to either.
pub(crate) fn folder() -> tempfile::TempDir {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).unwrap()
}

fn at_every_statement(case: &Case) {
    if let Some(path) = child::path() {
        migrate(&path, (case.said)(), 1);
    }
    let dir = folder();
    let template = dir.path().join("template");
    prepare(&template);
    for stop in 0.. {
        let path = dir.path().join(format!("{stop}.db"));
        std::fs::copy(&template, &path).unwrap();
        let at = kill_at(case.test, &path, stop);
        assert_eq!(check(case, &path, &at), at == "the end", "killed at {at}");
        if at == "the end" {
            assert!(stop >= case.statements, "only {stop} statements");
            return;
        }
    }
}

const KEY: Case = Case {
    test: "kill::key_of_a_table_with_rels",
    said: || schema![key::A, key::R],
    statements: 12,
    proof: ("CALL table_info('A') WHERE `primary key` RETURN name", "s"),
};

/// The node table and the rel table are made anew.
#[test]
fn key_of_a_table_with_rels() {
    at_every_statement(&KEY);
}

#[test]
fn type_of_a_rel_property() {
    at_every_statement(&Case {
        test: "kill::type_of_a_rel_property",
        said: || schema![v1::A, rel::R],
        statements: 8,
        proof: (
            "CALL table_info('R') WHERE name = 'w' RETURN type",
            "STRING",
        ),
    });
}

/// Tables without rows carry sequences to and fro.
#[test]
fn a_key_and_a_rel_property_that_count() {
    at_every_statement(&Case {
        test: "kill::a_key_and_a_rel_property_that_count",
        said: || schema![counted::A, counted::R],
        statements: 25,
        proof: (
            "CALL show_sequences() WHERE `start value` > 0 RETURN count(*), sum(`start value`)",
            "2|402",
        ),
    });
}

/// Archived, added, and filled.
#[test]
fn type_of_a_node_property() {
    at_every_statement(&Case {
        test: "kill::type_of_a_node_property",
        said: || schema![fill::A, fill::R],
        statements: 7,
        proof: ("CALL table_info('A') WHERE name = 's' RETURN type", "INT64"),
    });
}

/// At moments of the COMMIT of a rebuild.
#[test]
fn key_during_the_commit() {
    let case = Case {
        test: "kill::key_during_the_commit",
        ..KEY
    };
    if let Some(path) = child::path() {
        migrate(&path, (case.said)(), 1);
    }
    let dir = folder();
    let template = dir.path().join("template");
    prepare(&template);
    let mut outcomes = Vec::new();
    for (i, micros) in [0, 300, 1_000, 3_000, 50_000].into_iter().enumerate() {
        let path = dir.path().join(format!("{i}.db"));
        std::fs::copy(&template, &path).unwrap();
        let mut child = child::start(case.test, &path);
        let mut input = child.stdin.take().unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        for line in lines.map_while(Result::ok) {
            if line.contains("at ") {
                input.write_all(b"\n").unwrap();
            }
            if line.contains("at COMMIT") {
                break;
            }
        }
        std::thread::sleep(Duration::from_micros(micros));
        child.kill().unwrap();
        child.wait().unwrap();
        outcomes.push(check(&case, &path, "COMMIT"));
    }
    assert!(outcomes.last().is_some_and(|done| *done), "{outcomes:?}");
}
