//! The work-around for SERIAL properties of rebuilt tables.

use super::*;
use crate::conformance::Subject;
use crate::conformance::durability::{Case, check};
use crate::kuzu::Kuzu;

/// A table with rows gets a sequence that starts above them, and another that its DROP finds:
/// auxiliary tables without rows remove the engine's own sequences, and leave them behind.
#[test]
fn a_rebuilt_table_continues_its_numbering() {
    let subject = Subject {
        provider: &Kuzu,
        test: test_name!(),
    };
    check(
        &subject,
        &Case {
            setup: &[
                "CREATE NODE TABLE T(id INT64 PRIMARY KEY, x INT64)",
                "CREATE REL TABLE R(FROM T TO T)",
                "CREATE (:T {id: 7, x: 1}), (:T {id: 5, x: 2})",
                "MATCH (a:T), (b:T) CREATE (a)-[:R]->(b)",
            ],
            // A read of the table would fail after the rebuild (B17).
            reader: "RETURN 1",
            change: &[
                "CREATE NODE TABLE X(id SERIAL, x INT64, PRIMARY KEY(id))",
                "MATCH (t:T) CREATE (:X {id: t.id, x: t.x})",
                // Replaces the sequence of the engine.
                "ALTER TABLE X RENAME TO Y",
                "CREATE NODE TABLE X(k INT64 PRIMARY KEY)",
                "ALTER TABLE X ADD id SERIAL",
                "DROP TABLE X",
                "CREATE SEQUENCE X_id_serial START 8 INCREMENT 1 MINVALUE 0",
                "ALTER TABLE Y RENAME TO X",
                "CREATE REL TABLE S(FROM X TO X)",
                "MATCH (a:T)-[:R]->(b:T) MATCH (c:X) WHERE c.id = a.id MATCH (d:X) WHERE d.id = b.id \
             CREATE (c)-[:S]->(d)",
                "DROP TABLE R",
                "DROP TABLE T",
                // The sequence that DROP TABLE looks for.
                "CREATE NODE TABLE T(k INT64 PRIMARY KEY, id SERIAL)",
                "ALTER TABLE T DROP id",
                "DROP TABLE T",
                "ALTER TABLE S RENAME TO R",
                "ALTER TABLE X RENAME TO T",
            ],
            query: "MATCH (t:T) OPTIONAL MATCH (t)-[:R]->(u:T) RETURN t.x, t.id, count(u) ORDER BY t.x",
            after: "1|7|2; 2|5|2",
            more: &["CREATE (:T {x: 3})", "CREATE (:T {x: 4})"],
            finally: "1|7|2; 2|5|2; 3|8|0; 4|9|0",
        },
    );
}

/// The drop of the same table is replayed.
#[test]
fn a_rebuilt_table_can_be_dropped() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "BEGIN TRANSACTION",
                "CREATE NODE TABLE X(id SERIAL PRIMARY KEY)",
                "ALTER TABLE X RENAME TO Y",
                "CREATE NODE TABLE X(k INT64 PRIMARY KEY)",
                "ALTER TABLE X ADD id SERIAL",
                "DROP TABLE X",
                "CREATE SEQUENCE X_id_serial START 8 INCREMENT 1 MINVALUE 0",
                "CREATE NODE TABLE T(k INT64 PRIMARY KEY, id SERIAL)",
                "ALTER TABLE T DROP id",
                "DROP TABLE T",
                "ALTER TABLE Y RENAME TO T",
                "COMMIT",
                "CREATE (:T)",
                "DROP TABLE T",
            ],
        );
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(
        rows(&*s, "CALL show_sequences() RETURN name, `start value`"),
        "X_id_serial|8"
    );
    run(
        &*s,
        &["CREATE NODE TABLE T(id SERIAL PRIMARY KEY)", "CREATE (:T)"],
    );
    assert_eq!(rows(&*s, "MATCH (t:T) RETURN t.id"), "0");
}
