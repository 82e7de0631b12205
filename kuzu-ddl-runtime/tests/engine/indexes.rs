//! Dropping an index breaks its table, unless the table goes with it.

use super::*;

const TABLE: &[&str] = &[
    "CREATE NODE TABLE D(id INT64 PRIMARY KEY, v FLOAT[3], t STRING)",
    "UNWIND range(1, 20) AS i CREATE (:D {id: i, v: [i * 1.0, 2.0, 3.0], t: 'hello dogs'})",
];
const TEXT: &str = "CALL CREATE_FTS_INDEX('D', 'fx', ['t'])";
const VECTOR: &str = "CALL CREATE_VECTOR_INDEX('D', 'vx', 'v')";
const ROW: &str = "CREATE (:D {id: 50, v: [1.0, 1.0, 1.0], t: 'dogs'})";

/// `DROP_VECTOR_INDEX` forgets the index's tables and leaves the index: no row can be added any more,
/// and the next process crashes on the first one.
#[test]
fn b25_dropped_vector_index_breaks_its_table() {
    let test = "indexes::b25_dropped_vector_index_breaks_its_table";
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
        assert_eq!(kind(&*s, ROW), EngineErrorKind::Missing);
        assert_eq!(kind(&*s, VECTOR), EngineErrorKind::Exists);
    }
    drop(db);
    assert!(child::crashed(child::run(test, &dir.path().join("db"))));
}

/// `DROP_FTS_INDEX` is not wholly in the log: after a crash before the next checkpoint the table takes
/// no rows; with rows in the log, the file cannot be opened.
#[test]
fn b26_dropped_full_text_index_comes_back_on_replay() {
    let test = "indexes::b26_dropped_full_text_index_comes_back_on_replay";
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
    assert_eq!(kind(&*db.session().unwrap(), ROW), EngineErrorKind::Missing);
    child::run_to_exit(test, &rows);
    assert_eq!(
        engine::open(&rows, config()).unwrap_err().kind,
        EngineErrorKind::Missing
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

/// Our way: both go in the transaction that drops their table. It is undone by a roll-back and done
/// by a replay.
#[test]
fn indexes_go_with_their_table() {
    let test = "indexes::indexes_go_with_their_table";
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

/// What the engine says of an index, and what is not told: see `schema::UNKEPT`.
#[test]
fn a_pattern_is_forgotten() {
    let db = memory();
    let s = db.session().unwrap();
    run(
        &*s,
        &["CREATE NODE TABLE D(id INT64 PRIMARY KEY, t STRING)"],
    );
    run(&*s, &["CREATE (:D {id: 1, t: 'one_two'})"]);
    run(
        &*s,
        &["CALL CREATE_FTS_INDEX('D', 'fx', ['t'], ignore_pattern := '[.]', stemmer := 'none')"],
    );
    run(&*s, &["CREATE (:D {id: 2, t: 'one_two'})"]);
    // The first is one word, the second two; the query is parted like the second.
    assert_eq!(
        rows(&*s, "CALL QUERY_FTS_INDEX('D', 'fx', 'one') RETURN node.id"),
        "2"
    );
    let told = rows(&*s, "CALL show_indexes() RETURN index_definition");
    assert!(!told.contains("pattern"), "{told}");
}

/// What is SET in an indexed text is found, until the process ends without a checkpoint: replaying the log,
/// the engine forgets to index it. A vector that is indexed cannot be SET at all.
#[test]
fn b27_set_text_is_not_indexed_on_replay() {
    let test = "indexes::b27_set_text_is_not_indexed_on_replay";
    let found = |s: &dyn Session| rows(s, "CALL QUERY_FTS_INDEX('D', 'fx', 'cats') RETURN node.id");
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, TABLE);
        run(&*s, &[TEXT, VECTOR, "CHECKPOINT"]);
        run(&*s, &["MATCH (d:D {id: 7}) SET d.t = 'cats'"]);
        assert_eq!(found(&*s), "7");
        let set = "MATCH (d:D {id: 7}) SET d.v = [0.0, 0.0, 0.0]";
        assert_eq!(kind(&*s, set), EngineErrorKind::Other);
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "MATCH (d:D {id: 7}) RETURN d.t"), "cats");
    assert_eq!(found(&*s), "");
}

/// The indexes, with whether the engine can use them.
const USABLE: &str = "CALL show_indexes() RETURN index_name, extension_loaded";

const FORGET: &[&str] = &[
    "BEGIN TRANSACTION",
    "CALL enable_internal_catalog = true",
    "CALL _DROP_HNSW_INDEX('D', 'vx')",
    "DROP TABLE `_0_vx_UPPER`",
    "DROP TABLE `_0_vx_LOWER`",
    "CALL enable_internal_catalog = false",
    "COMMIT",
];

/// The engine commits an index and then writes a checkpoint, and only the name of the index is in the log. A
/// process that is killed between the two leaves a file that opens, and once that is closed never does
/// again. Beside a reader the checkpoint waits, so that the moment is long enough to be hit.
#[test]
fn b28_index_without_checkpoint_is_only_a_name() {
    let test = "indexes::b28_index_without_checkpoint_is_only_a_name";
    if let Some(path) = child::path() {
        let db = open(&path);
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, TABLE);
        run(&*reader, &["BEGIN TRANSACTION READ ONLY"]);
        assert_eq!(kind(&*s, VECTOR), EngineErrorKind::CheckpointTimeout);
        let s = db.session().unwrap();
        assert_eq!(rows(&*s, USABLE), "vx|true");
        run(&*s, &[ROW]);
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let [bad, path, again] = ["bad", "cured", "again"].map(|name| dir.path().join(name));
    child::run_to_exit(test, &path);
    let copy = |to: &Path| {
        std::fs::copy(&path, to).unwrap();
        std::fs::copy(path.with_extension("wal"), to.with_extension("wal")).unwrap();
    };
    copy(&bad);
    drop(open(&bad));
    let e = engine::open(&bad, config()).unwrap_err().to_string();
    assert!(e.contains("vector_extension.cpp"), "{e}");

    // Our way: the name goes before a checkpoint sees it. Killed right after that, it stays gone.
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, USABLE), "vx|false");
    run(&*s, FORGET);
    copy(&again);
    drop(s);
    drop(db);
    for path in [path, again] {
        for (id, count) in [(51, "22"), (52, "23")] {
            let db = open(&path);
            let s = db.session().unwrap();
            if id == 51 {
                assert_eq!(rows(&*s, USABLE), "");
                run(&*s, &[VECTOR]);
            }
            let add = format!("CREATE (:D {{id: {id}, v: [{id}.0, 2.0, 3.0], t: 'dogs'}})");
            run(&*s, &[&add]);
            assert_eq!(rows(&*s, "MATCH (d:D) RETURN count(*)"), count);
            let near = format!(
                "CALL QUERY_VECTOR_INDEX('D', 'vx', CAST([{id}.0, 2.0, 3.0] AS FLOAT[3]), 1) RETURN node.id"
            );
            assert_eq!(rows(&*s, USABLE), "vx|true");
            assert_eq!(rows(&*s, &near), id.to_string());
        }
    }
}
