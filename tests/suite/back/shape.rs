//! Going back in source: a new version whose struct has the shape of an earlier one, with a cast.

use crate::bed::{Bed, Said};
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
