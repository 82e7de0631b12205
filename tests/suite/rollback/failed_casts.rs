//! Rollback of casts that fail on values which only execution detects.

use kuzu_ddl::history::Point;
use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        day: Option<String>,
        n: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        day: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "date(old)", on_fail = "null")]
        day: Option<time::Date>,
        #[kuzu(cast = "CAST(date(old) - date('2000-01-01') AS INT64)", on_fail = "default", default = -1)]
        n: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        #[kuzu(cast = "date(old)", on_fail = "null")]
        day: Option<time::Date>,
    }
}

fn old() -> Declaration {
    schema![v1::A, v1::R]
}

fn new() -> Declaration {
    schema![v2::A, v2::R]
}

const ALL: &str = "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->(:A) RETURN a.id, CAST(a.day AS STRING), CAST(a.n AS STRING), CAST(r.day AS STRING) ORDER BY a.id";

/// Two rows whose casts failed, two whose casts succeeded, one without values.
fn migrated() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "UNWIND [['1', 'soon'], ['2', '2000-01-02'], ['3', 'never'], ['4', '2000-1-3']] AS x CREATE (:A {id: CAST(x[1] AS INT64), day: x[2], n: x[2]})",
        "CREATE (:A {id: 5})",
        "MATCH (a:A) WHERE a.id < 5 MATCH (b:A {id: 5}) CREATE (a)-[:R {day: a.day}]->(b)",
    ]);
    db.migrate_cleanly(new());
    assert_eq!(
        db.rows(ALL),
        "1|NULL|-1|NULL; 2|2000-01-02|1|2000-01-02; 3|NULL|-1|NULL; 4|2000-01-03|2|2000-01-03; 5|NULL|NULL|NULL"
    );
    db
}

#[test]
fn failed_values_return_and_newer_values_stay() {
    let mut db = migrated();
    db.execute(&[
        "MATCH (a:A {id: 3}) SET a.day = date('2024-02-29'), a.n = 77",
        "MATCH (a:A {id: 4}) SET a.day = NULL, a.n = NULL",
        "MATCH (:A {id: 3})-[r:R]->() SET r.day = date('2024-02-29')",
        "CREATE (:A {id: 6, day: date('1999-09-09')})",
    ]);
    let now = db.rows(ALL);
    db.migrator(new()).rollback(Point::Revision(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(
            db.rows(ALL),
            "1|soon|soon|soon; 2|2000-01-02|2000-01-02|2000-01-02; 3|2024-02-29|77|2024-02-29; 4|NULL|NULL|2000-1-3; 5|NULL|NULL|NULL; 6|1999-09-09|-1|NULL"
        );
        db.assert_up_to_date(old());
        db.reopen();
    }
    db.migrator(new()).reapply_rolled_back().migrate().unwrap();
    db.assert_up_to_date(new());
    assert_eq!(db.rows(ALL), now);
}

/// Two rounds give the same result as one.
#[test]
fn repeated_rollback_and_reapplication_is_stable() {
    let db = migrated();
    let now = db.rows(ALL);
    for _ in 0..2 {
        db.migrator(new()).rollback(Point::Revision(1)).unwrap();
        assert_eq!(
            db.rows("MATCH (a:A) RETURN a.day ORDER BY a.id"),
            "soon; 2000-01-02; never; 2000-1-3; NULL"
        );
        db.assert_up_to_date(old());
        db.migrator(new()).reapply_rolled_back().migrate().unwrap();
        assert_eq!(db.rows(ALL), now);
    }
}

mod float {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct F {
        #[kuzu(primary_key)]
        id: i64,
        x: Option<f64>,
    }

    pub(super) mod small {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(crate) struct F {
            #[kuzu(primary_key)]
            id: i64,
            #[kuzu(cast = "CAST(old * old AS INT8)", on_fail = "null")]
            x: Option<i8>,
        }
    }
}

/// Where values cannot be compared as text, the present ones are cast back.
#[test]
fn floats_are_cast_back() {
    let db = TestDatabase::migrated(schema![float::F]);
    db.execute(&["CREATE (:F {id: 1, x: 2.25}), (:F {id: 2, x: 3.5})"]);
    db.migrate_cleanly(schema![float::small::F]);
    db.migrator(schema![float::F])
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(
        db.rows("MATCH (f:F) RETURN f.id, f.x ORDER BY f.id"),
        "1|2.25; 2|3.5"
    );
    db.assert_up_to_date(schema![float::F]);
}
