//! Going back in source: a new version whose struct has the shape of an earlier one, with a cast.

use crate::fixture::{Bed, Said};
use kuzu_ddl::archive::archives;
use kuzu_ddl::{Error, schema};

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        n: f64,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        n: i64,
    }
}

mod v3 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS DOUBLE)")]
        n: f64,
    }
}

fn old() -> Said {
    schema![v1::A]
}

const ALL: &str = "MATCH (a:A) RETURN a.id, a.n ORDER BY a.id";

#[test]
fn a_cast_asks_for_it() {
    let mut bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    bed.up(schema![v2::A]);
    bed.run(&["MATCH (a:A {id: 2}) SET a.n = 40"]);
    // As it was, it is an older binary.
    let e = bed.refused(old());
    assert!(e.to_string().contains("but it is INT64 by now"), "{e}");
    bed.up(schema![v3::A]);
    for _ in 0..2 {
        assert_eq!(bed.rows(ALL), "1|1.25; 2|40");
        bed.settled(schema![v3::A]);
        bed.reopen();
    }
    // The one in between is the older one now, and undoes nothing.
    assert!(matches!(bed.refused(schema![v2::A]), Error::Refused(_)));
    bed.settled(old());
}

/// The binary of before comes back, and says that its column is to come back as well.
#[test]
fn an_old_column_is_restored() {
    let mut bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    bed.up(schema![v2::A]);
    bed.run(&[
        "MATCH (a:A {id: 2}) SET a.n = 40",
        "CREATE (:A {id: 3, n: 7})",
    ]);
    let e = bed.refused(old());
    assert!(e.to_string().contains("`.restore(\"A.n\")`"), "{e}");
    bed.migrator(old()).restore("A.n").migrate().unwrap();
    for _ in 0..2 {
        assert_eq!(bed.rows(ALL), "1|1.25; 2|40; 3|7");
        bed.settled(old());
        bed.reopen();
    }
    // And the other way round, where nothing was written since.
    assert!(matches!(bed.refused(schema![v2::A]), Error::Refused(_)));
    bed.migrator(schema![v2::A])
        .restore("A.n")
        .migrate()
        .unwrap();
    assert_eq!(bed.rows(ALL), "1|1; 2|40; 3|7");
    bed.settled(schema![v2::A]);
    // It is there already.
    let again = bed.migrator(schema![v2::A]).restore("A.n").migrate();
    assert!(again.unwrap().is_up_to_date());
}

/// A program that does not declare the table names the column.
#[test]
fn an_old_column_is_restored_by_its_name() {
    let bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    bed.up(schema![v2::A]);
    let found = archives(bed.db()).unwrap();
    let [column] = &found[..] else {
        panic!("{found:?}");
    };
    assert_eq!(column.object, "A.n");
    // Its struct says otherwise: nothing is touched.
    bed.fails(bed.migrator(schema![v2::A]).restore(&column.name));
    let report = bed
        .migrator(schema![])
        .restore(&column.name)
        .migrate()
        .unwrap();
    assert!(
        report.to_string().contains("change property A.n to DOUBLE"),
        "{report}"
    );
    assert_eq!(bed.rows(ALL), "1|1.25; 2|2.5");
    bed.settled(old());
}

mod by {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast_with = super::tenths)]
        n: i64,
    }
}

fn tenths(old: f64) -> i64 {
    (old * 10.0).round() as i64
}

/// Nobody can cast back what a function made: the old values come, wherever there are any.
#[test]
fn an_old_column_is_restored_over_a_function() {
    let bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1, n: 1.25}), (:A {id: 2, n: 2.5})"]);
    bed.up(schema![by::A]);
    assert_eq!(bed.rows(ALL), "1|13; 2|25");
    bed.run(&[
        "MATCH (a:A {id: 2}) SET a.n = 40",
        "CREATE (:A {id: 3, n: 70})",
    ]);
    bed.migrator(old()).restore("A.n").migrate().unwrap();
    assert_eq!(bed.rows(ALL), "1|1.25; 2|2.5; 3|70");
    bed.settled(old());
}
