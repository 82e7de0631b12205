//! Filled values under rollback and reapplication: rows get their former values, not the fill.

use kuzu_ddl::history::Point;
use kuzu_ddl::schema;

use crate::fixture::{Declaration, TestDatabase};

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
        #[kuzu(fill_with = super::double(id))]
        computed: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        #[kuzu(fill = "9")]
        w: i64,
        #[kuzu(fill = "'r'")]
        tag: String,
    }
}

fn double(id: i64) -> i64 {
    2 * id
}

fn old() -> Declaration {
    schema![v1::A, v1::R]
}

fn new() -> Declaration {
    schema![v2::A, v2::R]
}

const NODES: &str = "MATCH (a:A) RETURN a.id, a.name, a.n, a.added, a.computed ORDER BY a.id";
const RELS: &str = "MATCH (a:A)-[r:R]->(:A) RETURN a.id, r.w, r.tag ORDER BY a.id";

#[test]
fn rows_return_to_their_values_before_the_fill() {
    let mut db = TestDatabase::migrated(old());
    db.execute(&[
        "CREATE (:A {id: 1, name: 'one', n: '1'}), (:A {id: 2}), (:A {id: 3, n: 'x'}), (:A {id: 5})",
        "MATCH (a:A), (b:A {id: 1}) CREATE (a)-[:R {w: a.id}]->(b)",
        "MATCH (:A {id: 2})-[r:R]->() SET r.w = NULL",
    ]);
    db.migrate_cleanly(new());
    assert_eq!(
        db.rows(NODES),
        "1|one|1|3|2; 2|unknown|-5|3|4; 3|unknown|-5|3|6; 5|unknown|-5|3|10"
    );
    assert_eq!(db.rows(RELS), "1|1|r; 2|9|r; 3|3|r; 5|5|r");
    // Some filled values are overwritten; a new row was never filled.
    db.execute(&[
        "MATCH (a:A {id: 2}) SET a.name = 'two', a.n = 22, a.added = 33, a.computed = 44",
        "MATCH (:A {id: 2})-[r:R]->() SET r.w = 55, r.tag = 'own'",
        "CREATE (:A {id: 4, name: 'four', n: -5, added: 3, computed: 1})",
    ]);
    let (nodes, rels) = (db.rows(NODES), db.rows(RELS));
    for _ in 0..2 {
        db.migrator(new()).rollback(Point::Revision(1)).unwrap();
        db.assert_up_to_date(old());
        // Where no column was archived, filled values stay; where one was, NULL is restored, also
        // for a row whose origin is unknown.
        assert_eq!(
            db.rows("MATCH (a:A) RETURN a.id, a.name, a.n ORDER BY a.id"),
            "1|one|1; 2|two|22; 3|unknown|x; 4|four|NULL; 5|unknown|NULL"
        );
        db.reopen();
        let report = db.migrator(new()).reapply_rolled_back().migrate().unwrap();
        assert_eq!(report.deferred, []);
        db.assert_up_to_date(new());
        assert_eq!(
            (db.rows(NODES), db.rows(RELS)),
            (nodes.clone(), rels.clone())
        );
    }
}
