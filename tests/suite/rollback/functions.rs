//! Rollback of conversions by functions: the archive has the former values.

use kuzu_ddl::history::Point;
use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        n: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        n: Option<String>,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::number, on_fail = "default", default = -1)]
        n: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        #[kuzu(cast_with = super::number, on_fail = "default", default = -1)]
        n: Option<i64>,
    }
}

/// No text below is the engine's text of its number.
fn number(text: &str) -> Result<i64, &'static str> {
    match text {
        "seven" => Ok(7),
        " 08" => Ok(8),
        _ => Err("no number"),
    }
}

fn old() -> Declaration {
    schema![v1::A, v1::R]
}

fn new() -> Declaration {
    schema![v2::A, v2::R]
}

const ALL: &str = "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->(:A) RETURN a.id, a.n, r.n ORDER BY a.id";

#[test]
fn values_of_failed_conversions_return_too() {
    let mut db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (:A {id: 1, n: 'seven'}), (:A {id: 2, n: ' 08'}), (:A {id: 3, n: 'many'}), (:A {id: 4})",
        "CREATE (:A {id: 5, n: '12'})",
        "MATCH (a:A) CREATE (a)-[:R {n: a.n}]->(a)",
    ]);
    let before = db.rows(ALL);
    let report = db.migrate(new()).unwrap();
    assert_eq!(report.deferred, []);
    let now = db.rows(ALL);
    assert_eq!(now, "1|7|7; 2|8|8; 3|-1|-1; 4|NULL|NULL; 5|-1|-1");
    for _ in 0..2 {
        let back = db.migrator(new()).allow_partial_rollback();
        back.rollback(Point::Revision(1)).unwrap();
        assert_eq!(db.rows(ALL), before);
        db.assert_up_to_date(old());
        db.reopen();
        db.migrator(new()).reapply_rolled_back().migrate().unwrap();
        assert_eq!(db.rows(ALL), now);
    }
}
