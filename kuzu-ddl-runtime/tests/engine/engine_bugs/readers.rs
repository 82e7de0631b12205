//! Commits and rebuilds while a reader is open.

use kuzu_ddl_runtime::engine::Transaction;

use super::*;

#[test]
fn b16_commit_with_a_reader_reports_failure_and_is_committed() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = engine::open(&path, config().checkpoint_threshold(4096)).unwrap();
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, A);
        run(
            &*reader,
            &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
        );
        let tx = Transaction::begin(&*s).unwrap();
        run(
            &tx,
            &["UNWIND range(2, 5000) AS i CREATE (:A {id: i, s: 'xxxxxxxxxx', x: i})"],
        );
        assert_eq!(
            tx.commit().unwrap_err().kind,
            EngineErrorKind::OutcomeUnknown
        );
        // The session stays usable, and the reader keeps its snapshot.
        assert_eq!(rows(&*s, "MATCH (a:A) RETURN count(*)"), "5000");
        assert_eq!(rows(&*reader, "MATCH (a:A) RETURN count(*)"), "1");
        child::exit();
    }
    child::run_to_exit(test, &path);
    let db = open(&path);
    assert_eq!(
        rows(&*db.session().unwrap(), "MATCH (a:A) RETURN count(*)"),
        "5000"
    );
}

#[test]
fn b17_a_reader_loses_a_table_that_is_rebuilt() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.x"],
    );
    run(&*s, &["ALTER TABLE A RENAME x TO y"]);
    assert_eq!(rows(&*reader, "MATCH (a:A) RETURN a.x"), "1");
    run(
        &*s,
        &[
            "CREATE NODE TABLE B(id INT64 PRIMARY KEY, s STRING, y INT64)",
            "MATCH (a:A) CREATE (:B {id: a.id, s: a.s, y: a.y})",
            "DROP TABLE A",
            "ALTER TABLE B RENAME TO A",
        ],
    );
    assert_eq!(
        kind(&*reader, "MATCH (a:A) RETURN a.x"),
        EngineErrorKind::NotFound
    );
    assert_eq!(
        kind(&*reader, "COMMIT"),
        EngineErrorKind::NoActiveTransaction
    );
}

/// Readers therefore observe a swap of tables, but not a swap of properties.
#[test]
fn b17_a_reader_loses_a_table_whose_name_is_taken_by_another() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.x"],
    );
    run(
        &*s,
        &[
            "ALTER TABLE A RENAME TO B",
            "CREATE NODE TABLE A(id INT64 PRIMARY KEY)",
        ],
    );
    assert_eq!(
        kind(&*reader, "MATCH (a:A) RETURN a.x"),
        EngineErrorKind::NotFound
    );
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (b:B) RETURN b.x"],
    );
    run(
        &*s,
        &[
            "BEGIN TRANSACTION",
            "ALTER TABLE B RENAME x TO tmp",
            "ALTER TABLE B RENAME s TO x",
            "ALTER TABLE B RENAME tmp TO s",
            "COMMIT",
        ],
    );
    assert_eq!(rows(&*reader, "MATCH (b:B) RETURN b.x, b.s"), "1|11");
    assert_eq!(rows(&*s, "MATCH (b:B) RETURN b.x, b.s"), "11|1");
}
