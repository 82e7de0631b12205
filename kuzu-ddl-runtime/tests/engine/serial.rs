//! SERIAL properties, each of which owns a sequence that the engine finds by name only.

use super::durable::{Case, check};
use super::*;

#[test]
fn b7_renamed_serial_table_cannot_be_dropped() {
    let (dir, db) = fresh();
    let path = dir.path().join("db");
    {
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE T(id SERIAL PRIMARY KEY, x INT64)",
                "CREATE (:T {x: 1})",
            ],
        );
        run(&*s, &["ALTER TABLE T RENAME TO U", "CREATE (:U {x: 2})"]);
        assert_eq!(kind(&*s, "DROP TABLE U"), EngineErrorKind::Missing);
        // The old name is free for anything but another SERIAL of the same name.
        assert_eq!(
            kind(&*s, "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)"),
            EngineErrorKind::Exists
        );
    }
    drop(db);
    let db = open(&path);
    let s = db.session().unwrap();
    run(&*s, &["CREATE (:U {x: 3})"]);
    assert_eq!(
        rows(&*s, "MATCH (u:U) RETURN u.id, u.x ORDER BY u.x"),
        "0|1; 1|2; 2|3"
    );
    // Back under its name all is well.
    run(
        &*s,
        &[
            "ALTER TABLE U RENAME TO T",
            "CREATE (:T {x: 4})",
            "DROP TABLE T",
        ],
    );
    assert_eq!(rows(&*s, "CALL show_sequences() RETURN name"), "");
}

#[test]
fn b7_renamed_serial_property_cannot_be_dropped() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE T(id INT64 PRIMARY KEY, n SERIAL)",
            "CREATE (:T {id: 1})",
        ],
    );
    run(
        &*s,
        &[
            "ALTER TABLE T RENAME n TO m",
            "CREATE (:T {id: 2})",
            "CHECKPOINT",
            "CREATE (:T {id: 3})",
        ],
    );
    assert_eq!(rows(&*s, "MATCH (t:T) RETURN t.m ORDER BY t.id"), "0; 1; 2");
    assert_eq!(kind(&*s, "DROP TABLE T"), EngineErrorKind::Missing);
    // A sequence of the name that the engine looks for sets it free.
    run(
        &*s,
        &[
            "CREATE SEQUENCE T_m_serial",
            "DROP TABLE T",
            "DROP SEQUENCE T_n_serial",
        ],
    );
    assert_eq!(rows(&*s, "CALL show_sequences() RETURN name"), "");
}

#[test]
fn b7_serial_cannot_be_added() {
    let db = memory();
    let s = db.session().unwrap();
    run(&*s, &["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]);
    // Its sequence is not made, which an empty table does not notice at once.
    run(&*s, &["ALTER TABLE A ADD n SERIAL"]);
    assert_eq!(kind(&*s, "CREATE (:A {id: 1})"), EngineErrorKind::Missing);
    assert_eq!(kind(&*s, "DROP TABLE A"), EngineErrorKind::Missing);
    run(
        &*s,
        &[
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
            "CREATE (:B {id: 1})",
        ],
    );
    assert_eq!(
        kind(&*s, "ALTER TABLE B ADD n SERIAL"),
        EngineErrorKind::Missing
    );
}

const SERIAL: &[&str] = &[
    "CREATE NODE TABLE T(id SERIAL PRIMARY KEY, n SERIAL, x INT64)",
    "CREATE (:T {x: 1})",
    "CREATE (:T {x: 2})",
];

/// Renamed SERIALs count on, but see `b7_*`.
#[test]
fn rename_a_serial() {
    check(&Case {
        test: "serial::rename_a_serial",
        setup: SERIAL,
        reader: "MATCH (t:T) RETURN t.id, t.n, t.x ORDER BY t.x",
        change: &[
            "ALTER TABLE T RENAME n TO m",
            "ALTER TABLE T RENAME TO U",
            "CREATE (:U {x: 3})",
        ],
        query: "MATCH (u:U) RETURN u.id, u.m, u.x ORDER BY u.x",
        after: "0|0|1; 1|1|2; 2|2|3",
        more: &["CREATE (:U {x: 4})"],
        finally: "0|0|1; 1|1|2; 2|2|3; 3|3|4",
    });
}

/// The way to free the name of a SERIAL table: give the archived one a sequence of the name that
/// its DROP will look for, drop the one that it was made with, and let a CHECKPOINT pass (see
/// `b23_*`) before the name is used again.
#[test]
fn archive_a_serial() {
    let test = "serial::archive_a_serial";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, SERIAL_NAME_FREED);
        run(
            &*s,
            &[
                "CHECKPOINT",
                "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)",
                "CREATE (:T)",
            ],
        );
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    child::run_to_exit(test, &dir.path().join("db"));
    let db = open(&dir.path().join("db"));
    let s = db.session().unwrap();
    run(&*s, &["CREATE (:T)", "DROP TABLE U"]);
    assert_eq!(rows(&*s, "MATCH (t:T) RETURN t.id ORDER BY t.id"), "0; 1");
}

const SERIAL_NAME_FREED: &[&str] = &[
    "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)",
    "CREATE (:T)",
    "ALTER TABLE T RENAME TO U",
    "CREATE SEQUENCE U_id_serial START 1 MINVALUE 0",
    "DROP SEQUENCE T_id_serial",
];

/// DROP SEQUENCE of a SERIAL's sequence is not in the log: what takes its name later in the log
/// finds it taken, and the file cannot be opened any more.
#[test]
fn b23_dropped_serial_sequence_comes_back_on_replay() {
    let test = "serial::b23_dropped_serial_sequence_comes_back_on_replay";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, SERIAL_NAME_FREED);
        run(&*s, &["CREATE NODE TABLE T(id SERIAL PRIMARY KEY)"]);
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    assert_eq!(
        engine::open(&path, config()).unwrap_err().kind,
        EngineErrorKind::Exists
    );
}

/// Values can be given, and the sequence does not notice; a NULL stays.
#[test]
fn given_values_are_kept_and_not_counted() {
    let db = memory();
    let s = db.session().unwrap();
    run(&*s, SERIAL);
    run(
        &*s,
        &[
            "CREATE (:T {id: 40, n: 50, x: 3})",
            "CREATE (:T {n: NULL, x: 4})",
            "MATCH (t:T {x: 1}) SET t.n = 9",
            "CREATE (:T {x: 5})",
        ],
    );
    assert_eq!(
        rows(&*s, "MATCH (t:T) RETURN t.id, t.n, t.x ORDER BY t.x"),
        "0|9|1; 1|1|2; 40|50|3; 2|NULL|4; 3|2|5"
    );
}

/// Where the sequence of the name is there already, the SERIAL counts by it; but of the rows that are there
/// only the first of each vector gets a number, and the column is too short for the rest.
#[test]
fn b9_an_added_serial_counts_no_rows() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
            "UNWIND range(1, 3) AS i CREATE (:A {id: i})",
            "CREATE SEQUENCE A_n_serial START 100 MINVALUE 0",
            "ALTER TABLE A ADD n SERIAL",
        ],
    );
    assert_eq!(
        rows(&*s, "MATCH (a:A) RETURN a.id, a.n ORDER BY a.id"),
        "1|100; 2|0; 3|0"
    );
}

/// A sequence made by CREATE SEQUENCE is dropped twice in the log when the table goes that found it by name.
#[test]
fn b29_a_table_with_a_made_sequence_must_not_be_dropped() {
    let test = "serial::b29_a_table_with_a_made_sequence_must_not_be_dropped";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)",
                "ALTER TABLE T RENAME TO U",
                "CREATE SEQUENCE U_id_serial START 1 MINVALUE 0",
                "DROP TABLE U",
            ],
        );
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    assert_eq!(
        engine::open(&path, config()).unwrap_err().kind,
        EngineErrorKind::Missing
    );
}

/// How a table with rows gets a sequence that begins above them, and keeps one that its DROP will find: tables
/// without rows take the engine's own sequences away, and leave them behind.
#[test]
fn let_a_table_count_on() {
    check(&Case {
        test: "serial::let_a_table_count_on",
        setup: &[
            "CREATE NODE TABLE T(id INT64 PRIMARY KEY, x INT64)",
            "CREATE REL TABLE R(FROM T TO T)",
            "CREATE (:T {id: 7, x: 1}), (:T {id: 5, x: 2})",
            "MATCH (a:T), (b:T) CREATE (a)-[:R]->(b)",
        ],
        // It would lose the table.
        reader: "RETURN 1",
        change: &[
            "CREATE NODE TABLE X(id SERIAL, x INT64, PRIMARY KEY(id))",
            "MATCH (t:T) CREATE (:X {id: t.id, x: t.x})",
            // What the engine counts by goes, and ours comes.
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
            // What DROP TABLE will look for.
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
    });
}

/// The same table is dropped, by hand, and replayed.
#[test]
fn drop_a_table_that_counts_on() {
    let test = "serial::drop_a_table_that_counts_on";
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
