//! Values of indexed properties.

use super::dropped_index::{TABLE, TEXT, VECTOR};
use super::*;

/// The option is not in the catalog, and is not applied to later rows: see `schema::UNKEPT`.
#[test]
fn the_catalog_omits_the_ignore_pattern() {
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
    // The first is one word, the second two; the query is split like the second.
    assert_eq!(
        rows(&*s, "CALL QUERY_FTS_INDEX('D', 'fx', 'one') RETURN node.id"),
        "2"
    );
    let listed = rows(&*s, "CALL show_indexes() RETURN index_definition");
    assert!(!listed.contains("pattern"), "{listed}");
}

/// A text that is SET is found until the process ends without a checkpoint: the replay of the log
/// does not index it. An indexed vector cannot be SET at all.
#[test]
fn b27_set_text_is_not_indexed_on_replay() {
    let test = test_name!();
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
