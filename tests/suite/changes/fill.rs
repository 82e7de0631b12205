//! `fill`: the value of rows that have none.

use kuzu_ddl::schema;

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        name: Option<String>,
        n: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(fill = "'unknown'")]
        name: String,
        #[kuzu(cast = "CAST(old AS INT64)", on_fail = "null", fill = "-5")]
        n: i64,
        #[kuzu(fill = "3")]
        added: i64,
        #[kuzu(default = 1, fill = "2")]
        both: i64,
        #[kuzu(fill = "gen_random_uuid()")]
        uid: uuid::Uuid,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        #[kuzu(fill = "9")]
        w: i64,
        #[kuzu(fill = "'r'")]
        tag: String,
        #[kuzu(default_expr = "gen_random_uuid()")]
        uid: uuid::Uuid,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        "UNWIND range(1, 5000) AS i CREATE (:A {id: i, name: 'n', n: CAST(i AS STRING)})",
        "MATCH (a:A) WHERE a.id % 10 = 0 SET a.name = NULL",
        "MATCH (a:A) WHERE a.id % 100 = 0 SET a.n = NULL",
        "MATCH (a:A {id: 7}) SET a.n = 'seven'",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (a:A {id: 2})-[r:R]->() SET r.w = NULL",
    ]);
    db
}

#[test]
fn fill_reaches_every_row_without_a_value() {
    let mut db = populated();
    let declaration = || schema![v2::A, v2::R];
    let report = db.migrate_cleanly(declaration());
    let text = report.to_string();
    assert!(text.contains("rewrites data: A.name, 500 values"), "{text}");
    for _ in 0..2 {
        assert_eq!(
            db.rows("MATCH (a:A) RETURN count(a.name), count(a.n), sum(a.added), sum(a.both), count(DISTINCT a.uid)"),
            "5000|5000|15000|10000|5000"
        );
        assert_eq!(
            db.rows("MATCH (a:A) WHERE a.name = 'unknown' RETURN count(*)"),
            "500"
        );
        assert_eq!(db.rows("MATCH (a:A) WHERE a.n = -5 RETURN count(*)"), "51");
        assert_eq!(
            db.rows("MATCH ()-[r:R]->() RETURN count(*), count(r.w), sum(r.w), min(r.tag), count(DISTINCT r.uid)"),
            format!("5000|5000|{}|r|5000", 5000 * 5001 / 2 - 2 + 9)
        );
        db.reopen();
    }
    // New rows get the default, not the fill.
    db.execute(&["CREATE (:A {id: 9999})"]);
    assert_eq!(
        db.rows("MATCH (a:A {id: 9999}) RETURN a.both, a.added"),
        "1|NULL"
    );
    db.assert_up_to_date(declaration());
}

#[test]
fn new_primary_key_is_filled_by_an_engine_function() {
    mod keyed {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        pub(super) struct A {
            id: i64,
            name: Option<String>,
            n: Option<String>,
            #[kuzu(primary_key, fill = "gen_random_uuid()")]
            uid: uuid::Uuid,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = A, to = A)]
        pub(super) struct R {
            w: Option<i64>,
        }
    }
    mod without {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        pub(super) struct A {
            id: i64,
            name: Option<String>,
            n: Option<String>,
            #[kuzu(primary_key)]
            uid: uuid::Uuid,
        }

        #[derive(KuzuEdge)]
        #[kuzu(from = A, to = A)]
        pub(super) struct R {
            w: Option<i64>,
        }
    }
    let db = populated();
    let e = db.assert_refused(schema![without::A, without::R]);
    let message = "A.uid: existing rows have no value for the new primary key";
    assert!(e.to_string().contains(message), "{e}");
    db.migrate_cleanly(schema![keyed::A, keyed::R]);
    assert_eq!(
        db.rows(
            "MATCH (a:A)-[r:R]->(b:A) RETURN count(*), count(DISTINCT a.uid), sum(a.id), max(b.id)"
        ),
        format!("5000|5000|{}|1", 5000 * 5001 / 2)
    );
}

#[test]
fn fill_of_another_type_is_refused() {
    let db = populated();
    let mut declaration = schema![v2::A, v2::R].unwrap();
    let hints = declaration
        .tables
        .get_mut(&kuzu_ddl_core::schema::name::NameKey::new("A"))
        .unwrap();
    hints.fills.insert(
        kuzu_ddl_core::schema::name::NameKey::new("added"),
        "'text'".into(),
    );
    let e = db.assert_refused(Ok(declaration));
    assert!(
        e.to_string()
            .contains("A.added: the fill expression is invalid: expected INT64, found a string"),
        "{e}"
    );
}
