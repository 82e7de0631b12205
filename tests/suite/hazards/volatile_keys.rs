//! Keys whose values are generated: each row's value is generated once, kept, and then used by the
//! rels.

use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(type = "UUID")]
        token: Option<()>,
        no: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

/// An existing property that has values in some rows becomes the key.
mod uuid_key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(key_changed_from = "id")]
    pub(super) struct A {
        id: i64,
        #[kuzu(primary_key, type = "UUID", fill = "gen_random_uuid()")]
        token: (),
        no: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

mod sequence_key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(key_changed_from = "id")]
    pub(super) struct A {
        id: i64,
        #[kuzu(type = "UUID")]
        token: Option<()>,
        #[kuzu(primary_key, fill = "nextval('a_no')")]
        no: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

/// The key itself gets another type, and generated values.
mod cast_key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key, type = "UUID", cast = "gen_random_uuid()")]
        id: (),
        #[kuzu(type = "UUID")]
        token: Option<()>,
        no: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

/// A new property is the key, with a sequence that is new, too.
mod new_key {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(key_changed_from = "id")]
    pub(super) struct A {
        id: i64,
        #[kuzu(type = "UUID")]
        token: Option<()>,
        no: Option<i64>,
        #[kuzu(primary_key, default_expr = "nextval('a_no')")]
        key: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::R]);
    db.execute(&[
        "UNWIND range(1, 40) AS i CREATE (:A {id: i})",
        "MATCH (a:A) WHERE a.id <= 3 \
         SET a.token = UUID('00000000-0000-0000-0000-00000000000' + CAST(a.id AS STRING)), \
             a.no = 1000 + a.id",
        "MATCH (a:A), (b:A) WHERE b.id = a.id % 40 + 1 CREATE (a)-[:R {w: a.id}]->(b)",
    ]);
    db
}

#[test]
fn key_with_a_generated_fill_keeps_its_rels() {
    let with_sequence =
        |declaration: Declaration| declaration.map(|d| d.with_sequence("a_no", 1, 1));
    for (key, next) in [
        ("token", schema![uuid_key::A, uuid_key::R]),
        (
            "no",
            with_sequence(schema![sequence_key::A, sequence_key::R]),
        ),
        ("id", schema![cast_key::A, cast_key::R]),
        ("key", with_sequence(schema![new_key::A, new_key::R])),
    ] {
        let mut db = populated();
        db.migrate_cleanly(next.clone());
        db.reopen();
        db.assert_up_to_date(next);
        let distinct = format!("MATCH (a:A) RETURN count(DISTINCT a.{key}), count(a.{key})");
        assert_eq!(db.rows(&distinct), "40|40", "{key}");
        let rels = "MATCH (a:A)-[r:R]->(b:A) RETURN count(*), count(DISTINCT a), sum(r.w)";
        assert_eq!(db.rows(rels), "40|40|820", "{key}");
        if key != "id" {
            let same = "MATCH (a:A)-[r:R]->(b:A) WHERE a.id = r.w AND b.id = r.w % 40 + 1 \
                        RETURN count(*)";
            assert_eq!(db.rows(same), "40", "{key}");
        }
        let kept = match key {
            "token" => "MATCH (a:A) WHERE a.id <= 3 RETURN CAST(a.token AS STRING) ORDER BY a.id",
            _ => "MATCH (a:A) WHERE a.no >= 1000 RETURN a.no ORDER BY a.no",
        };
        let expected = match key {
            "token" => {
                "00000000-0000-0000-0000-000000000001; 00000000-0000-0000-0000-000000000002; \
                 00000000-0000-0000-0000-000000000003"
            }
            _ => "1001; 1002; 1003",
        };
        assert_eq!(db.rows(kept), expected, "{key}");
    }
}
