//! Primary keys computed by a function, and the rollback from them.

use kuzu_ddl::history::Point;
use kuzu_ddl::{Error, Migrator, schema};

use crate::fixture::TestDatabase;
use crate::fixture::prices::v1;

mod keyed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key, cast_with = key)]
        id: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: String,
    }

    fn key(id: i64) -> String {
        format!("a{id}")
    }
}

mod duplicate {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key, cast_with = key)]
        id: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        w: String,
    }

    fn key(id: i64) -> String {
        (id / 2).to_string()
    }
}

mod price {
    use kuzu_ddl::KuzuNode;

    use crate::fixture::prices::cents;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = cents)]
        price: i64,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        "UNWIND range(1, 100) AS i CREATE (:A {id: i, price: concat(CAST(i AS STRING), '.5')})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.price}]->(b)",
    ]);
    db
}

#[test]
fn rels_follow_a_computed_primary_key() {
    let mut db = populated();
    let e = db
        .assert_refused(schema![duplicate::A, duplicate::R])
        .to_string();
    assert!(
        e.contains("A.id: 49 of 100 rows have duplicate values"),
        "{e}"
    );
    let migrator = Migrator::new(db.kuzu()).declared(schema![keyed::A, keyed::R].unwrap());
    migrator.batch_size(30).migrate().unwrap();
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A)-[r:R]->(b:A) WHERE r.w = concat(substring(a.id, 2, 9), '.5') RETURN count(*), min(b.id), max(b.id)"),
            "100|a1|a1"
        );
        db.reopen();
    }
    db.assert_up_to_date(schema![keyed::A, keyed::R]);
}

#[test]
fn rollback_names_values_that_it_cannot_restore() {
    let db = populated();
    db.migrate_cleanly(schema![price::A]);
    db.execute(&["CREATE (:A {id: 101, price: 7})"]);
    let e = Migrator::new(db.kuzu())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert!(matches!(e, Error::Irreversible(_)), "{e}");
    let message = "A.price: the values from before the function suite::changes::functions::primary_keys::price::cents";
    assert!(e.to_string().contains(message), "{e}");
    Migrator::new(db.kuzu())
        .allow_partial_rollback()
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(
        db.rows("MATCH (a:A) WHERE a.id IN [7, 101] RETURN a.price ORDER BY a.id"),
        "7.5; 7"
    );
}
