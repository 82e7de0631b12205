//! `kill -9` at every writing statement of each kind of change: the file opens, nothing is lost,
//! and the next start completes the change.
//!
//! Statements that only read leave the file unchanged, so a kill there equals one after the
//! previous statement.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::time::Duration;

use kuzu_ddl::schema;

use crate::fixture::kill::{kill_at, memory_dir, migrate_watched};
use crate::fixture::{Declaration, TestDatabase, child};

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

mod rekeyed {
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

mod rel_retyped {
    use kuzu_ddl::KuzuEdge;

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A)]
    pub(super) struct R {
        #[kuzu(cast = "CAST(old AS STRING)")]
        w: Option<String>,
    }
}

mod node_retyped {
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

mod serial {
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

fn v1() -> Declaration {
    schema![v1::A, v1::R]
}

/// A change, and a fact that holds only after it.
struct Case {
    /// The full name of the test.
    test: &'static str,
    declaration: fn() -> Declaration,
    /// Lower bound of the number of writing statements.
    statements: usize,
    /// A query with its result.
    proof: (&'static str, &'static str),
}

/// A closed file with rows, and with rels, half of which share a node.
fn prepare(at: &Path) {
    let mut db = TestDatabase::migrated(v1());
    db.execute(&[
        "UNWIND range(1, 200) AS i CREATE (:A {id: i, s: CAST(i + 1000 AS STRING), x: -i})",
        "MATCH (a:A), (b:A {id: 1}) WHERE a.id <= 100 CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (a:A), (b:A) WHERE a.id > 100 AND b.id = a.id - 50 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    db.close();
    std::fs::copy(db.path(), at).unwrap();
}

/// Sums that no change affects.
const SUMS: &str = "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->(b:A) \
    RETURN count(*), sum(a.id), sum(CAST(a.s AS INT64)), sum(a.x), sum(CAST(r.w AS INT64)), sum(b.id)";

/// Opens the file of a killed process, checks it, and completes the change. Returns whether it was
/// complete.
fn check(case: &Case, path: &Path, at: &str) -> bool {
    const EXPECTED: &str = "200|20100|220100|-20100|20100|10150";
    let (query, answer) = case.proof;
    let mut db = TestDatabase::open_at(path);
    assert_eq!(db.rows(SUMS), EXPECTED, "killed at {at}");
    assert_eq!(db.drift(), "", "killed at {at}");
    let report = db.migrate((case.declaration)());
    let report = report.unwrap_or_else(|e| panic!("killed at {at}: {e}"));
    db.execute(&["CHECKPOINT"]);
    assert_eq!(db.rows(SUMS), EXPECTED, "killed at {at}, and finished");
    assert_eq!(db.rows(query), answer, "killed at {at}, and finished");
    db.reopen();
    assert_eq!(db.rows(SUMS), EXPECTED, "killed at {at}, and opened again");
    db.assert_up_to_date((case.declaration)());
    report.is_up_to_date()
}

fn at_every_statement(case: &Case) {
    if let Some(path) = child::path() {
        migrate_watched(&path, (case.declaration)(), 1);
    }
    let dir = memory_dir();
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

const PRIMARY_KEY: Case = Case {
    test: child::test_path!(kill_while_a_primary_key_changes_loses_nothing),
    declaration: || schema![rekeyed::A, rekeyed::R],
    statements: 12,
    proof: ("CALL table_info('A') WHERE `primary key` RETURN name", "s"),
};

/// The node table and the rel table are rebuilt.
#[test]
fn kill_while_a_primary_key_changes_loses_nothing() {
    at_every_statement(&PRIMARY_KEY);
}

#[test]
fn kill_while_a_rel_property_is_converted_loses_nothing() {
    at_every_statement(&Case {
        test: child::test_path!(kill_while_a_rel_property_is_converted_loses_nothing),
        declaration: || schema![v1::A, rel_retyped::R],
        statements: 8,
        proof: (
            "CALL table_info('R') WHERE name = 'w' RETURN type",
            "STRING",
        ),
    });
}

/// Tables without rows carry the sequences.
#[test]
fn kill_while_properties_become_serial_loses_nothing() {
    at_every_statement(&Case {
        test: child::test_path!(kill_while_properties_become_serial_loses_nothing),
        declaration: || schema![serial::A, serial::R],
        statements: 25,
        proof: (
            "CALL show_sequences() WHERE `start value` > 0 RETURN count(*), sum(`start value`)",
            "2|402",
        ),
    });
}

/// Archived, added, and filled.
#[test]
fn kill_while_a_node_property_is_converted_loses_nothing() {
    at_every_statement(&Case {
        test: child::test_path!(kill_while_a_node_property_is_converted_loses_nothing),
        declaration: || schema![node_retyped::A, node_retyped::R],
        statements: 7,
        proof: ("CALL table_info('A') WHERE name = 's' RETURN type", "INT64"),
    });
}

/// At moments of the COMMIT of a rebuild.
#[test]
fn kill_during_the_commit_of_a_rebuild_loses_nothing() {
    let case = Case {
        test: child::test_path!(kill_during_the_commit_of_a_rebuild_loses_nothing),
        ..PRIMARY_KEY
    };
    if let Some(path) = child::path() {
        migrate_watched(&path, (case.declaration)(), 1);
    }
    let dir = memory_dir();
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
