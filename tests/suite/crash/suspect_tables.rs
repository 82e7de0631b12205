//! B1c: a property was dropped in place and the process was killed. The engine then crashes at a
//! checkpoint, and at every later start; `migrate()` rebuilds the table before that.

use std::path::Path;

use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase, child};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, multiplicity = "many_one")]
    pub(super) struct R {
        k: Option<i64>,
    }
}

fn declaration() -> Declaration {
    schema![v1::A, v1::R]
}

/// Tables as declared, each with an undeclared property in the middle, and rows.
const MANUAL_DDL: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, x INT64)",
    "CREATE REL TABLE R(FROM A TO A, w STRING, k INT64, MANY_ONE)",
    "UNWIND range(1, 3000) AS i CREATE (:A {id: i, s: CAST(i AS STRING), x: i})",
    "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: 'w', k: a.id}]->(b)",
    "CHECKPOINT",
];

const ROWS: &str = "MATCH (a:A)-[r:R]->(b:A) RETURN count(*), sum(a.x), sum(r.k), min(b.id)";
const ALL: &str = "3000|4501500|4501500|1";

/// Executes the statements of the file next to the database, and is killed.
fn child(path: &Path) -> ! {
    let statements = std::fs::read_to_string(path.with_extension("statements")).unwrap();
    let db = TestDatabase::open_at(path);
    for statement in statements.lines() {
        db.execute(&[statement]);
    }
    child::exit()
}

fn killed_after(test: &str, path: &Path, statements: &[&str]) {
    std::fs::write(path.with_extension("statements"), statements.join("\n")).unwrap();
    child::run_to_exit(test, path);
}

/// Statements on which the engine crashes if the table is not rebuilt.
const DML: &[&str] = &["CREATE (:A {id: 9000, x: 1})", "CHECKPOINT"];

fn check(test: &str, stages: &[&[&str]], extra: i64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mut db = TestDatabase::open_at(&path);
    db.execute(MANUAL_DDL);
    db.close();
    for statements in stages {
        killed_after(test, &path, statements);
    }
    let mut db = TestDatabase::open_at(&path);
    let report = db.migrate(declaration()).unwrap();
    let text = report.to_string();
    assert!(text.contains("a property was dropped in place"), "{text}");
    for _ in 0..2 {
        db.assert_up_to_date(declaration());
        assert_eq!(
            db.rows("MATCH (a:A) RETURN count(*)"),
            (3000 + extra).to_string()
        );
        assert_eq!(db.rows(ROWS), ALL);
        db.reopen();
    }
    db.execute(DML);
    db.execute(&[
        "MATCH (a:A {id: 9000}), (b:A {id: 2}) CREATE (a)-[:R {k: 0}]->(b)",
        "CHECKPOINT",
    ]);
    db.reopen();
    db.assert_up_to_date(declaration());
    assert_eq!(db.rows("MATCH (:A)-[r:R]->() RETURN count(*)"), "3001");
}

#[test]
fn suspect_node_table_is_rebuilt() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let test = child::test_path!(suspect_node_table_is_rebuilt);
    check(test, &[&["ALTER TABLE A DROP s"]], 0);
    check(test, &[&["ALTER TABLE A DROP s"], &["CHECKPOINT"]], 0);
}

#[test]
fn suspect_node_table_with_new_rows_is_rebuilt() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let row = "CREATE (:A {id: 5000, x: 5})";
    let test = child::test_path!(suspect_node_table_with_new_rows_is_rebuilt);
    check(test, &[&["ALTER TABLE A DROP s", row]], 1);
    check(test, &[&[row, "ALTER TABLE A DROP s"]], 1);
    check(
        test,
        &[&["ALTER TABLE A DROP s"], &["CHECKPOINT"], &[row]],
        1,
    );
}

#[test]
fn suspect_rel_table_is_rebuilt() {
    if let Some(path) = child::path() {
        child(&path);
    }
    check(
        child::test_path!(suspect_rel_table_is_rebuilt),
        &[&["ALTER TABLE R DROP w"]],
        0,
    );
}

/// Proves that the engine crashes without the rebuild.
#[test]
fn suspect_table_without_rebuild_crashes_the_engine() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let test = child::test_path!(suspect_table_without_rebuild_crashes_the_engine);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mut db = TestDatabase::open_at(&path);
    db.execute(MANUAL_DDL);
    db.close();
    killed_after(test, &path, &["ALTER TABLE A DROP s"]);
    std::fs::write(path.with_extension("statements"), DML.join("\n")).unwrap();
    let status = child::start(test, &path).wait_with_output().unwrap().status;
    assert_eq!(status.code(), None, "it ended by a signal");
}

/// An intact table with a column gap loses nothing by the rebuild, which happens once.
#[test]
fn intact_table_with_a_column_gap_is_rebuilt_once() {
    let mut db = TestDatabase::from_cypher(MANUAL_DDL);
    db.execute(&[
        "ALTER TABLE A DROP s",
        "CHECKPOINT",
        "ALTER TABLE R DROP w",
        "CHECKPOINT",
    ]);
    db.reopen();
    db.execute(&[
        "CREATE (:A {id: 5000, x: 5})",
        "MATCH (a:A {id: 7}) SET a.x = 7",
    ]);
    let report = db.migrate_cleanly(declaration());
    assert!(
        report
            .to_string()
            .contains("A is rebuilt with all its rows: a property was dropped in place"),
        "{report}"
    );
    assert_eq!(db.rows(ROWS), ALL);
    db.reopen();
    db.assert_up_to_date(declaration());
    db.execute(DML);
    // A table that never lost a property is not rebuilt.
    let other = TestDatabase::migrated(declaration());
    other.execute(&["ALTER TABLE A ADD y INT64", "ALTER TABLE A DROP y"]);
    let again = other.migrate(declaration()).unwrap();
    assert!(again.steps.is_empty(), "{again}");
}

/// An unmanaged table is reported, together with the repair that works.
#[test]
fn suspect_unmanaged_table_is_reported() {
    let db = TestDatabase::from_cypher(MANUAL_DDL);
    db.execute(&[
        "CREATE NODE TABLE Foreign(id INT64 PRIMARY KEY, a INT64, b INT64)",
        "ALTER TABLE Foreign DROP a",
    ]);
    let declaration = schema![v2::B];
    let report = db.migrate(declaration).unwrap();
    let text = report.to_string();
    assert!(
        text.contains("Foreign is not rebuilt")
            && text.contains("a property was dropped in place")
            && text.contains("copy row by row"),
        "{text}"
    );
    assert_eq!(report.steps.len(), 1, "{text}");
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }
}
