//! Rollback of type changes that have no reverse cast in the engine.

use kuzu_ddl::history::Point;
use kuzu_ddl::{Error, schema};

use crate::fixture::sketch::sketch;
use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        born: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        since: i64,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct Person {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "make_date(old / 10000, old / 100 % 100, old % 100)")]
        born: time::Date,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Person, to = Person)]
    pub(super) struct Knows {
        #[kuzu(cast = "make_date(old / 10000, old / 100 % 100, old % 100)")]
        since: time::Date,
    }
}

fn old() -> Declaration {
    schema![v1::Person, v1::Knows]
}

const ALL: &str = "MATCH (a:Person)-[k:Knows]->(b:Person) RETURN a.id, CAST(a.born AS STRING), CAST(k.since AS STRING) ORDER BY a.id";

fn migrated() -> TestDatabase {
    let db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (:Person {id: 1, born: 19800131}), (:Person {id: 2, born: 20001201})",
        "MATCH (a:Person), (b:Person {id: 1}) CREATE (a)-[:Knows {since: 20200000 + 110 + a.id}]->(b)",
    ]);
    db.migrate_cleanly(schema![v2::Person, v2::Knows]);
    assert_eq!(
        db.rows(ALL),
        "1|1980-01-31|2020-01-11; 2|2000-12-01|2020-01-12"
    );
    db
}

#[test]
fn archived_values_return_without_a_reverse_cast() {
    let mut db = migrated();
    db.migrator(old()).rollback(Point::Revision(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(db.rows(ALL), "1|19800131|20200111; 2|20001201|20200112");
        db.assert_up_to_date(old());
        db.reopen();
    }
    // Reapplied: the restored values were never cast from the new ones.
    let new = || schema![v2::Person, v2::Knows];
    db.migrator(new()).reapply_rolled_back().migrate().unwrap();
    db.assert_up_to_date(new());
    assert_eq!(
        db.rows(ALL),
        "1|1980-01-31|2020-01-11; 2|2000-12-01|2020-01-12"
    );
}

/// A value written since has no archived value and no reverse cast: nothing is changed.
#[test]
fn new_values_without_a_reverse_cast_prevent_the_rollback() {
    let db = migrated();
    db.execute(&["MATCH (p:Person {id: 2}) SET p.born = date('1999-09-09')"]);
    let before = db.snapshot();
    let e = db.migrator(old()).rollback(Point::Revision(1)).unwrap_err();
    assert_eq!(db.snapshot(), before);
    assert!(matches!(e, Error::PreflightFailed(_)), "{e}");
    let text = e.to_string();
    assert!(text.contains("Person.born"), "{text}");
    db.execute(&["MATCH (p:Person {id: 2}) SET p.born = date('2000-12-01')"]);
    db.migrator(old()).rollback(Point::Revision(1)).unwrap();
    db.assert_up_to_date(old());
}

/// A widening loses nothing, so a rebuild keeps no old values, unless an expression computes others.
#[test]
fn a_widening_by_an_expression_keeps_the_old_values_of_rels() {
    let declared = |ty: &str| sketch(&format!("node A: id INT64\nedge R A>A: p {ty}"));
    let db = TestDatabase::migrated(declared("INT16"));
    db.execute(&[
        "CREATE (a:A {id: 1})-[:R {p: 32767}]->(a)",
        "CREATE (a:A {id: 2})-[:R {p: 1}]->(a)",
        "CREATE (a:A {id: 3})-[:R]->(a)",
    ]);
    let rels = "MATCH (a:A)-[r:R]->(:A) RETURN a.id, CAST(r.p AS STRING) ORDER BY a.id";
    let before = db.rows(rels);
    let changed = || declared("DOUBLE | cast CAST(old AS DOUBLE) + 0.5");
    db.migrate(changed()).unwrap();
    assert_eq!(db.rows(rels), "1|32767.500000; 2|1.500000; 3|NULL");
    db.migrator(changed()).rollback(Point::Revision(1)).unwrap();
    assert_eq!(db.rows(rels), before);
}
