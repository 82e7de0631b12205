//! Going back over changes of type that the engine has no cast back for.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, Point, schema};

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

fn old() -> Said {
    schema![v1::Person, v1::Knows]
}

const ALL: &str = "MATCH (a:Person)-[k:Knows]->(b:Person) RETURN a.id, CAST(a.born AS STRING), CAST(k.since AS STRING) ORDER BY a.id";

fn migrated() -> Bed {
    let bed = Bed::with(old());
    bed.run(&[
        "CREATE (:Person {id: 1, born: 19800131}), (:Person {id: 2, born: 20001201})",
        "MATCH (a:Person), (b:Person {id: 1}) CREATE (a)-[:Knows {since: 20200000 + 110 + a.id}]->(b)",
    ]);
    bed.up(schema![v2::Person, v2::Knows]);
    assert_eq!(
        bed.rows(ALL),
        "1|1980-01-31|2020-01-11; 2|2000-12-01|2020-01-12"
    );
    bed
}

#[test]
fn old_values_come_back_without_a_cast() {
    let mut bed = migrated();
    bed.migrator(old()).rollback(Point::Revision(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(bed.rows(ALL), "1|19800131|20200111; 2|20001201|20200112");
        bed.settled(old());
        bed.reopen();
    }
    // And forward again, where what came back was made of nothing that can be cast.
    let new = || schema![v2::Person, v2::Knows];
    bed.migrator(new()).redo().migrate().unwrap();
    bed.settled(new());
    assert_eq!(
        bed.rows(ALL),
        "1|1980-01-31|2020-01-11; 2|2000-12-01|2020-01-12"
    );
}

/// A value that was written since has no old one, and no cast makes one of it: nothing is touched.
#[test]
fn values_written_since_stand_in_the_way() {
    let bed = migrated();
    bed.run(&["MATCH (p:Person {id: 2}) SET p.born = date('1999-09-09')"]);
    let before = bed.state();
    let e = bed
        .migrator(old())
        .rollback(Point::Revision(1))
        .unwrap_err();
    assert_eq!(bed.state(), before);
    assert!(matches!(e, Error::Rows(_)), "{e}");
    let text = e.to_string();
    assert!(text.contains("Person.born"), "{text}");
    bed.run(&["MATCH (p:Person {id: 2}) SET p.born = date('2000-12-01')"]);
    bed.migrator(old()).rollback(Point::Revision(1)).unwrap();
    bed.settled(old());
}
