//! The change policies, and the hazards that none of them allows.

use kuzu_ddl::{ChangePolicy, Error, HazardKind, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        old: Option<String>,
    }

    #[derive(KuzuNode)]
    pub(super) struct B {
        #[kuzu(primary_key)]
        id: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, pair(from = B, to = A))]
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
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = super::v1::B, dropped_pair(from = super::v1::B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod tight {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        must: String,
    }
}

fn populated() -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::B, v1::R]);
    db.execute(&[
        "UNWIND range(1, 1200) AS i CREATE (:A {id: i, old: 'x'})",
        "CREATE (:B {id: 1})",
        "MATCH (a:A), (b:B) CREATE (b)-[:R {w: a.id}]->(a)",
    ]);
    db
}

fn new() -> Declaration {
    schema![v2::A, v1::B, v2::R]
}

#[test]
fn additive_policy_blocks_deletion() {
    let db = populated();
    db.migrate_cleanly(new());
    let additive = db.migrator(new()).change_policy(ChangePolicy::Additive);
    let e = db.assert_fails(additive.purge("R(B -> A)"));
    let text = e.to_string();
    assert!(
        text.contains("deletes data: R(B -> A), 1,200 rels"),
        "{text}"
    );
}

#[test]
fn archive_policy_requires_permission_for_deletion() {
    let db = populated();
    let archive = || db.migrator(new()).change_policy(ChangePolicy::Archive);
    let report = archive().migrate().unwrap().to_string();
    assert!(
        report.contains("archive property A.old")
            && report.contains("archive the rels of R(B -> A)"),
        "{report}"
    );
    let purge = || archive().purge("R(B -> A)");
    assert!(
        matches!(db.assert_fails(purge()), Error::HazardsNotAllowed { hazards, .. } if hazards.len() == 2)
    );
    let allowed = purge().allow(HazardKind::DeletesData, "R(B -> A)");
    allowed.migrate().unwrap();
}

#[test]
fn destructive_policy_deletes_but_still_requires_values() {
    let db = populated();
    let report = db
        .migrator(new())
        .change_policy(ChangePolicy::Destructive)
        .migrate();
    assert!(report.unwrap().to_string().contains("drop pair R(B -> A)"));
    let purge = db
        .migrator(new())
        .purge("R(B -> A)")
        .change_policy(ChangePolicy::Destructive);
    purge.migrate().unwrap();
    // The policy permits deletions; it does not permit missing values.
    let tight = db
        .migrator(schema![tight::A])
        .change_policy(ChangePolicy::Destructive);
    let e = db.assert_fails(tight);
    assert!(matches!(&e, Error::HazardsNotAllowed { .. }), "{e}");
}
