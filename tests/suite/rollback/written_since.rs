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

#[test]
fn values_written_since_a_conversion_by_an_expression_stay() {
    let old = || sketch("node A: id INT64; v STRING\nedge R A>A: v STRING");
    let cast = "v DECIMAL(10, 2) | cast CAST(concat(old, '0') AS DECIMAL(10, 2))";
    let new = || sketch(&format!("node A: id INT64; {cast}\nedge R A>A: {cast}"));
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (a:A {id: 0, v: '1.5'})-[:R {v: '1.5'}]->(a)",
        "CREATE (a:A {id: 1, v: '2.5'})-[:R {v: '2.5'}]->(a)",
    ]);
    db.migrate(new()).unwrap();
    let [node, rel] = set(0, "CAST(7.25 AS DECIMAL(10, 2))");
    db.execute(&[&node, &rel]);
    db.migrator(new()).rollback(Point::Revision(1)).unwrap();
    let rows = db.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.v, r.v ORDER BY a.id");
    assert_eq!(rows, "0|7.25|7.25; 1|2.5|2.5");
}

/// Some values failed in the expression, and the conversion back is in Rust.
#[test]
fn values_written_since_a_failed_expression_stay() {
    let old = || sketch("node A: id INT64; v STRING\nedge R A>A: v STRING");
    let cast = "v DOUBLE | cast CAST(repeat(old, 1) AS DOUBLE) | on_fail null";
    let new = || sketch(&format!("node A: id INT64; {cast}\nedge R A>A: {cast}"));
    let db = TestDatabase::migrated(old());
    for (id, text) in ["1.50", "many", "few", "2.50"].iter().enumerate() {
        db.execute(&[&format!(
            "CREATE (a:A {{id: {id}, v: '{text}'}})-[:R {{v: '{text}'}}]->(a)"
        )]);
    }
    db.migrate(new()).unwrap();
    let writes = [set(0, "7.25"), set(1, "0.5")].concat();
    let writes: Vec<&str> = writes.iter().map(String::as_str).collect();
    db.execute(&writes);
    db.migrator(new()).rollback(Point::Revision(1)).unwrap();
    let rows = db.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.v, r.v ORDER BY a.id");
    assert_eq!(rows, "0|7.25|7.25; 1|0.5|0.5; 2|few|few; 3|2.50|2.50");
}

/// A value that was not written since either change returns as it was, although nothing converts it.
#[test]
fn values_of_an_expression_return_over_a_detour() {
    let of = |ty: &str| sketch(&format!("node A: id INT64; v {ty}\nedge R A>A: v {ty}"));
    let old = || of("INT64");
    let new = || of("STRUCT(s INT64, n INT64) | cast {s: old, n: 1}");
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (a:A {id: 0, v: 5})-[:R {v: 5}]->(a)",
        "CREATE (a:A {id: 1})-[:R]->(a)",
    ]);
    let rows =
        |db: &TestDatabase| db.rows("MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.v, r.v ORDER BY a.id");
    let first = rows(&db);
    db.migrate(new()).unwrap();
    let second = rows(&db);
    for _ in 0..2 {
        db.migrator(new()).rollback(Point::Revision(1)).unwrap();
        assert_eq!(rows(&db), first);
        db.migrator(new()).rollback(Point::Revision(2)).unwrap();
        assert_eq!(rows(&db), second);
    }
}

/// A value that is written back to what it was is converted, not replaced by the archived one.
#[test]
fn a_value_that_is_written_as_it_was_is_converted() {
    let old = || sketch("node A: id INT64; v STRING\nedge R A>A: v STRING");
    let cast = "v INT64 | cast CAST(old AS INT64)";
    let new = || sketch(&format!("node A: id INT64; {cast}\nedge R A>A: {cast}"));
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (a:A {id: 0, v: '5'})-[:R {v: '5'}]->(a)"]);
    db.migrate(new()).unwrap();
    let [node, rel] = set(0, "7");
    db.execute(&[&node, &rel]);
    db.migrator(new()).rollback(Point::Revision(1)).unwrap();
    let rows = "MATCH (a:A)-[r:R]->(:A) RETURN a.id, a.v, r.v";
    assert_eq!(db.rows(rows), "0|7|7");
    let [node, rel] = set(0, "'5'");
    db.execute(&[&node, &rel]);
    db.migrator(new()).rollback(Point::Revision(2)).unwrap();
    assert_eq!(db.rows(rows), "0|5|5");
}

/// What a trial run finds about the rows is in the statements, but not in the fingerprint.
#[test]
fn the_fingerprint_of_a_return_does_not_depend_on_rows() {
    let of = |ty: &str| sketch(&format!("node A: id INT64; v {ty}"));
    let new = || of("INT64 | cast CAST(old AS INT64)");
    let mut statements = std::collections::BTreeSet::new();
    let fingerprints = [false, true].map(|has_rows| {
        let db = TestDatabase::migrated(of("STRING"));
        if has_rows {
            db.execute(&["CREATE (:A {id: 0, v: '5'})"]);
        }
        db.migrate(new()).unwrap();
        db.migrator(new()).rollback(Point::Revision(1)).unwrap();
        if has_rows {
            db.execute(&["CREATE (:A {id: 1, v: '6'})"]);
        }
        let plan = db.migrator(new()).plan_rollback(Point::Revision(2));
        let plan = plan.unwrap();
        let cypher: Vec<String> = plan.steps.iter().flat_map(|s| s.cypher.clone()).collect();
        statements.insert(cypher);
        plan.fingerprint()
    });
    assert_eq!(fingerprints[0], fingerprints[1]);
    assert_eq!(statements.len(), 2, "{statements:#?}");
}
