//! An index whose creation was interrupted.

use super::dropped_index::{ROW, TABLE, VECTOR};
use super::*;

#[test]
fn b21_index_with_a_reader_is_not_created() {
    let (_dir, db) = fresh();
    let (s, reader) = (db.session().unwrap(), db.session().unwrap());
    run(&*s, A);
    run(
        &*reader,
        &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
    );
    let index = "CALL CREATE_FTS_INDEX('A', 'ix', ['s'])";
    assert_eq!(kind(&*s, index), EngineErrorKind::CheckpointTimeout);
    let indexes = "CALL show_indexes() RETURN index_name";
    assert_eq!(rows(&*s, indexes), "");
    run(&*reader, &["COMMIT"]);
    // The index's own tables remain, so that the name cannot be used again.
    assert_eq!(kind(&*s, index), EngineErrorKind::AlreadyExists);
    run(&*s, &["CALL CREATE_FTS_INDEX('A', 'other', ['s'])"]);
    assert_eq!(rows(&*s, indexes), "other");
}

/// The indexes, and whether the engine can use them.
const USABLE: &str = "CALL show_indexes() RETURN index_name, extension_loaded";

const REMOVE_NAME: &[&str] = &[
    "BEGIN TRANSACTION",
    "CALL enable_internal_catalog = true",
    "CALL _DROP_HNSW_INDEX('D', 'vx')",
    "DROP TABLE `_0_vx_UPPER`",
    "DROP TABLE `_0_vx_LOWER`",
    "CALL enable_internal_catalog = false",
    "COMMIT",
];

/// The engine commits an index and then writes a checkpoint; the log has only the name of the
/// index. A process that is killed between the two leaves a file that opens once and, after it
/// was closed, never again. An open reader delays the checkpoint, which makes the window long
/// enough for the test.
#[test]
fn b28_index_without_checkpoint_is_only_a_name() {
    let test = test_name!();
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
    let [bad, path, again] = ["bad", "repaired", "again"].map(|name| dir.path().join(name));
    child::run_to_exit(test, &path);
    let copy = |to: &Path| {
        std::fs::copy(&path, to).unwrap();
        std::fs::copy(path.with_extension("wal"), to.with_extension("wal")).unwrap();
    };
    copy(&bad);
    drop(open(&bad));
    let e = engine::open(&bad, config()).unwrap_err().to_string();
    assert!(e.contains("vector_extension.cpp"), "{e}");

    // The work-around: the name is removed before a checkpoint. A kill right after that does not
    // restore it.
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, USABLE), "vx|false");
    run(&*s, REMOVE_NAME);
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
