//! SERIAL properties, each of which owns a sequence that the engine finds by name only.

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
        assert_eq!(kind(&*s, "DROP TABLE U"), EngineErrorKind::NotFound);
        // The old name can be used again, except by a table with a SERIAL of the same name.
        assert_eq!(
            kind(&*s, "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)"),
            EngineErrorKind::AlreadyExists
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
    // Under its original name it can be dropped.
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
    assert_eq!(kind(&*s, "DROP TABLE T"), EngineErrorKind::NotFound);
    // With a sequence of the name that the engine looks for it can be dropped.
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
    // Its sequence is not created, which goes unnoticed while the table is empty.
    run(&*s, &["ALTER TABLE A ADD n SERIAL"]);
    assert_eq!(kind(&*s, "CREATE (:A {id: 1})"), EngineErrorKind::NotFound);
    assert_eq!(kind(&*s, "DROP TABLE A"), EngineErrorKind::NotFound);
    run(
        &*s,
        &[
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY)",
            "CREATE (:B {id: 1})",
        ],
    );
    assert_eq!(
        kind(&*s, "ALTER TABLE B ADD n SERIAL"),
        EngineErrorKind::NotFound
    );
}

const SERIAL_NAME_FREED: &[&str] = &[
    "CREATE NODE TABLE T(id SERIAL PRIMARY KEY)",
    "CREATE (:T)",
    "ALTER TABLE T RENAME TO U",
    "CREATE SEQUENCE U_id_serial START 1 MINVALUE 0",
    "DROP SEQUENCE T_id_serial",
];

/// The work-around that frees the name of a SERIAL table: create a sequence of the name that the
/// DROP of the archived table looks for, drop the original sequence, and run a CHECKPOINT (see
/// B23) before the name is used again.
#[test]
fn b7_an_archived_serial_frees_its_name() {
    let test = test_name!();
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

/// DROP SEQUENCE of a SERIAL's sequence is not logged: a later use of its name in the log fails
/// at the replay, and the file can no longer be opened.
#[test]
fn b23_dropped_serial_sequence_reappears_on_replay() {
    let test = test_name!();
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
        EngineErrorKind::AlreadyExists
    );
}

/// A SERIAL counts by an existing sequence of its name; but only the first existing row of each
/// vector gets a number, and the column is too short for the others.
#[test]
fn b9_added_serial_does_not_number_existing_rows() {
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

/// The log drops a sequence of CREATE SEQUENCE a second time when the table that found it by name
/// is dropped.
#[test]
fn b29_dropped_table_with_a_created_sequence_loses_the_file() {
    let test = test_name!();
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
        EngineErrorKind::NotFound
    );
}
