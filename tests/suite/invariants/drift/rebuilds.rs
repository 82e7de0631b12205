//! Rule 5: manual changes of columns that are tolerated, then a rebuild of their table. Names and
//! values stay together at every later start.

use kuzu_ddl::history::Point;
use kuzu_ddl::{DriftPolicy, Error};

use crate::fixture::TestDatabase;
use crate::fixture::sketch::sketch;

const FIRST: &str = "
    node A: id INT64; a INT64; b INT64; c INT64
    node B: id INT64
    edge R A>B: a INT64; b INT64; c INT64";

/// Rebuilds both tables: the node table for its key's type, the rel table with it.
const REBUILT: &str = "
    node A: id INT128; a INT64; b INT64; c INT64
    node B: id INT64
    edge R A>B: a INT64; b INT64; c INT64";

/// Rebuilds the rel table alone.
const REBUILT_RELS: &str = "
    node A: id INT64; a INT64; b INT64; c INT64
    node B: id INT64
    edge R A>B MANY_ONE: a INT64; b INT64; c INT64";

/// A migrated database with one row per table and a manual change.
fn changed(manual: &[&str]) -> TestDatabase {
    let db = TestDatabase::migrated(sketch(FIRST));
    db.execute(&[
        "CREATE (:A {id: 1, a: 10, b: 20, c: 30})",
        "CREATE (:B {id: 2})",
        "MATCH (x:A), (y:B) CREATE (x)-[:R {a: 100, b: 200, c: 300}]->(y)",
        "CHECKPOINT",
    ]);
    db.execute(manual);
    db.execute(&["CHECKPOINT"]);
    db
}

/// The columns of both tables with their values, without archived ones.
fn named_values(db: &TestDatabase) -> Vec<String> {
    let mut out = Vec::new();
    for (table, pattern) in [("A", "(x:A)"), ("R", "()-[x:R]->()")] {
        let names = db.rows(&format!("CALL table_info('{table}') RETURN name"));
        let mut names: Vec<&str> = names.split("; ").collect();
        names.retain(|name| !name.contains("__a_"));
        names.sort_unstable();
        for name in names {
            let value = db.rows(&format!("MATCH {pattern} RETURN x.`{name}`"));
            out.push(format!("{table}.{name}={value}"));
        }
    }
    out
}

/// The differences that a start reports.
#[track_caller]
fn differences(db: &TestDatabase, source: &str) -> Vec<String> {
    match db.migrate(sketch(source)) {
        Err(Error::DriftDetected(rows)) => rows.iter().map(ToString::to_string).collect(),
        Ok(report) => panic!("no drift: {report}"),
        Err(other) => panic!("{other}"),
    }
}

const MANUAL: &[&[&str]] = &[
    &["ALTER TABLE A DROP b", "ALTER TABLE R DROP b"],
    &["ALTER TABLE A DROP a", "ALTER TABLE R DROP a"],
    &["ALTER TABLE A RENAME b TO z", "ALTER TABLE R RENAME b TO z"],
    &[
        "ALTER TABLE A RENAME a TO t",
        "ALTER TABLE A RENAME b TO a",
        "ALTER TABLE A RENAME t TO b",
        "ALTER TABLE R RENAME a TO t",
        "ALTER TABLE R RENAME c TO a",
        "ALTER TABLE R RENAME t TO c",
    ],
    &[
        "ALTER TABLE A DROP b",
        "ALTER TABLE A RENAME c TO b",
        "ALTER TABLE R DROP b",
        "ALTER TABLE R RENAME c TO b",
    ],
    &[
        "ALTER TABLE A ADD extra INT64 DEFAULT CAST(7 AS INT64)",
        "ALTER TABLE R ADD extra INT64 DEFAULT CAST(8 AS INT64)",
    ],
    &[
        "ALTER TABLE A DROP b",
        "ALTER TABLE A ADD b STRING DEFAULT CAST('x' AS STRING)",
        "ALTER TABLE R DROP b",
        "ALTER TABLE R ADD b STRING DEFAULT CAST('y' AS STRING)",
    ],
];

#[test]
fn tolerated_columns_keep_their_names_through_a_rebuild() {
    for manual in MANUAL {
        for source in [REBUILT, REBUILT_RELS] {
            let mut db = changed(manual);
            let before = differences(&db, FIRST);
            let values = named_values(&db);
            let start = |db: &TestDatabase, source: &str| {
                let migrator = db.migrator(sketch(source));
                let report = migrator.drift_policy(DriftPolicy::Warn).migrate();
                report.unwrap_or_else(|e| panic!("{manual:?}: {e}"))
            };
            start(&db, source);
            for _ in 0..2 {
                assert_eq!(named_values(&db), values, "{manual:?}");
                assert_eq!(differences(&db, source), before, "{manual:?}");
                let again = start(&db, source);
                assert!(again.is_up_to_date(), "{manual:?}: {again}");
                db.reopen();
            }
        }
    }
}

#[test]
fn adopted_columns_keep_their_values_after_a_rebuild_and_a_rollback() {
    for manual in MANUAL {
        let db = changed(manual);
        let values = named_values(&db);
        let migrator = db.migrator(sketch(REBUILT));
        migrator.drift_policy(DriftPolicy::Warn).migrate().unwrap();
        db.execute(&["CHECKPOINT"]);
        let rolled_back = db
            .migrator(sketch(REBUILT))
            .drift_policy(DriftPolicy::Warn)
            .rollback(Point::Revision(1));
        rolled_back.unwrap_or_else(|e| panic!("{manual:?}: {e}"));
        assert_eq!(named_values(&db), values, "{manual:?}");
    }
}

const AMBIGUOUS: &str =
    "CREATE NODE TABLE A(id INT64 PRIMARY KEY, a INT64 DEFAULT 2 * (3 + 4), b INT64 DEFAULT -5)";

/// The catalog reports neither signs nor parentheses of such defaults.
#[test]
fn an_ambiguous_default_is_rebuilt_as_declared() {
    let first = "node A: id INT64; a INT64 = 2 * (3 + 4); b INT64 = -5";
    let second = "node A: id INT128; a INT64 = 2 * (3 + 4); b INT64 = -5";
    let db = TestDatabase::from_cypher(&[AMBIGUOUS]);
    db.migrate(sketch(first)).unwrap();
    db.execute(&["CREATE (:A {id: 1})"]);
    db.migrate(sketch(second)).unwrap();
    db.assert_up_to_date(sketch(second));
    db.execute(&["CREATE (:A {id: CAST(2 AS INT128)})"]);
    assert_eq!(
        db.rows("MATCH (x:A) RETURN x.id, x.a, x.b ORDER BY x.id"),
        "1|14|-5; 2|14|-5"
    );
}

/// Where the declaration does not give the default, nothing is rebuilt without it.
#[test]
fn an_ambiguous_default_that_is_not_declared_prevents_a_rebuild() {
    let db = TestDatabase::from_cypher(&[AMBIGUOUS]);
    let first = "node A: id INT64; a INT64; b INT64 = -5";
    db.migrate(sketch(first)).unwrap();
    let second = "node A: id INT128; a INT64; b INT64 = -5";
    let error = db.assert_refused(sketch(second)).to_string();
    assert!(
        error.contains("A.a: the table must be rebuilt")
            && error.contains("\"2 * 3 + 4\"")
            && error.contains("help: declare the property with its default"),
        "{error}"
    );
}
