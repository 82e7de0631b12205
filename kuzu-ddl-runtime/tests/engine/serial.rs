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
