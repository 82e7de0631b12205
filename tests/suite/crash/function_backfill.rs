//! `kill -9` at every writing statement of a function backfill: the file opens, nothing is lost,
//! and the next start completes the migration.

use std::path::Path;

use kuzu_ddl::{Migrator, schema};

use crate::fixture::kill::{kill_at, memory_dir, migrate_watched};
use crate::fixture::prices::v1;
use crate::fixture::{Declaration, TestDatabase, child};

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use crate::fixture::prices::{cents, first};

    #[derive(KuzuNode)]
    #[kuzu(unregistered, dropped("full_name"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = cents)]
        price: i64,
        #[kuzu(fill_with = first(full_name), default = "new")]
        first: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        #[kuzu(cast_with = cents)]
        w: i64,
    }
}

fn v2() -> Declaration {
    schema![v2::A, v2::R]
}

/// Rows per batch.
const BATCH: u64 = 20;
const ROWS: u64 = 50;

fn prepare(at: &Path) {
    let mut db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        &format!(
            "UNWIND range(1, {ROWS}) AS i CREATE (:A {{id: i, price: concat(CAST(i AS STRING), '.5'), \
             full_name: concat('N', CAST(i AS STRING), ' Lee')}})"
        ),
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.price}]->(b)",
    ]);
    db.close();
    std::fs::copy(db.path(), at).unwrap();
}

/// The old values exist under one name or another, and no new value is wrong. Returns how many new
/// values exist.
fn check_values(db: &TestDatabase, at: &str) -> String {
    let column = db.rows("CALL table_info('A') WHERE name STARTS WITH 'price__' RETURN name");
    let old = if column.is_empty() { "price" } else { &column };
    let half =
        |column: &str| format!("sum(CAST(CAST(a.{column} AS DOUBLE) * 10 AS INT64) - 10 * a.id)");
    let existing = db.rows(&format!(
        "MATCH (a:A) RETURN count(*), sum(a.id), {}",
        half(old)
    ));
    assert_eq!(
        existing,
        format!("{ROWS}|{}|{}", ROWS * (ROWS + 1) / 2, 5 * ROWS),
        "killed at {at}"
    );
    assert_eq!(
        db.rows("MATCH (a:A)-[r:R]->(b:A {id: 1}) RETURN count(r.w)"),
        ROWS.to_string()
    );
    if column.is_empty() {
        return String::new();
    }
    let wrong = "MATCH (a:A) WHERE a.price <> 100 * a.id + 50 OR a.first <> concat('N', CAST(a.id AS STRING)) \
                 RETURN count(*)";
    assert_eq!(db.rows(wrong), "0", "killed at {at}");
    db.rows("MATCH (a:A) RETURN count(a.price), count(a.first)")
}

fn check(path: &Path, at: &str) -> (String, bool) {
    let mut db = TestDatabase::open_at(path);
    let progress = check_values(&db, at);
    assert_eq!(db.drift(), "", "killed at {at}");
    let report = Migrator::new(db.kuzu())
        .declared_(v2())
        .batch(BATCH)
        .migrate();
    let report = report.unwrap_or_else(|e| panic!("killed at {at}: {e}"));
    db.execute(&["CHECKPOINT"]);
    let all = format!("{ROWS}|{ROWS}");
    assert_eq!(check_values(&db, at), all, "killed at {at}, and finished");
    db.reopen();
    assert_eq!(
        check_values(&db, at),
        all,
        "killed at {at}, and opened again"
    );
    assert_eq!(
        db.rows("MATCH (a:A)-[r:R]->() RETURN sum(r.w - 100 * a.id)"),
        (50 * ROWS).to_string()
    );
    db.assert_up_to_date(v2());
    (progress, report.is_up_to_date())
}

#[test]
fn kill_at_any_statement_of_a_function_backfill_is_resumed() {
    if let Some(path) = child::path() {
        migrate_watched(&path, v2(), BATCH);
    }
    let dir = memory_dir();
    let template = dir.path().join("template");
    prepare(&template);
    let mut states = Vec::new();
    for stop in 0.. {
        let path = dir.path().join(format!("{stop}.db"));
        std::fs::copy(&template, &path).unwrap();
        let test = child::test_path!(kill_at_any_statement_of_a_function_backfill_is_resumed);
        let at = kill_at(test, &path, stop);
        let (progress, done) = check(&path, &at);
        states.push(progress);
        assert_eq!(done, at == "the end", "killed at {at}");
        if at == "the end" {
            break;
        }
        std::fs::remove_file(&path).unwrap();
    }
    assert!(states.len() > 30, "only {} statements", states.len());
    // There was a kill between any two batches.
    states.dedup();
    let between = ["", "0|0", "20|0", "40|0", "50|0", "50|20", "50|40", "50|50"];
    assert_eq!(states, between);
}
