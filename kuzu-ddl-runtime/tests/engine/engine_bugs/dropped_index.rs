//! Dropping an index breaks its table, unless the table is dropped with it.

use super::*;

pub(super) const TABLE: &[&str] = &[
    "CREATE NODE TABLE D(id INT64 PRIMARY KEY, v FLOAT[3], t STRING)",
    "UNWIND range(1, 20) AS i CREATE (:D {id: i, v: [i * 1.0, 2.0, 3.0], t: 'hello dogs'})",
];
pub(super) const TEXT: &str = "CALL CREATE_FTS_INDEX('D', 'fx', ['t'])";
pub(super) const VECTOR: &str = "CALL CREATE_VECTOR_INDEX('D', 'vx', 'v')";
pub(super) const ROW: &str = "CREATE (:D {id: 50, v: [1.0, 1.0, 1.0], t: 'dogs'})";

/// `DROP_VECTOR_INDEX` drops the index's tables and leaves the index: no row can be added any
/// more, and the next process crashes on the first one.
#[test]
fn b25_dropped_vector_index_breaks_its_table() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        s.query(ROW).unwrap();
        child::exit();
    }
    let (dir, db) = fresh();
    {
        let s = db.session().unwrap();
        run(&*s, TABLE);
        run(
            &*s,
            &[VECTOR, "CALL DROP_VECTOR_INDEX('D', 'vx')", "CHECKPOINT"],
        );
        assert_eq!(kind(&*s, ROW), EngineErrorKind::NotFound);
        assert_eq!(kind(&*s, VECTOR), EngineErrorKind::AlreadyExists);
    }
    drop(db);
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}

/// `DROP_FTS_INDEX` is logged in part: after a crash before the next checkpoint the table accepts
/// no rows; with rows in the log, the file cannot be opened.
#[test]
fn b26_dropped_full_text_index_reappears_on_replay() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, TABLE);
        run(&*s, &[TEXT, "CALL DROP_FTS_INDEX('D', 'fx')"]);
        if path.ends_with("rows") {
            run(&*s, &[ROW]);
        }
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let (bare, rows) = (dir.path().join("bare"), dir.path().join("rows"));
    child::run_to_exit(test, &bare);
    let db = open(&bare);
    assert_eq!(
        kind(&*db.session().unwrap(), ROW),
        EngineErrorKind::NotFound
    );
    child::run_to_exit(test, &rows);
    assert_eq!(
        engine::open(&rows, config()).unwrap_err().kind,
        EngineErrorKind::NotFound
    );
}

const WITH_THE_TABLE: &[&str] = &[
    "BEGIN TRANSACTION",
    "CREATE NODE TABLE E(id INT64 PRIMARY KEY, v FLOAT[3], t STRING)",
    "MATCH (d:D) CREATE (:E {id: d.id, v: d.v, t: d.t})",
    "CALL enable_internal_catalog = true",
    "CALL _DROP_HNSW_INDEX('D', 'fx')",
    "DROP TABLE `0_fx_appears_in`",
    "DROP TABLE `0_fx_docs`",
    "DROP TABLE `0_fx_terms`",
    "CALL _DROP_HNSW_INDEX('D', 'vx')",
    "DROP TABLE `_0_vx_UPPER`",
    "DROP TABLE `_0_vx_LOWER`",
    "CALL enable_internal_catalog = false",
    "DROP TABLE D",
    "ALTER TABLE E RENAME TO D",
];

/// The work-around: both are dropped in the transaction that drops their table. A rollback undoes
/// it, a replay repeats it.
#[test]
fn indexes_are_dropped_with_their_table() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, TABLE);
        run(&*s, &[TEXT, VECTOR]);
        run(&*s, WITH_THE_TABLE);
        run(&*s, &["COMMIT", "CREATE (:D {id: 51})"]);
        child::exit();
    }
    {
        let (_dir, db) = fresh();
        let s = db.session().unwrap();
        run(&*s, TABLE);
        run(&*s, &[TEXT, VECTOR]);
        run(&*s, WITH_THE_TABLE);
        run(&*s, &["ROLLBACK", ROW, "CHECKPOINT"]);
        let count = "CALL QUERY_FTS_INDEX('D', 'fx', 'dogs') RETURN count(*)";
        assert_eq!(rows(&*s, count), "21");
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    for id in [52, 53] {
        let db = open(&path);
        let s = db.session().unwrap();
        run(
            &*s,
            &[
                &format!("CREATE (:D {{id: {id}, t: 'dogs'}})"),
                "CHECKPOINT",
            ],
        );
        if id == 52 {
            assert_eq!(rows(&*s, "CALL show_indexes() RETURN *"), "");
            run(&*s, &[TEXT, VECTOR]);
        }
        assert_eq!(
            rows(&*s, "MATCH (d:D) RETURN count(*)"),
            (id - 30).to_string()
        );
    }
}
