//! One word allows one thing, and a reviewed plan is allowed by its fingerprint.

use kuzu_ddl::{Error, HazardKind, Plan, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
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
    #[kuzu(pair(from = A, to = B), pair(from = B, to = A), pair(from = A, to = A))]
    pub(super) struct R {
        w: i64,
    }
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    use super::v1::{A, B};

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A, dropped_pair(from = A, to = B), dropped_pair(from = B, to = A))]
    pub(super) struct R {
        w: i64,
    }

    #[derive(KuzuNode)]
    pub(super) struct C {
        #[kuzu(primary_key)]
        id: i64,
    }
}

fn populated(rows: u32) -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::B, v1::R]);
    for id in 0..rows {
        db.execute(&[
            &format!("CREATE (:A {{id: {id}}}), (:B {{id: {id}}})"),
            "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 1}]->(b), (b)-[:R {w: 2}]->(a)",
        ]);
    }
    db
}

fn next() -> Declaration {
    schema![v1::A, v1::B, v2::R]
}

#[test]
fn one_word_allows_all_pairs_of_a_table() {
    let db = populated(1);
    let e = db.assert_refused(next());
    let help = e.help();
    assert_eq!(help.len(), 1, "{e}");
    assert_eq!(
        help[0],
        "allow it with `.allow(HazardKind::DeletesData, \"R\")` on the Migrator"
    );
    db.migrator(next())
        .allow(HazardKind::DeletesData, "R")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(next());
}

/// A removed node table takes the pairs of declared rel tables along, under its own word.
#[test]
fn removed_node_table_takes_its_pairs_along() {
    let next = || schema![v1::A, without_b::R; dropped "B"];
    let mut db = populated(2);
    db.execute(&["MATCH (a:A) CREATE (a)-[:R {w: 9}]->(a)"]);
    let e = db.assert_refused(next());
    let text = e.to_string();
    assert_eq!(
        e.help(),
        ["allow it with `.allow(HazardKind::DeletesData, \"B\")` on the Migrator"],
        "{text}"
    );
    let counts = "deletes data: R(A -> B), 5 rels, with B";
    assert!(text.contains(counts) && !text.contains("__a_"), "{text}");
    let other = db.migrator(next()).allow(HazardKind::DeletesData, "A");
    db.assert_fails(other);
    let report = db
        .migrator(next())
        .allow(HazardKind::DeletesData, "B")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    assert!(
        report.to_string().contains("drop pair R(A -> B)"),
        "{report}"
    );
    for _ in 0..2 {
        db.assert_up_to_date(next());
        let rels = "MATCH (x)-[r:R]->(y) RETURN count(*), sum(r.w)";
        assert_eq!(db.rows(rels), "2|18");
        db.reopen();
    }
    // Nothing holds on to its nodes: the archive can be purged, or restored without the rels.
    db.migrator(schema![v1::A, v1::B, v1::R])
        .restore("B")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(schema![v1::A, v1::B, v1::R]);
    assert_eq!(db.rows("MATCH (b:B) RETURN count(*)"), "2");
}

/// A rel table that nothing declares must be dropped itself.
#[test]
fn undeclared_rel_table_keeps_its_node_tables() {
    let db = populated(1);
    let e = db.assert_refused(schema![v1::A; dropped "B"]).to_string();
    assert!(
        e.contains("the rel table `R` still uses it") && e.contains("drop `R` as well"),
        "{e}"
    );
    db.migrate_cleanly(schema![v1::A; dropped "B", "R"]);
}

mod without_b {
    use kuzu_ddl::KuzuEdge;

    use super::v1::A;

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = A)]
    pub(super) struct R {
        w: i64,
    }
}

/// A plan computed on a copy, exported and read, allows the same steps on other rows, and no
/// other steps.
#[test]
fn reviewed_plan_is_allowed_by_its_fingerprint() {
    let copy = populated(1);
    let plan = copy
        .migrator(next())
        .plan()
        .unwrap_or_else(|e| panic!("{e}"));
    let json = serde_json::to_string(&plan).unwrap_or_default();
    let read: Plan = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(read.fingerprint(), plan.fingerprint());
    let reviewed = read.fingerprint().to_string();

    let production = populated(3);
    let other = schema![v1::A, v1::B, v2::R, v2::C];
    let e = production.assert_fails(production.migrator(other).allow_plan(&reviewed));
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{e}");
    let wrong = production.migrator(next()).allow_plan("no fingerprint");
    production.assert_fails(wrong);
    production
        .migrator(next())
        .allow_plan(&reviewed)
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    production.assert_up_to_date(next());
}
