//! Chains, swaps and changes of case, of tables and properties, with rows.

use kuzu_ddl::schema;

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        p: Option<String>,
        q: Option<String>,
        r: Option<String>,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct C {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = C))]
    pub(super) struct R {
        w: Option<i64>,
        k: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = A)]
    pub(super) struct S;
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::B, v1::C, v1::R, v1::S]);
    db.execute(&[
        "CREATE (:A {id: 1, p: 'p', q: 'q', r: 'r'}), (:B {id: 2}), (:C {id: 3})",
        "MATCH (a:A), (b:B), (c:C) CREATE (a)-[:R {w: 12, k: 1}]->(b), (b)-[:R {w: 23, k: 2}]->(c)",
        "MATCH (a:A), (b:B) CREATE (b)-[:S]->(a)",
    ]);
    db
}

const R: &str = "MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id ORDER BY r.w";

mod swap {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "B")]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A")]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
        p: Option<String>,
        q: Option<String>,
        r: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = A, pair(from = A, to = super::v1::C))]
    pub(super) struct R {
        #[kuzu(renamed_from = "k")]
        w: Option<i64>,
        #[kuzu(renamed_from = "w")]
        k: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B)]
    pub(super) struct S;
}

#[test]
fn swapped_tables_keep_rows_and_rels() {
    let mut db = populated();
    let swapped = || schema![swap::A, swap::B, v1::C, swap::R, swap::S];
    let report = db.migrate_cleanly(swapped());
    assert_eq!(report.steps.len(), 6, "{report}");
    for _ in 0..2 {
        assert_eq!(db.rows("MATCH (b:B) RETURN b.id, b.p, b.q, b.r"), "1|p|q|r");
        assert_eq!(db.rows("MATCH (a:A) RETURN a.*"), "2");
        assert_eq!(
            db.rows("MATCH (x)-[r:R]->(y) RETURN x.id, r.k, r.w, y.id ORDER BY r.k"),
            "1|12|1|2; 2|23|2|3"
        );
        assert_eq!(db.rows("MATCH (a:A)-[:S]->(b:B) RETURN a.id, b.id"), "2|1");
        db.reopen();
    }
    // The hints stay in the source, and are applied once.
    for _ in 0..3 {
        db.assert_up_to_date(swapped());
    }
    db.execute(&[
        "CREATE (:B {id: 9}), (:A {id: 8})",
        "MATCH (b:B {id: 9}), (a:A {id: 8}) CREATE (b)-[:R {k: 98}]->(a)",
    ]);
    db.reopen();
    assert_eq!(
        db.rows("MATCH (:B)-[r:R]->(:A) RETURN r.k ORDER BY r.k"),
        "12; 98"
    );
}

mod chain {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A")]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "p")]
        q: Option<String>,
        #[kuzu(renamed_from = "q")]
        r: Option<String>,
        #[kuzu(renamed_from = "r")]
        s: Option<String>,
    }

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "B")]
    pub(super) struct C {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "C")]
    pub(super) struct D {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = B, to = C, pair(from = C, to = D))]
    pub(super) struct R {
        w: Option<i64>,
        k: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = C, to = B)]
    pub(super) struct S;
}

#[test]
fn rename_chain_keeps_rows() {
    let mut db = populated();
    let report = db.migrate_cleanly(schema![chain::B, chain::C, chain::D, chain::R, chain::S]);
    assert_eq!(report.steps.len(), 6, "{report}");
    for _ in 0..2 {
        assert_eq!(db.rows("MATCH (b:B) RETURN b.id, b.q, b.r, b.s"), "1|p|q|r");
        assert_eq!(db.rows(R), "1|12|2; 2|23|3");
        assert_eq!(
            db.rows("MATCH (:B)-[:R]->(:C)-[:R]->(d:D) RETURN d.id"),
            "3"
        );
        db.reopen();
    }
}

mod case {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    #[kuzu(name = "a")]
    pub(super) struct A {
        #[kuzu(primary_key, name = "ID")]
        id: i64,
        #[kuzu(name = "P")]
        p: Option<String>,
        q: Option<String>,
        r: Option<String>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(name = "r", from = A, to = super::v1::B, pair(from = super::v1::B, to = super::v1::C))]
    pub(super) struct R {
        #[kuzu(name = "W")]
        w: Option<i64>,
        k: Option<i64>,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = super::v1::B, to = A)]
    pub(super) struct S;
}

#[test]
fn rename_by_case_keeps_rows() {
    let mut db = populated();
    let declaration = || schema![case::A, v1::B, v1::C, case::R, case::S];
    db.migrate_cleanly(declaration());
    for _ in 0..2 {
        assert_eq!(db.rows("CALL table_info('a') RETURN name"), "ID; P; q; r");
        assert_eq!(
            db.rows("CALL show_tables() WHERE NOT name STARTS WITH '_' RETURN name ORDER BY name"),
            "B; C; S; a; r"
        );
        assert_eq!(db.rows("MATCH (a:a) RETURN a.ID, a.P, a.q"), "1|p|q");
        assert_eq!(
            db.rows("MATCH (:a)-[x:r]->(:B)-[y:r]->(:C) RETURN x.W, y.W"),
            "12|23"
        );
        db.reopen();
    }
    db.assert_up_to_date(declaration());
}

/// Two deployments: first a property releases its name, then another takes it.
mod room {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    #[kuzu(dropped("q"))]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(renamed_from = "p")]
        old_p: Option<String>,
        r: Option<String>,
    }
}

mod taken {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = 7)]
        p: i64,
        old_p: Option<String>,
        #[kuzu(renamed_from = "r")]
        q: Option<String>,
    }
}

#[test]
fn new_property_takes_the_former_name_of_another() {
    let mut db = populated();
    db.migrate_cleanly(schema![room::A]);
    let report = db.migrate_cleanly(schema![taken::A]);
    assert_eq!(report.steps.len(), 2, "{report}");
    db.reopen();
    assert_eq!(
        db.rows("MATCH (a:A) RETURN a.id, a.p, a.old_p, a.q"),
        "1|7|p|r"
    );
    db.execute(&["MATCH (a:A) SET a.p = 8"]);
    db.assert_up_to_date(schema![taken::A]);
    db.reopen();
    assert_eq!(
        db.rows("MATCH (a:A) RETURN a.id, a.p, a.old_p, a.q"),
        "1|8|p|r"
    );
}

mod serial {
    pub(super) mod v1 {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(in super::super) struct T {
            #[kuzu(primary_key, type = "SERIAL")]
            id: i64,
            s: Option<String>,
        }
    }

    pub(super) mod v2 {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        #[kuzu(renamed_from = "T")]
        pub(in super::super) struct U {
            #[kuzu(primary_key, type = "SERIAL", renamed_from = "id")]
            key: i64,
            s: Option<String>,
        }
    }

    pub(super) mod v3 {
        use kuzu_ddl::KuzuNode;

        #[derive(KuzuNode)]
        pub(in super::super) struct U {
            #[kuzu(primary_key, type = "SERIAL")]
            key: i64,
            s: Option<String>,
        }
    }
}

#[test]
fn renamed_serial_table_keeps_its_numbering() {
    let mut db = TestDatabase::migrated(schema![serial::v1::T]);
    db.execute(&["CREATE (:T {s: 'a'}), (:T {s: 'b'})"]);
    db.migrate_cleanly(schema![serial::v2::U]);
    db.execute(&["CREATE (:U {s: 'c'})"]);
    db.reopen();
    db.execute(&["CREATE (:U {s: 'd'})"]);
    assert_eq!(
        db.rows("MATCH (u:U) RETURN u.key, u.s ORDER BY u.key"),
        "0|a; 1|b; 2|c; 3|d"
    );
    db.assert_up_to_date(schema![serial::v2::U]);
    // Another table can have the former name, with numbers of its own.
    let both = || schema![serial::v3::U, serial::v1::T];
    db.migrate(both()).unwrap();
    db.execute(&["CREATE (:U {s: 'e'}), (:T {s: 'x'})"]);
    assert_eq!(
        db.rows("MATCH (u:U) RETURN u.key, u.s ORDER BY u.key"),
        "0|a; 1|b; 2|c; 3|d; 4|e"
    );
    assert_eq!(db.rows("MATCH (t:T) RETURN t.id, t.s"), "0|x");
    db.assert_up_to_date(both());
}
