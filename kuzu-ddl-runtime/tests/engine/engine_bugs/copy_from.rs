//! `COPY … FROM` a query.

use super::*;

const HUB: &[&str] = &[
    "UNWIND range(2, 4) AS i CREATE (:A {id: i})",
    "CREATE REL TABLE R(FROM A TO A, MANY_ONE)",
    "MATCH (a:A {id: 1}), (b:A {id: 2}) CREATE (a)-[:R]->(b)",
];

#[test]
fn b12_failed_copy_of_rels_crashes_the_checkpoint() {
    crashes(test_name!(), |s| {
        run(s, A);
        run(s, HUB);
        s.query("COPY R FROM (MATCH (a:A), (b:A) WHERE b.id > 2 RETURN a.id AS f, b.id AS t)")
            .unwrap_err();
        run(s, &["CHECKPOINT"]);
    });
}

/// Two COPYs into an existing table, rolled back, then a row with one of their keys.
fn copies_rolled_back(s: &dyn Session) {
    run(s, A);
    run(s, &["BEGIN TRANSACTION"]);
    for start in [100, 200] {
        let copy = format!(
            "COPY A FROM (UNWIND range({start}, {start} + 50) AS i \
             RETURN i AS a, CAST(i AS STRING) AS b, i + 0 AS c)"
        );
        run(s, &[&copy]);
    }
    run(s, &["ROLLBACK", "CREATE (:A {id: 100, x: 5})"]);
}

#[test]
fn b13_rolled_back_copies_crash() {
    crashes(test_name!(), |s| {
        copies_rolled_back(s);
        run(s, &["CHECKPOINT"]);
    });
}

#[test]
fn b15_rebuild_by_copy_with_a_reader_and_a_kill_loses_all_rows() {
    let test = test_name!();
    if let Some(path) = child::path() {
        let db = open(&path);
        let (s, reader) = (db.session().unwrap(), db.session().unwrap());
        run(&*s, A);
        run(
            &*reader,
            &["BEGIN TRANSACTION READ ONLY", "MATCH (a:A) RETURN a.id"],
        );
        run(
            &*s,
            &[
                "BEGIN TRANSACTION",
                "CREATE NODE TABLE A2(id INT64 PRIMARY KEY, s INT64, x INT64)",
                "COPY A2 FROM (MATCH (a:A) RETURN a.id AS a, CAST(a.s AS INT64) AS b, a.x AS c)",
                "DROP TABLE A",
                "ALTER TABLE A2 RENAME TO A",
            ],
        );
        assert_eq!(kind(&*s, "COMMIT"), EngineErrorKind::CheckpointTimeout);
        assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.s"), "11");
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let db = open(&path);
    let s = db.session().unwrap();
    assert_eq!(rows(&*s, "MATCH (a:A) RETURN a.s"), "");
}

#[test]
fn b18_repeated_value_is_copied_once() {
    let (_dir, db) = fresh();
    let s = db.session().unwrap();
    run(
        &*s,
        &[
            "CREATE NODE TABLE P(id INT64 PRIMARY KEY, x INT64, y INT64)",
            "COPY P FROM (UNWIND range(2, 2) AS i RETURN i + 1 AS a, i AS b, i AS c)",
        ],
    );
    let found = rows(&*s, "MATCH (p:P) RETURN p.id, p.x, p.y");
    assert_eq!(found, "3|NULL|2", "the query returns 2 for x and y");
}
