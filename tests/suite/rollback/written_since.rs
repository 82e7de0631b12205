//! Rollback of conversions that are computed in Rust: rows that were written since keep what was
//! written.

use kuzu_ddl::history::Point;

use crate::fixture::TestDatabase;
use crate::fixture::sketch::sketch;

/// Migrates rows with the texts of `texts` to DECIMAL, executes `writes`, and returns the rows
/// after a rollback.
fn rolled_back(default: &str, on_fail: &str, texts: &[&str], writes: &[&str]) -> String {
    let old = || {
        sketch(&format!(
            "node A: id INT64; v STRING{default}\nedge R A>A: v STRING{default}"
        ))
    };
    let cast = "DECIMAL(10, 2) = CAST(0 AS DECIMAL(10, 2)) | cast CAST(old AS DECIMAL(10, 2))";
    let new = || {
        sketch(&format!(
            "node A: id INT64; v {cast}{on_fail}\nedge R A>A: v {cast}{on_fail}"
        ))
    };
    let db = TestDatabase::migrated(old());
    for (id, text) in texts.iter().enumerate() {
        db.execute(&[&format!(
            "CREATE (a:A {{id: {id}, v: {text}}})-[:R {{v: {text}}}]->(a)"
        )]);
    }
    db.migrate(new()).unwrap();
    db.execute(writes);
    db.migrator(new())
        .allow_partial_rollback()
        .rollback(Point::Revision(1))
        .unwrap();
    db.assert_up_to_date(old());
    db.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.v, r.v ORDER BY a.id")
}

/// Writes a value of node and rel.
fn set(id: u64, value: &str) -> [String; 2] {
    [
        format!("MATCH (a:A {{id: {id}}}) SET a.v = {value}"),
        format!("MATCH (a:A {{id: {id}}})-[r:R]->(a) SET r.v = {value}"),
    ]
}

#[test]
fn rows_inserted_since_do_not_get_the_archived_default() {
    let created = "CREATE (a:A {id: 7, v: CAST(12.25 AS DECIMAL(10, 2))})-[:R {v: CAST(12.25 AS DECIMAL(10, 2))}]->(a)";
    let rows = rolled_back(" = 'none'", "", &["'1.5'"], &[created]);
    assert_eq!(rows, "0|1.5|1.5; 7|12.25|12.25");
}

#[test]
fn values_that_were_removed_since_do_not_return() {
    let [node, rel] = set(0, "NULL");
    let rows = rolled_back("", "", &["'1.5'", "'2.5'"], &[&node, &rel]);
    assert_eq!(rows, "0|NULL|NULL; 1|2.5|2.5");
}

#[test]
fn values_written_since_a_failed_conversion_stay() {
    let [node, rel] = set(0, "CAST(7.25 AS DECIMAL(10, 2))");
    let texts = ["'many'", "'few'", "' 1.5'"];
    let rows = rolled_back("", " | on_fail default", &texts, &[&node, &rel]);
    assert_eq!(rows, "0|7.25|7.25; 1|few|few; 2| 1.5| 1.5");
    let rows = rolled_back("", " | on_fail null", &texts, &[&node, &rel]);
    assert_eq!(rows, "0|7.25|7.25; 1|few|few; 2| 1.5| 1.5");
}

#[test]
fn a_backfill_of_missing_values_is_undone() {
    let [node, rel] = set(1, "CAST(7.25 AS DECIMAL(10, 2))");
    let fill = " | fill CAST(9 AS DECIMAL(10, 2))";
    let rows = rolled_back("", fill, &["NULL", "NULL", "' 1.5'"], &[&node, &rel]);
    assert_eq!(rows, "0|NULL|NULL; 1|7.25|7.25; 2| 1.5| 1.5");
}
