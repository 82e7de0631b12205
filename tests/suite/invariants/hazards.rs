//! Rule 7: every hazard is named, counted, and blocked unless it is allowed.

use kuzu_ddl::{Error, HazardKind, schema};

use crate::fixture::TestDatabase;

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
    #[kuzu(from = A, to = B, pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod v2 {
    use kuzu_ddl::KuzuEdge;

    use super::v1::{A, B};

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = B, dropped_pair(from = B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
    }
}

mod tight {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        must: String,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = A, to = super::v1::B, pair(from = super::v1::B, to = A))]
    pub(super) struct R {
        w: Option<i64>,
        must: i64,
    }
}

fn populated(rows: &[&str]) -> TestDatabase {
    let db = TestDatabase::migrated(schema![v1::A, v1::B, v1::R]);
    db.execute(&["CREATE (:A {id: 1}), (:B {id: 2})"]);
    db.execute(rows);
    db
}

const FORTH: &str = "MATCH (a:A), (b:B) CREATE (a)-[:R {w: 12}]->(b)";
const BACK: &str = "MATCH (a:A), (b:B) CREATE (b)-[:R {w: 21}]->(a)";

#[test]
fn purged_pair_with_rels_is_blocked_until_allowed() {
    let mut db = populated(&[FORTH, BACK, BACK]);
    let declaration = || schema![v1::A, v1::B, v2::R];
    db.migrate_cleanly(declaration());
    let purge =
        |db: &'_ TestDatabase| db.assert_fails(db.migrator(declaration()).purge("R(B -> A)"));
    let e = purge(&db);
    let Error::HazardsNotAllowed { hazards, plan } = &e else {
        panic!("{e}")
    };
    assert_eq!(
        hazards.iter().map(|h| h.rows).collect::<Vec<_>>(),
        [Some(2), Some(2)]
    );
    assert_eq!(plan.steps.len(), 1);
    let text = e.to_string();
    assert_eq!(
        e.help(),
        ["allow it with `.allow(HazardKind::DeletesData, \"R(B -> A)\")` on the Migrator"],
        "{text}"
    );
    // Allowing what cannot be undone, or another object, is not enough.
    let one = db
        .migrator(declaration())
        .purge("R(B -> A)")
        .allow(HazardKind::Irreversible, "R(B -> A)");
    assert!(
        matches!(db.assert_fails(one), Error::HazardsNotAllowed { hazards, .. } if hazards.len() == 1)
    );
    let other = db
        .migrator(declaration())
        .purge("R(B -> A)")
        .allow(HazardKind::DeletesData, "R(A -> B)")
        .allow(HazardKind::Irreversible, "R(A -> B)");
    assert!(
        matches!(db.assert_fails(other), Error::HazardsNotAllowed { hazards, .. } if hazards.len() == 2)
    );
    assert_eq!(
        kuzu_ddl::archive::list_archived(db.kuzu())
            .map(|all| all.len())
            .ok(),
        Some(1)
    );

    // The snippet of the error message.
    let migrator = db
        .migrator(declaration())
        .purge("R(B -> A)")
        .allow(HazardKind::DeletesData, "R(B -> A)");
    migrator.migrate().unwrap();
    db.assert_up_to_date(declaration());
    db.reopen();
    assert_eq!(
        db.rows("MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id"),
        "1|12|2"
    );
}

#[test]
fn dropped_pair_is_not_blocked() {
    let db = populated(&[FORTH]);
    let report = db.migrate_cleanly(schema![v1::A, v1::B, v2::R]);
    assert_eq!(report.steps.len(), 1, "{report}");
    assert_eq!(
        db.rows("MATCH (x)-[r:R]->(y) RETURN x.id, r.w, y.id"),
        "1|12|2"
    );
}

#[test]
fn required_property_without_values_is_blocked() {
    let db = populated(&[FORTH]);
    let declaration = || schema![tight::A, v1::B, tight::R];
    let e = db.assert_refused(declaration());
    let Error::HazardsNotAllowed { hazards, .. } = &e else {
        panic!("{e}")
    };
    let reported: Vec<_> = hazards
        .iter()
        .map(|h| (h.kind, h.object.as_str(), h.rows))
        .collect();
    assert_eq!(
        reported,
        [
            (HazardKind::Tightens, "A.must", Some(1)),
            (HazardKind::Tightens, "R.must", Some(1)),
        ]
    );
    assert!(
        e.to_string()
            .contains(".allow(HazardKind::Tightens, \"A.must\")"),
        "{e}"
    );
    let migrator = db
        .migrator(declaration())
        .allow(HazardKind::Tightens, "A.must")
        .allow(HazardKind::Tightens, "R.must");
    migrator.migrate().unwrap();
    db.assert_up_to_date(declaration());
}

#[test]
fn required_property_of_an_empty_table_is_added() {
    let db = TestDatabase::migrated(schema![v1::A, v1::B, v1::R]);
    assert_eq!(
        db.migrate_cleanly(schema![tight::A, v1::B, tight::R])
            .steps
            .len(),
        2
    );
}

#[test]
fn plan_lists_its_hazards() {
    let db = populated(&[BACK]);
    db.migrate_cleanly(schema![v1::A, v1::B, v2::R]);
    let purge = || {
        let migrator = db.migrator(schema![v1::A, v1::B, v2::R]);
        migrator.purge("R(B -> A)")
    };
    let plan = purge().plan().unwrap();
    let text = plan.to_string();
    assert!(text.contains("! deletes data: R(B -> A), 1 rel"), "{text}");
    let e = purge().apply(&plan).unwrap_err();
    assert!(matches!(e, Error::HazardsNotAllowed { .. }), "{e}");
}

#[test]
fn hazard_rows_are_counted_under_the_former_table_name() {
    mod renamed {
        use kuzu_ddl::{KuzuEdge, KuzuNode};

        #[derive(KuzuNode)]
        #[kuzu(renamed_from = "A")]
        pub(super) struct Alpha {
            #[kuzu(primary_key)]
            id: i64,
            must: i64,
        }

        #[derive(KuzuEdge)]
        #[kuzu(renamed_from = "R", from = Alpha, to = super::v1::B, dropped_pair(from = super::v1::B, to = Alpha))]
        pub(super) struct Rel {
            w: Option<i64>,
        }
    }
    let db = populated(&[FORTH, BACK]);
    let e = db.assert_refused(schema![renamed::Alpha, v1::B, renamed::Rel]);
    let Error::HazardsNotAllowed { hazards, .. } = &e else {
        panic!("{e}")
    };
    assert_eq!(
        hazards.iter().map(|h| h.rows).collect::<Vec<_>>(),
        [Some(1)],
        "{e}"
    );
}
