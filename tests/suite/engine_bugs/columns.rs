//! Properties that are dropped, added, or converted.

use kuzu_ddl::{Error, schema};

use super::{DurabilityCheck, populated, v1};
use crate::fixture::{Declaration, TestDatabase};

mod dropped {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered, dropped("s"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A, dropped("w"))]
    pub(super) struct R {
        k: Option<i64>,
    }
}

fn dropped() -> Declaration {
    schema![dropped::A, dropped::R]
}

const QUERY: &str = "MATCH (a:A)-[r:R]->(b:A) RETURN a.id, a.x, r.k, b.id, b.x ORDER BY a.id";
const LATER_ROWS: &[&str] = &[
    "CREATE (:A {id: 9, x: 9})",
    "MATCH (a:A {id: 9}), (b:A {id: 1}) CREATE (a)-[:R {k: 91}]->(b)",
];

/// Properties are renamed to an archive name, not dropped.
#[test]
fn property_dropped_after_unsaved_updates_leaves_rows_intact_b1() {
    let db = populated();
    db.execute(&["MATCH (a:A)-[r:R]->(b:A) SET a.x = 10, b.x = 20, r.k = 70"]);
    db.migrate_cleanly(dropped());
    let durability = DurabilityCheck {
        declaration: dropped,
        query: QUERY,
        after: "1|10|70|2|20",
        later_rows: LATER_ROWS,
        after_later_rows: "1|10|70|2|20; 9|9|91|1|10",
    };
    durability.verify(&db);
}

mod typed {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        s: Option<i64>,
        x: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A)]
    pub(super) struct R {
        #[kuzu(cast = "CAST(old AS STRING)")]
        w: Option<String>,
        k: Option<i64>,
    }
}

fn typed() -> Declaration {
    schema![typed::A, typed::R]
}

/// The old column is kept, so nothing is dropped in the transaction that writes.
#[test]
fn property_retyped_under_its_name_leaves_rows_intact_b1b() {
    let db = populated();
    db.execute(&["MATCH (a:A {id: 2}) SET a.s = '23'"]);
    db.migrate_cleanly(typed());
    let durability = DurabilityCheck {
        declaration: typed,
        query: "MATCH (a:A)-[r:R]->(b:A) RETURN a.s, r.w, r.k, b.s ORDER BY a.id",
        after: "11|0.5|7|23",
        later_rows: &[
            "CREATE (:A {id: 9, s: 99})",
            "MATCH (a:A {id: 9}), (b:A {id: 1}) CREATE (a)-[:R {w: 'w', k: 91}]->(b)",
        ],
        after_later_rows: "11|0.5|7|23; 99|w|91|11",
    };
    durability.verify(&db);
}

#[test]
fn property_dropped_before_a_kill_leaves_rows_intact_b1c() {
    let db = populated();
    db.migrate_cleanly(dropped());
    let durability = DurabilityCheck {
        declaration: dropped,
        query: QUERY,
        after: "1|1|7|2|2",
        later_rows: LATER_ROWS,
        after_later_rows: "1|1|7|2|2; 9|9|91|1|1",
    };
    durability.verify(&db);
}

#[test]
fn property_dropped_after_unsaved_inserts_leaves_rows_intact_b2() {
    let db = populated();
    db.execute(&[
        "CREATE (:A {id: 3, s: 'y', x: 7})",
        "MATCH (a:A {id: 3}), (b:A {id: 2}) CREATE (a)-[:R {w: 1.5, k: 37}]->(b)",
    ]);
    db.migrate_cleanly(dropped());
    let durability = DurabilityCheck {
        declaration: dropped,
        query: QUERY,
        after: "1|1|7|2|2; 3|7|37|2|2",
        later_rows: LATER_ROWS,
        after_later_rows: "1|1|7|2|2; 3|7|37|2|2; 9|9|91|1|1",
    };
    durability.verify(&db);
}

mod all_at_once {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered, dropped("s"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS STRING)")]
        x: Option<String>,
        #[kuzu(default_expr = "gen_random_uuid()")]
        u: uuid::Uuid,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = A, to = A, dropped("w"))]
    pub(super) struct R {
        k: Option<i64>,
        #[kuzu(default = 5)]
        n: i64,
    }
}

fn all_at_once() -> Declaration {
    schema![all_at_once::A, all_at_once::R]
}

/// Rows are written and counted in the transaction that archives the property.
#[test]
fn property_dropped_with_rows_written_in_one_transaction_leaves_rows_intact_b3() {
    let db = populated();
    db.execute(&["CREATE (:A {id: 3, s: 'y', x: 7})"]);
    db.migrate_cleanly(all_at_once());
    let durability = DurabilityCheck {
        declaration: all_at_once,
        query: "MATCH (a:A) OPTIONAL MATCH (a)-[r:R]->() RETURN a.id, a.x, size(CAST(a.u AS STRING)), r.k, r.n ORDER BY a.id",
        after: "1|1|36|7|5; 2|2|36|NULL|NULL; 3|7|36|NULL|NULL",
        later_rows: &["CREATE (:A {id: 9, x: '9'})"],
        after_later_rows: "1|1|36|7|5; 2|2|36|NULL|NULL; 3|7|36|NULL|NULL; 9|9|36|NULL|NULL",
    };
    durability.verify(&db);
}

mod refused {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(old AS INT64)")]
        s: Option<i64>,
        x: Option<i64>,
        #[kuzu(default = 4)]
        n: i64,
    }
}

mod repaired {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(cast = "CAST(size(old) AS INT64)")]
        s: Option<i64>,
        x: Option<i64>,
        #[kuzu(default = "qqqqqqqqqqqqqqqqqqqqqqqq")]
        n: String,
    }
}

fn repaired() -> Declaration {
    schema![repaired::A, v1::R]
}

/// Rolled-back columns are cleared by a checkpoint before anything else is done.
#[test]
fn second_attempt_does_not_read_rolled_back_columns_b4() {
    let db = populated();
    db.execute(&["MATCH (a:A {id: 2}) SET a.s = 'no number'"]);
    for _ in 0..2 {
        db.assert_refused(schema![refused::A, v1::R]);
    }
    db.migrate_cleanly(repaired());
    let durability = DurabilityCheck {
        declaration: repaired,
        query: "MATCH (a:A) RETURN a.id, a.s, a.n ORDER BY a.id",
        after: "1|2|qqqqqqqqqqqqqqqqqqqqqqqq; 2|9|qqqqqqqqqqqqqqqqqqqqqqqq",
        later_rows: &["CREATE (:A {id: 9, n: 'n'})"],
        after_later_rows: "1|2|qqqqqqqqqqqqqqqqqqqqqqqq; 2|9|qqqqqqqqqqqqqqqqqqqqqqqq; 9|NULL|n",
    };
    durability.verify(&db);
}

mod paired {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct C {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = super::v1::A, to = super::v1::A, dropped("w"))]
    #[kuzu(from = C, to = super::v1::A)]
    pub(super) struct R {
        k: Option<i64>,
    }
}

fn paired() -> Declaration {
    schema![v1::A, paired::C, paired::R]
}

#[test]
fn pair_added_after_a_dropped_property_works_b5() {
    let db = populated();
    db.migrate_cleanly(paired());
    let durability = DurabilityCheck {
        declaration: paired,
        query: "MATCH (a)-[r:R]->(b:A) RETURN a.id, r.k, b.id ORDER BY r.k",
        after: "1|7|2",
        later_rows: &[
            "CREATE (:C {id: 30})",
            "MATCH (c:C), (a:A {id: 1}) CREATE (c)-[:R {k: 31}]->(a)",
        ],
        after_later_rows: "1|7|2; 30|31|1",
    };
    durability.verify(&db);
}

mod other_kind {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(unregistered)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(unregistered, from = B, to = B)]
    pub(super) struct A;
}

/// The kind in the database decides, not the declared one.
#[test]
fn edge_declaration_for_a_node_table_is_refused_b6() {
    for mut db in [
        populated(),
        TestDatabase::from_cypher(&["CREATE NODE TABLE A(id INT64 PRIMARY KEY)"]),
    ] {
        let e = db.assert_refused(schema![other_kind::A, other_kind::B]);
        assert!(matches!(e, Error::Incompatible(_)), "{e}");
        assert!(e.to_string().contains("A: is a node table"), "{e}");
        db.reopen();
    }
}
