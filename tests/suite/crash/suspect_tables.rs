//! B1c: a property was dropped in place and the process was killed. The engine then crashes at a
//! checkpoint, and at every start after that; a start of ours makes the table anew before.

use std::path::Path;

use crate::fixture::{Bed, Said, child};
use kuzu_ddl::schema;

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

fn said() -> Said {
    schema![v1::A, v1::R]
}

/// Tables as declared, each with a property in the middle that is nobody's business, and rows.
const BY_HAND: &[&str] = &[
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, s STRING, x INT64)",
    "CREATE REL TABLE R(FROM A TO A, w STRING, k INT64, MANY_ONE)",
    "UNWIND range(1, 3000) AS i CREATE (:A {id: i, s: CAST(i AS STRING), x: i})",
    "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: 'w', k: a.id}]->(b)",
    "CHECKPOINT",
];

const ROWS: &str = "MATCH (a:A)-[r:R]->(b:A) RETURN count(*), sum(a.x), sum(r.k), min(b.id)";
const ALL: &str = "3000|4501500|4501500|1";

/// Runs the statements of a file beside the database, and is killed.
fn child(path: &Path) -> ! {
    let statements = std::fs::read_to_string(path.with_extension("statements")).unwrap();
    let bed = Bed::at(path);
    for statement in statements.lines() {
        bed.run(&[statement]);
    }
    child::exit()
}

fn killed_after(test: &str, path: &Path, statements: &[&str]) {
    std::fs::write(path.with_extension("statements"), statements.join("\n")).unwrap();
    child::run_to_exit(test, path);
}

/// What the engine does with a table that is not mended.
const DML: &[&str] = &["CREATE (:A {id: 9000, x: 1})", "CHECKPOINT"];

fn check(test: &str, stages: &[&[&str]], extra: i64) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mut bed = Bed::at(&path);
    bed.run(BY_HAND);
    bed.close();
    for statements in stages {
        killed_after(test, &path, statements);
    }
    let mut bed = Bed::at(&path);
    let report = bed.migrate(said()).unwrap();
    let text = report.to_string();
    assert!(text.contains("a property was dropped in place"), "{text}");
    for _ in 0..2 {
        bed.settled(said());
        assert_eq!(
            bed.rows("MATCH (a:A) RETURN count(*)"),
            (3000 + extra).to_string()
        );
        assert_eq!(bed.rows(ROWS), ALL);
        bed.reopen();
    }
    bed.run(DML);
    bed.run(&[
        "MATCH (a:A {id: 9000}), (b:A {id: 2}) CREATE (a)-[:R {k: 0}]->(b)",
        "CHECKPOINT",
    ]);
    bed.reopen();
    bed.settled(said());
    assert_eq!(bed.rows("MATCH (:A)-[r:R]->() RETURN count(*)"), "3001");
}

#[test]
fn a_node_table() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let test = "crash::suspect_tables::a_node_table";
    check(test, &[&["ALTER TABLE A DROP s"]], 0);
    check(test, &[&["ALTER TABLE A DROP s"], &["CHECKPOINT"]], 0);
}

#[test]
fn a_node_table_with_rows_since() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let row = "CREATE (:A {id: 5000, x: 5})";
    let test = "crash::suspect_tables::a_node_table_with_rows_since";
    check(test, &[&["ALTER TABLE A DROP s", row]], 1);
    check(test, &[&[row, "ALTER TABLE A DROP s"]], 1);
    check(
        test,
        &[&["ALTER TABLE A DROP s"], &["CHECKPOINT"], &[row]],
        1,
    );
}

#[test]
fn a_rel_table() {
    if let Some(path) = child::path() {
        child(&path);
    }
    check(
        "crash::suspect_tables::a_rel_table",
        &[&["ALTER TABLE R DROP w"]],
        0,
    );
}

/// That it would crash otherwise: the test is worth something.
#[test]
fn unmended_it_crashes() {
    if let Some(path) = child::path() {
        child(&path);
    }
    let test = "crash::suspect_tables::unmended_it_crashes";
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    let mut bed = Bed::at(&path);
    bed.run(BY_HAND);
    bed.close();
    killed_after(test, &path, &["ALTER TABLE A DROP s"]);
    std::fs::write(path.with_extension("statements"), DML.join("\n")).unwrap();
    let status = child::start(test, &path).wait_with_output().unwrap().status;
    assert_eq!(status.code(), None, "it ended by a signal");
}

/// A sound table with a gap loses nothing by it, and it happens once.
#[test]
fn a_sound_table() {
    let mut bed = Bed::by_hand(BY_HAND);
    bed.run(&[
        "ALTER TABLE A DROP s",
        "CHECKPOINT",
        "ALTER TABLE R DROP w",
        "CHECKPOINT",
    ]);
    bed.reopen();
    bed.run(&[
        "CREATE (:A {id: 5000, x: 5})",
        "MATCH (a:A {id: 7}) SET a.x = 7",
    ]);
    let report = bed.up(said());
    assert!(
        report
            .to_string()
            .contains("A: a property was dropped in place"),
        "{report}"
    );
    assert_eq!(bed.rows(ROWS), ALL);
    bed.reopen();
    bed.settled(said());
    bed.run(DML);
    // A table that never lost a property is left alone.
    let other = Bed::with(said());
    other.run(&["ALTER TABLE A ADD y INT64", "ALTER TABLE A DROP y"]);
    let again = other.migrate(said()).unwrap();
    assert!(again.steps.is_empty(), "{again}");
}

/// What is not ours is told about, with the way that works.
#[test]
fn a_foreign_table() {
    let bed = Bed::by_hand(BY_HAND);
    bed.run(&[
        "CREATE NODE TABLE Foreign(id INT64 PRIMARY KEY, a INT64, b INT64)",
        "ALTER TABLE Foreign DROP a",
    ]);
    let said = schema![v2::B];
    let report = bed.migrate(said).unwrap();
    let text = report.to_string();
    assert!(
        text.contains("Foreign: a property was dropped in place")
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
