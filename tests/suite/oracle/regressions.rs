//! What the random pairs found, by hand.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{HazardKind, Point, schema};

mod counted {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key, default_expr = "nextval('no')")]
        id: i64,
        n: Option<i32>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }

    pub(super) mod later {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        pub(crate) struct A {
            #[kuzu(primary_key, default_expr = "nextval('no')")]
            id: i64,
            n: Option<i64>,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = A, to = A, multiplicity = "many_one")]
        pub(crate) struct R {
            w: Option<i64>,
        }
    }
}

/// The rehearsal made tables without the defaults that count by a sequence, and then missed these.
#[test]
fn a_default_that_counts_beside_what_is_rehearsed() {
    let with = |said: Said| said.map(|d| d.sequence("no", 5, 5));
    let mut bed = Bed::with(with(schema![counted::A, counted::R]));
    bed.run(&[
        "CREATE (:A {n: 1})",
        "CREATE (:A {n: 2})",
        "MATCH (a:A {n: 1}), (b:A {n: 2}) CREATE (a)-[:R {w: 7}]->(b)",
    ]);
    let later = with(schema![counted::later::A, counted::later::R]);
    bed.up(later.clone());
    bed.reopen();
    bed.settled(later);
    bed.run(&["CREATE (:A {n: 3})"]);
    assert_eq!(
        bed.rows("MATCH (a:A) RETURN a.id, a.n ORDER BY a.id"),
        "5|1; 10|2; 15|3"
    );
    assert_eq!(bed.rows("MATCH (:A)-[r:R]->(:A) RETURN r.w"), "7");
}

mod required {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        s: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        s: String,
    }

    pub(super) mod later {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        pub(crate) struct A {
            #[kuzu(primary_key)]
            id: i64,
            #[kuzu(cast = "CAST(old AS INT64)", on_fail = "null", fill = "-1")]
            s: i64,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = A, to = A)]
        pub(crate) struct R {
            #[kuzu(cast = "CAST(old AS INT64)", on_fail = "null", fill = "-1")]
            s: i64,
        }
    }
}

/// A property that was required and still is got NULL where its cast failed, though there was a fill.
#[test]
fn a_cast_that_fails_fills_in_what_is_required() {
    let mut bed = Bed::with(schema![required::A, required::R]);
    bed.run(&[
        "CREATE (:A {id: 1, s: '10'}), (:A {id: 2, s: 'ten'})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {s: a.s}]->(b)",
    ]);
    let later = || schema![required::later::A, required::later::R];
    bed.up(later());
    for _ in 0..2 {
        assert_eq!(
            bed.rows("MATCH (a:A)-[r:R]->() RETURN a.id, a.s, r.s ORDER BY a.id"),
            "1|10|10; 2|-1|-1"
        );
        bed.reopen();
        bed.settled(later());
    }
}

mod indexed {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index)]
        s: Option<String>,
        #[kuzu(vector_index)]
        v: Option<[f32; 2]>,
    }

    pub(super) mod later {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(crate) struct A {
            #[kuzu(primary_key)]
            id: i64,
            #[kuzu(fts_index, fill = "'cats'")]
            s: String,
            #[kuzu(vector_index, fill = "[1.0, 0.0]")]
            v: [f32; 2],
        }
    }
}

/// Filled in in place, an indexed text is not found any more after a crash (B27), and an indexed vector
/// cannot be filled in.
#[test]
fn what_is_filled_in_is_indexed_also_after_a_crash() {
    let bed = Bed::with(schema![indexed::A]);
    bed.run(&["CREATE (:A {id: 1, s: 'dogs', v: [0.0, 1.0]}), (:A {id: 2})"]);
    bed.up(schema![indexed::later::A]);
    let bed = bed.killed();
    bed.settled(schema![indexed::later::A]);
    assert_eq!(
        bed.rows("CALL QUERY_FTS_INDEX('A', 's_fts', 'cat') RETURN node.id"),
        "2"
    );
    assert_eq!(
        bed.rows("CALL QUERY_VECTOR_INDEX('A', 'v_vec', CAST([1.0, 0.1] AS FLOAT[2]), 2) RETURN node.id ORDER BY distance"),
        "2; 1"
    );
}

mod retyped {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fts_index)]
        s: Option<String>,
    }

    pub(super) mod later {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(crate) struct A {
            #[kuzu(primary_key)]
            id: i64,
            #[kuzu(cast = "CAST(trim(old) AS INT32)", on_fail = "null")]
            s: Option<i32>,
        }
    }
}

/// The index of a text that became a number stayed with the old values, and the next start wanted a rebuild
/// to be rid of it. Going back and there again was refused: the cast was tried on rows whose failing the
/// source puts up with.
#[test]
fn an_indexed_text_becomes_a_number_and_back() {
    let mut bed = Bed::with(schema![retyped::A]);
    bed.run(&["CREATE (:A {id: 1, s: ' 10 '}), (:A {id: 2, s: 'ten'})"]);
    let numbers = "MATCH (a:A) RETURN a.id, a.s ORDER BY a.id";
    let later = || schema![retyped::later::A];
    bed.up(later());
    assert_eq!(bed.rows(numbers), "1|10; 2|NULL");
    bed.reopen();
    bed.settled(later());
    bed.migrator(later())
        .rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    bed.settled(schema![retyped::A]);
    assert_eq!(bed.rows(numbers), "1| 10 ; 2|ten");
    assert_eq!(
        bed.rows("CALL QUERY_FTS_INDEX('A', 's_fts', 'ten') RETURN node.id"),
        "2"
    );
    bed.migrator(later())
        .redo()
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    bed.reopen();
    bed.settled(later());
    assert_eq!(bed.rows(numbers), "1|10; 2|NULL");
}

mod pairs {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, from = A, to = B)]
    pub(super) struct R {}

    pub(super) mod later {
        use kuzu_ddl::KuzuEdge;

        #[derive(KuzuEdge)]
        #[kuzu(from = super::A, to = super::A, dropped_pair(from = super::A, to = super::B))]
        pub(crate) struct R {}
    }
}

/// A pair that was dropped, came again by going back, and is dropped again, was dropped twice.
#[test]
fn a_pair_is_dropped_again() {
    let bed = Bed::with(schema![pairs::A, pairs::B, pairs::R]);
    let later = || schema![pairs::A, pairs::B, pairs::later::R];
    let drop = || {
        bed.migrator(later())
            .allow(HazardKind::DeletesData, "R(A -> B)")
            .allow(HazardKind::Irreversible, "R(A -> B)")
    };
    drop().migrate().unwrap_or_else(|e| panic!("{e}"));
    let back = bed.migrator(later()).partial();
    back.rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    drop().redo().migrate().unwrap_or_else(|e| panic!("{e}"));
    bed.settled(later());
}
