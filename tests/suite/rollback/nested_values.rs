//! Rollback of changes between types that the engine cannot compare: the archived values return as
//! they are, and values written since are converted back.

use kuzu_ddl::Error;
use kuzu_ddl::history::Point;

use crate::fixture::sketch::sketch;
use crate::fixture::{TestDatabase, exact_rows};

/// A change of the property `v` of a node table and a rel table.
struct Case {
    from: &'static str,
    to: &'static str,
    cast: &'static str,
    /// Values, as Cypher.
    values: &'static [&'static str],
    /// A value written since, as Cypher, and the value to which it is converted back, as text;
    /// `None` if it cannot be.
    since: (&'static str, Option<&'static str>),
}

const CASES: &[Case] = &[
    Case {
        from: "STRING",
        to: "STRUCT(a STRING, b STRING)",
        cast: "{a: old, b: 'new'}",
        values: &["''", "' x '", "'x, y'", "'plain'", "NULL", "'{a: 1}'"],
        since: ("{a: 'later', b: 'q'}", Some("{a: later, b: q}")),
    },
    Case {
        from: "STRUCT(a STRING, b DOUBLE)",
        to: "STRUCT(s STRUCT(a STRING, b DOUBLE), c INT64)",
        cast: "{s: old, c: 1}",
        values: &[
            "{a: '', b: 0.1234567890123456}",
            "{a: ' x ', b: 1e300}",
            "{a: 'x, y', b: CAST(NULL AS DOUBLE)}",
            "NULL",
        ],
        since: ("{s: {a: 'later', b: 0.5}, c: 2}", None),
    },
    Case {
        from: "MAP(STRING, INT64[])",
        to: "STRUCT(n INT64, m MAP(STRING, INT64[]))",
        cast: "{n: 1, m: old}",
        values: &[
            "map(['a', 'b'], [[1, 2], [3]])",
            "map([' x '], [[4]])",
            "NULL",
        ],
        since: ("NULL", Some("NULL")),
    },
    Case {
        from: "json",
        to: "STRUCT(j json)",
        cast: "{j: old}",
        values: &[
            "CAST('{\"a\": 1.0}' AS json)",
            "CAST('[1, \"x\"]' AS json)",
            "NULL",
        ],
        since: ("NULL", Some("NULL")),
    },
    Case {
        from: "UNION(a INT64, b STRING)",
        to: "STRING",
        cast: "CAST(old AS STRING)",
        values: &[
            "CAST(' t ' AS UNION(a INT64, b STRING))",
            "CAST(7 AS UNION(a INT64, b STRING))",
            "NULL",
        ],
        since: ("NULL", Some("NULL")),
    },
];

const ALL: [&str; 2] = [
    "MATCH (x:A) RETURN x.id, x.v ORDER BY x.id",
    "MATCH (a:A)-[x:R]->(:A) RETURN a.id, x.v ORDER BY a.id",
];

/// The values exactly, not as the engine's text.
fn all(db: &TestDatabase) -> Vec<String> {
    ALL.iter().flat_map(|query| exact_rows(db, query)).collect()
}

fn source(ty: &str, cast: &str) -> String {
    let property = format!("v {ty}{cast}");
    format!("node A: id INT64; {property}\nedge R A>A: {property}")
}

fn migrated(case: &Case) -> (TestDatabase, Vec<String>) {
    let old = source(case.from, "");
    let db = TestDatabase::migrated(sketch(&old));
    for (i, value) in case.values.iter().enumerate() {
        let value = format!("CAST({value} AS {})", case.from);
        db.execute(&[
            &format!("CREATE (:A {{id: {i}, v: {value}}})"),
            &format!("MATCH (a:A {{id: {i}}}) CREATE (a)-[:R {{v: {value}}}]->(a)"),
        ]);
    }
    let before = all(&db);
    let new = source(case.to, &format!(" | cast {}", case.cast));
    db.migrate_cleanly(sketch(&new));
    (db, before)
}

#[test]
fn archived_values_return_as_they_are() {
    for case in CASES {
        let (mut db, before) = migrated(case);
        let now = all(&db);
        for _ in 0..2 {
            let migrator = db.migrator(sketch(&source(case.from, "")));
            migrator
                .rollback(Point::Revision(1))
                .unwrap_or_else(|e| panic!("{} to {}: {e}", case.to, case.from));
            assert_eq!(all(&db), before, "{} to {}", case.to, case.from);
            db.reopen();
            assert_eq!(all(&db), before, "{} to {}", case.to, case.from);
            let new = source(case.to, &format!(" | cast {}", case.cast));
            let again = db.migrator(sketch(&new)).reapply_rolled_back();
            again.migrate().unwrap();
            assert_eq!(all(&db), now, "{} to {}", case.from, case.to);
            db.assert_up_to_date(sketch(&new));
        }
    }
}

#[test]
fn values_written_since_are_converted_back_or_counted() {
    for case in CASES {
        let (db, before) = migrated(case);
        let (value, back) = case.since;
        let value = format!("CAST({value} AS {})", case.to);
        db.execute(&[
            &format!("MATCH (x:A {{id: 0}}) SET x.v = {value}"),
            &format!("CREATE (:A {{id: 99, v: {value}}})"),
            &format!("MATCH (:A {{id: 1}})-[x:R]->() SET x.v = {value}"),
        ]);
        let migrator = db.migrator(sketch(&source(case.from, "")));
        let result = migrator.rollback(Point::Revision(1));
        let Some(back) = back else {
            assert!(
                matches!(result, Err(Error::PreflightFailed(_))),
                "{result:?}"
            );
            continue;
        };
        result.unwrap_or_else(|e| panic!("{} to {}: {e}", case.to, case.from));
        let text = |query: &str| db.rows(query);
        assert_eq!(text("MATCH (x:A {id: 0}) RETURN CAST(x.v AS STRING)"), back);
        assert_eq!(
            text("MATCH (x:A {id: 99}) RETURN CAST(x.v AS STRING)"),
            back
        );
        let rel = "MATCH (:A {id: 1})-[x:R]->() RETURN CAST(x.v AS STRING)";
        assert_eq!(text(rel), back);
        let now = all(&db);
        // The others are the archived ones.
        let n = case.values.len();
        assert_eq!(now[1..n], before[1..n]);
        assert_eq!(now[n + 1..n + 2], before[n..n + 1]);
        assert_eq!(now[n + 3..], before[n + 2..]);
    }
}

/// A text that an application writes later is no STRUCT: the row is counted, nothing is changed.
#[test]
fn values_that_cannot_be_converted_back_are_counted() {
    let old = source("STRUCT(a INT64, b STRING)", "");
    let db = TestDatabase::migrated(sketch(&old));
    db.execute(&[
        "CREATE (:A {id: 1, v: {a: 1, b: ' x, y '}})",
        "CREATE (:A {id: 2, v: {a: 2, b: ''}})",
    ]);
    let before = all(&db);
    let new = source("STRING", " | cast CAST(old AS STRING)");
    db.migrate_cleanly(sketch(&new));
    db.execute(&["CREATE (:A {id: 3, v: 'no struct'})"]);
    let snapshot = db.snapshot();
    match db.migrator(sketch(&old)).rollback(Point::Revision(1)) {
        Err(Error::PreflightFailed(failures)) => {
            assert_eq!(failures.len(), 1);
            assert_eq!(failures[0].object, "A.v");
        }
        other => panic!("{other:?}"),
    }
    assert_eq!(db.snapshot(), snapshot);
    db.execute(&["MATCH (x:A {id: 3}) DELETE x"]);
    db.migrator(sketch(&old))
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(all(&db), before);
}

/// A chain of casts that lose the values: a rollback over all of it returns them or is refused, and
/// one version at a time returns them.
#[test]
fn values_lost_by_a_chain_of_casts_return() {
    let first = "node A: id INT64; v STRUCT(n INT64)[]";
    let second = "node A: id INT64; v STRING | cast CAST(old AS STRING)";
    let third = "node A: id INT64; v INT64 | cast CAST(old AS INT64) | on_fail null";
    let rows = "MATCH (x:A) RETURN x.id, x.v ORDER BY x.id";
    for path in [&[1][..], &[2, 1]] {
        let mut db = TestDatabase::migrated(sketch(first));
        db.execute(&[
            "CREATE (:A {id: 1, v: [{n: 1}]}), (:A {id: 2, v: [{n: 2}, {n: 3}]}), (:A {id: 3})",
        ]);
        let before = exact_rows(&db, rows);
        db.migrate_cleanly(sketch(second));
        db.migrate_cleanly(sketch(third));
        let snapshot = db.snapshot();
        for revision in path {
            let migrator = db.migrator(sketch(third));
            match migrator.rollback(Point::Revision(*revision)) {
                Err(Error::PreflightFailed(_)) if path.len() == 1 => {
                    assert_eq!(db.snapshot(), snapshot);
                    continue;
                }
                result => drop(result.unwrap_or_else(|e| panic!("{e}"))),
            }
            if *revision == 1 {
                assert_eq!(exact_rows(&db, rows), before);
                db.reopen();
                assert_eq!(exact_rows(&db, rows), before);
            }
        }
    }
}
