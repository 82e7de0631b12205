//! One word allows one thing, and a reviewed plan is allowed by its fingerprint.

use kuzu_ddl::{Error, HazardKind, Migrator, Plan, schema};

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
    db.migrate_cleanly(next());
    let purge = || db.migrator(next()).purge("R(A -> B)").purge("R(B -> A)");
    let e = db.assert_fails(purge());
    let help = e.help();
    assert_eq!(help.len(), 1, "{e}");
    assert_eq!(
        help[0],
        "allow it with `.allow(HazardKind::DeletesData, \"R\")` on the Migrator"
    );
    purge()
        .allow(HazardKind::DeletesData, "R")
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    db.assert_up_to_date(next());
}

/// A removed node table takes the pairs of declared rel tables along, and archives their rels.
#[test]
fn removed_node_table_takes_its_pairs_along() {
    let next = || schema![v1::A, without_b::R; dropped "B"];
    let mut db = populated(2);
    db.execute(&["MATCH (a:A) CREATE (a)-[:R {w: 9}]->(a)"]);
    let report = db.migrate_cleanly(next()).to_string();
    assert!(
        report.contains("archive the rels of R(A -> B)") && report.contains("drop pair R(A -> B)"),
        "{report}"
    );
    for _ in 0..2 {
        db.assert_up_to_date(next());
        let rels = "MATCH (x)-[r:R]->(y) RETURN count(*), sum(r.w)";
        assert_eq!(db.rows(rels), "2|18");
        db.reopen();
    }
    // Nothing holds on to its nodes: the archive can be purged, or restored with the rels.
    db.migrator(schema![v1::A, v1::B, v1::R])
        .restore("B")
        .restore("R(A -> B)")
        .restore("R(B -> A)")
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

fn purge(db: &TestDatabase, declaration: Declaration) -> Migrator<'_> {
    let migrator = db.migrator(declaration);
    migrator.purge("R(A -> B)").purge("R(B -> A)")
}

/// A plan computed on a copy, exported and read, allows the same steps on other rows, and no
/// other steps.
#[test]
fn reviewed_plan_is_allowed_by_its_fingerprint() {
    let copy = populated(1);
    copy.migrate_cleanly(next());
    let plan = purge(&copy, next())
        .plan()
        .unwrap_or_else(|e| panic!("{e}"));
    let json = serde_json::to_string(&plan).unwrap_or_default();
    let read: Plan = serde_json::from_str(&json).unwrap_or_else(|e| panic!("{e}"));
    assert_eq!(read.fingerprint(), plan.fingerprint());
    let reviewed = read.fingerprint().to_string();

    let production = populated(3);
    production.migrate_cleanly(next());
    let other = schema![v1::A, v1::B, v2::R, v2::C];
    let e = production.assert_fails(purge(&production, other).allow_plan(&reviewed));
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{e}");
    let wrong = purge(&production, next()).allow_plan("no fingerprint");
    production.assert_fails(wrong);
    purge(&production, next())
        .allow_plan(&reviewed)
        .migrate()
        .unwrap_or_else(|e| panic!("{e}"));
    production.assert_up_to_date(next());
}

/// The values that a trial run found to fail are rows, too; and a pair without rels has the plan of
/// one with rels.
#[test]
fn fingerprint_does_not_depend_on_rows() {
    use crate::fixture::sketch::sketch;

    let first = "node A: id INT64; s STRING\nedge R A>A A>B: w INT64\nnode B: id INT64";
    let next = "node A: id INT64; s INT64 | cast CAST(trim(old) AS INT64) | on_fail null
        edge R A>A -A>B: w INT64\nnode B: id INT64";
    let fingerprints = [
        &["CREATE (:A {id: 1, s: '7'})"][..],
        &["CREATE (:A {id: 1, s: 'x'}), (:A {id: 2, s: 'y, z'})"],
        &[
            "CREATE (:A {id: 1, s: ''}), (:B {id: 1})",
            "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 1}]->(b)",
        ],
    ]
    .map(|rows| {
        let db = TestDatabase::migrated(sketch(first));
        db.execute(rows);
        let plan = db.migrator(sketch(next)).plan();
        plan.unwrap_or_else(|e| panic!("{e}")).fingerprint()
    });
    assert_eq!(fingerprints[0], fingerprints[1]);
    assert_eq!(fingerprints[0], fingerprints[2]);
}
