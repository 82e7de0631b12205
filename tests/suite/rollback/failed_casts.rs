//! Going back over casts that failed on values which only a trial tells.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{Point, schema};

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

fn old() -> Said {
    schema![v1::A, v1::R]
}

fn new() -> Said {
    schema![v2::A, v2::R]
}

const ALL: &str = "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->(:A) RETURN a.id, CAST(a.day AS STRING), CAST(a.n AS STRING), CAST(r.day AS STRING) ORDER BY a.id";

/// Two rows whose casts failed, two where they did not, one without values.
fn migrated() -> Bed {
    let bed = Bed::with(old());
    bed.run(&[
        "UNWIND [['1', 'soon'], ['2', '2000-01-02'], ['3', 'never'], ['4', '2000-1-3']] AS x CREATE (:A {id: CAST(x[1] AS INT64), day: x[2], n: x[2]})",
        "CREATE (:A {id: 5})",
        "MATCH (a:A) WHERE a.id < 5 MATCH (b:A {id: 5}) CREATE (a)-[:R {day: a.day}]->(b)",
    ]);
    bed.up(new());
    assert_eq!(
        bed.rows(ALL),
        "1|NULL|-1|NULL; 2|2000-01-02|1|2000-01-02; 3|NULL|-1|NULL; 4|2000-01-03|2|2000-01-03; 5|NULL|NULL|NULL"
    );
    bed
}

#[test]
fn what_failed_comes_back_and_what_was_written_since_stays() {
    let mut bed = migrated();
    bed.run(&[
        "MATCH (a:A {id: 3}) SET a.day = date('2024-02-29'), a.n = 77",
        "MATCH (a:A {id: 4}) SET a.day = NULL, a.n = NULL",
        "MATCH (:A {id: 3})-[r:R]->() SET r.day = date('2024-02-29')",
        "CREATE (:A {id: 6, day: date('1999-09-09')})",
    ]);
    let now = bed.rows(ALL);
    bed.migrator(new()).rollback(Point::Revision(1)).unwrap();
    for _ in 0..2 {
        assert_eq!(
            bed.rows(ALL),
            "1|soon|soon|soon; 2|2000-01-02|2000-01-02|2000-01-02; 3|2024-02-29|77|2024-02-29; 4|NULL|NULL|2000-1-3; 5|NULL|NULL|NULL; 6|1999-09-09|-1|NULL"
        );
        bed.settled(old());
        bed.reopen();
    }
    bed.migrator(new()).redo().migrate().unwrap();
    bed.settled(new());
    assert_eq!(bed.rows(ALL), now);
}

/// Twice there and back is the same as once.
#[test]
fn again_and_again() {
    let bed = migrated();
    let now = bed.rows(ALL);
    for _ in 0..2 {
        bed.migrator(new()).rollback(Point::Revision(1)).unwrap();
        assert_eq!(
            bed.rows("MATCH (a:A) RETURN a.day ORDER BY a.id"),
            "soon; 2000-01-02; never; 2000-1-3; NULL"
        );
        bed.settled(old());
        bed.migrator(new()).redo().migrate().unwrap();
        assert_eq!(bed.rows(ALL), now);
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

/// Where the values cannot be told by their text, the present ones are cast back.
#[test]
fn floats_are_cast_back() {
    let bed = Bed::with(schema![float::F]);
    bed.run(&["CREATE (:F {id: 1, x: 2.25}), (:F {id: 2, x: 3.5})"]);
    bed.up(schema![float::small::F]);
    bed.migrator(schema![float::F])
        .rollback(Point::Revision(1))
        .unwrap();
    assert_eq!(
        bed.rows("MATCH (f:F) RETURN f.id, f.x ORDER BY f.id"),
        "1|2.25; 2|3.5"
    );
    bed.settled(schema![float::F]);
}
