//! Failures that the random pairs found, as fixed cases.

use kuzu_ddl::history::Point;
use kuzu_ddl::{HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

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

/// The rehearsal created tables without the defaults that use a sequence, and then reported these
/// as missing.
#[test]
fn rehearsal_keeps_defaults_that_use_a_sequence() {
    let with = |declaration: Declaration| declaration.map(|d| d.with_sequence("no", 5, 5));
    let mut db = TestDatabase::migrated(with(schema![counted::A, counted::R]));
    db.execute(&[
        "CREATE (:A {n: 1})",
        "CREATE (:A {n: 2})",
        "MATCH (a:A {n: 1}), (b:A {n: 2}) CREATE (a)-[:R {w: 7}]->(b)",
    ]);
    let later = with(schema![counted::later::A, counted::later::R]);
    db.migrate_cleanly(later.clone());
    db.reopen();
    db.assert_up_to_date(later);
    db.execute(&["CREATE (:A {n: 3})"]);
    assert_eq!(
        db.rows("MATCH (a:A) RETURN a.id, a.n ORDER BY a.id"),
        "5|1; 10|2; 15|3"
    );
    assert_eq!(db.rows("MATCH (:A)-[r:R]->(:A) RETURN r.w"), "7");
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

/// A property that was and stays required got NULL where its cast failed, although it had a fill.
#[test]
fn failed_cast_of_a_required_property_uses_the_fill() {
    let mut db = TestDatabase::migrated(schema![required::A, required::R]);
    db.execute(&[
        "CREATE (:A {id: 1, s: '10'}), (:A {id: 2, s: 'ten'})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {s: a.s}]->(b)",
    ]);
    let later = || schema![required::later::A, required::later::R];
    db.migrate_cleanly(later());
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A)-[r:R]->() RETURN a.id, a.s, r.s ORDER BY a.id"),
            "1|10|10; 2|-1|-1"
        );
        db.reopen();
        db.assert_up_to_date(later());
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

/// After a fill in place, an indexed text is not found after a crash (B27), and an indexed vector
/// cannot be filled.
#[test]
fn filled_values_are_indexed_after_a_kill() {
    let db = TestDatabase::migrated(schema![indexed::A]);
    db.execute(&["CREATE (:A {id: 1, s: 'dogs', v: [0.0, 1.0]}), (:A {id: 2})"]);
    db.migrate_cleanly(schema![indexed::later::A]);
    let db = db.after_kill();
    db.assert_up_to_date(schema![indexed::later::A]);
    assert_eq!(
        db.rows("CALL QUERY_FTS_INDEX('A', 's_fts', 'cat') RETURN node.id"),
        "2"
    );
    assert_eq!(
        db.rows("CALL QUERY_VECTOR_INDEX('A', 'v_vec', CAST([1.0, 0.1] AS FLOAT[2]), 2) RETURN node.id ORDER BY distance"),
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

/// The index of a text that became a number stayed with the old values, and the next start planned
/// a rebuild to remove it. Rollback and reapplication were refused: the cast was checked on rows
/// whose failure the source permits.
#[test]
fn indexed_text_becomes_a_number_and_text_again() {
    let mut db = TestDatabase::migrated(schema![retyped::A]);
    db.execute(&["CREATE (:A {id: 1, s: ' 10 '}), (:A {id: 2, s: 'ten'})"]);
    let numbers = "MATCH (a:A) RETURN a.id, a.s ORDER BY a.id";
    let later = || schema![retyped::later::A];
    db.migrate_cleanly(later());
    assert_eq!(db.rows(numbers), "1|10; 2|NULL");
    db.reopen();
    db.assert_up_to_date(later());
    db.migrator(later())
        .rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(schema![retyped::A]);
    assert_eq!(db.rows(numbers), "1| 10 ; 2|ten");
    assert_eq!(
        db.rows("CALL QUERY_FTS_INDEX('A', 's_fts', 'ten') RETURN node.id"),
        "2"
    );
    db.migrator(later())
        .reapply_rolled_back()
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.reopen();
    db.assert_up_to_date(later());
    assert_eq!(db.rows(numbers), "1|10; 2|NULL");
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

/// A pair that a rollback restored can be dropped again; the second drop is not a duplicate.
#[test]
fn pair_restored_by_rollback_is_dropped_again() {
    let db = TestDatabase::migrated(schema![pairs::A, pairs::B, pairs::R]);
    let later = || schema![pairs::A, pairs::B, pairs::later::R];
    let drop = || {
        db.migrator(later())
            .allow(HazardKind::DeletesData, "R(A -> B)")
            .allow(HazardKind::Irreversible, "R(A -> B)")
    };
    drop().migrate().unwrap_or_else(|e| panic!("{e}"));
    let back = db.migrator(later()).allow_partial_rollback();
    back.rollback(Point::Revision(1))
        .unwrap_or_else(|e| panic!("{e}"));
    drop()
        .reapply_rolled_back()
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(later());
}
