//! Defaults that are evaluated once for several rows, and again at a replay.

use super::*;

/// The column is too short: a SET can be read, and is lost at the checkpoint. Only the first
/// value of every 2,048 remains.
#[test]
fn b9_default_that_differs_by_row_fills_one_row() {
    let fills = [
        ("u UUID DEFAULT gen_random_uuid()", false),
        ("u STRING DEFAULT CAST(nextval('sq') AS STRING)", false),
        ("u INT128 DEFAULT CAST(nextval('sq') AS INT128)", false),
        ("u INT64 DEFAULT CAST(nextval('sq') AS INT64)", true),
        (
            "u TIMESTAMP DEFAULT CAST(current_timestamp() AS TIMESTAMP)",
            true,
        ),
        ("u DATE DEFAULT CAST(current_date() AS DATE)", true),
    ];
    for (column, sound) in fills {
        let (_dir, db) = fresh();
        let s = db.session().unwrap();
        let add = format!("ALTER TABLE A ADD {column}");
        let ty = column.split(' ').nth(1).unwrap();
        let value = match ty {
            "UUID" => "concat('00000000-0000-0000-0000-00000000000', CAST(a.id AS STRING))",
            "TIMESTAMP" | "DATE" => "concat('2020-01-0', CAST(a.id AS STRING))",
            _ => "a.id",
        };
        let set = format!("MATCH (a:A) SET a.u = CAST({value} AS {ty})");
        run(&*s, A);
        run(
            &*s,
            &[
                "CREATE SEQUENCE sq",
                "CREATE (:A {id: 2}), (:A {id: 3})",
                "BEGIN TRANSACTION",
                &add,
                &set,
                "COMMIT",
            ],
        );
        let query = "MATCH (a:A) RETURN CAST(a.u AS STRING) ORDER BY a.id";
        let before = rows(&*s, query);
        run(&*s, &["CHECKPOINT"]);
        let after = rows(&*s, query);
        assert_eq!(after == before, sound, "{column}: {before}, then {after}");
        let first = |rows: &str| rows.split("; ").next().map(str::to_owned);
        assert_eq!(first(&after), first(&before), "{column}");
    }
}

#[test]
fn b10_replay_evaluates_defaults_again() {
    let test = test_name!();
    const QUERY: &str = "MATCH (a:A) RETURN CAST(a.t AS STRING)";
    if let Some(path) = child::path() {
        let db = open(&path);
        let s = db.session().unwrap();
        run(&*s, A);
        run(
            &*s,
            &["ALTER TABLE A ADD t TIMESTAMP DEFAULT CAST(current_timestamp() AS TIMESTAMP)"],
        );
        std::fs::write(path.with_extension("before"), rows(&*s, QUERY)).unwrap();
        child::exit();
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("db");
    child::run_to_exit(test, &path);
    let before = std::fs::read_to_string(path.with_extension("before")).unwrap();
    let db = open(&path);
    assert_ne!(rows(&*db.session().unwrap(), QUERY), before);
}
