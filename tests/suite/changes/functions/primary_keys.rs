//! A primary key that a function makes, and going back from it.

use crate::fixture::Bed;
use crate::fixture::prices::v1;
use kuzu_ddl::{Error, Migrator, Point, schema};

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

mod twice {
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
    use crate::fixture::prices::cents;
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = cents)]
        price: i64,
    }
}

fn made() -> Bed {
    let bed = Bed::with(schema![v1::A, v1::R]);
    bed.run(&[
        "UNWIND range(1, 100) AS i CREATE (:A {id: i, price: concat(CAST(i AS STRING), '.5')})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.price}]->(b)",
    ]);
    bed
}

#[test]
fn rels_follow_a_key_that_a_function_makes() {
    let mut bed = made();
    let e = bed.refused(schema![twice::A, twice::R]).to_string();
    assert!(e.contains("A.id: 49 of 100 rows share their value"), "{e}");
    let migrator = Migrator::new(bed.db()).schema(schema![keyed::A, keyed::R]);
    migrator.batch(30).migrate().unwrap();
    for _ in 0..2 {
        assert_eq!(
            bed.rows("MATCH (a:A)-[r:R]->(b:A) WHERE r.w = concat(substring(a.id, 2, 9), '.5') RETURN count(*), min(b.id), max(b.id)"),
            "100|a1|a1"
        );
        bed.reopen();
    }
    bed.settled(schema![keyed::A, keyed::R]);
}

#[test]
fn going_back_says_what_it_cannot_tell() {
    let bed = made();
    bed.up(schema![price::A]);
    bed.run(&["CREATE (:A {id: 101, price: 7})"]);
    let e = Migrator::new(bed.db())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert!(matches!(e, Error::Irreversible(_)), "{e}");
    let words = "A.price: gets the values back from before the function suite::changes::functions::primary_keys::price::cents";
    assert!(e.to_string().contains(words), "{e}");
    Migrator::new(bed.db())
        .partial()
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(
        bed.rows("MATCH (a:A) WHERE a.id IN [7, 101] RETURN a.price ORDER BY a.id"),
        "7.5; 7"
    );
}
