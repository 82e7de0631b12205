//! Rule 4: a plan pins its base.

use kuzu_ddl::{Error, Phase, Plan, schema};

use crate::fixture::{Declaration, TestDatabase};

mod v1 {
    use kuzu_ddl::KuzuNode;

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
}

mod v2 {
    use kuzu_ddl::{KuzuEdge, KuzuNode};

    /// Text.
    #[derive(KuzuNode)]
    #[kuzu(renamed_from = "A")]
    pub(super) struct Alpha {
        #[kuzu(primary_key)]
        id: i64,
        #[kuzu(default = 1)]
        n: i64,
    }

    #[derive(KuzuEdge)]
    #[kuzu(from = Alpha, to = super::v1::B)]
    pub(super) struct R;
}

fn old() -> Declaration {
    schema![v1::A, v1::B]
}

fn new() -> Declaration {
    schema![v2::Alpha, v1::B, v2::R]
}

#[test]
fn planning_does_not_change_an_empty_database() {
    let db = TestDatabase::new();
    let plan = db.migrator(old()).plan().unwrap();
    assert_eq!(
        db.rows("CALL show_tables() RETURN name"),
        "",
        "a plan writes nothing"
    );
    assert_eq!((plan.steps.len(), plan.events.len()), (2, 2));
    let report = db.migrator(old()).apply(&plan).unwrap();
    assert_eq!(report.steps, plan.steps);
    db.assert_up_to_date(old());
}

#[test]
fn manual_change_invalidates_a_plan() {
    for change in [
        "CREATE NODE TABLE Other(id INT64 PRIMARY KEY)",
        "COMMENT ON TABLE A IS 'manual'",
        "ALTER TABLE B ADD x INT64",
        "CREATE SEQUENCE s",
    ] {
        let db = TestDatabase::migrated(old());
        let plan = db.migrator(new()).plan().unwrap();
        db.execute(&[change]);
        let before = db.snapshot();
        let e = db.migrator(new()).apply(&plan).unwrap_err();
        assert!(
            matches!(e, Error::StalePlan | Error::DriftDetected(_)),
            "after {change}: {e}"
        );
        assert_eq!(db.snapshot(), before);
    }
}

#[test]
fn plan_is_applied_once() {
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1})"]);
    let plan = db.migrator(new()).plan().unwrap();
    // Rows are not part of the base.
    db.execute(&["CREATE (:A {id: 2})"]);
    db.migrator(new()).apply(&plan).unwrap();
    let e = db.migrator(new()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::StalePlan), "{e}");
    db.assert_up_to_date(new());
    assert_eq!(
        db.rows("MATCH (a:Alpha) RETURN a.id, a.n ORDER BY a.id"),
        "1|1; 2|1"
    );
}

#[test]
fn other_migration_invalidates_a_plan() {
    let db = TestDatabase::migrated(old());
    let plan = db.migrator(new()).plan().unwrap();
    db.migrate_cleanly(new());
    let e = db.migrator(new()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::StalePlan), "{e}");
}

#[test]
fn plan_can_be_stored_as_json() {
    let mut db = TestDatabase::migrated(old());
    let plan = db.migrator(new()).plan().unwrap();
    let text = serde_json::to_string(&plan).unwrap();
    db.reopen();
    let read: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(read, plan);
    db.migrator(new()).apply(&read).unwrap();
    db.assert_up_to_date(new());
}

#[test]
fn altered_plan_is_refused() {
    let db = TestDatabase::migrated(old());
    let plan = db.migrator(new()).plan().unwrap();
    let mut altered = Vec::new();
    let mut one = plan.clone();
    one.steps[0].cypher.push("DROP TABLE B".into());
    altered.push(one);
    let mut one = plan.clone();
    one.steps.pop();
    altered.push(one);
    let mut one = plan.clone();
    one.events.pop();
    altered.push(one);
    let mut one = plan.clone();
    one.steps.swap(0, 1);
    altered.push(one);
    for plan in altered {
        let before = db.snapshot();
        let e = db.migrator(new()).apply(&plan).unwrap_err();
        assert!(matches!(e, Error::StalePlan), "{e}");
        assert_eq!(db.snapshot(), before);
    }
    // A plan for another schema.
    let e = db.migrator(old()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::StalePlan), "{e}");
    db.migrator(new()).apply(&plan).unwrap();
}

mod swapped {
    use kuzu_ddl::KuzuNode;

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
    }
}

#[test]
fn manual_change_during_the_rehearsal_is_planned_again() {
    let db = TestDatabase::migrated(old());
    db.execute(&["CREATE (:A {id: 1}), (:B {id: 2})"]);
    let mut changed = 0;
    let migrator = db
        .migrator(schema![swapped::A, swapped::B])
        .on_progress(|progress| {
            if progress.phase == Phase::Rehearse && changed < 2 {
                changed += 1;
                db.execute(&[&format!(
                    "CREATE NODE TABLE Other{changed}(id INT64 PRIMARY KEY)"
                )]);
            }
        });
    let report = migrator.migrate().unwrap();
    assert_eq!(changed, 2);
    assert_eq!(report.notes.len(), 2, "{report}");
    db.assert_up_to_date(schema![swapped::A, swapped::B]);
    assert_eq!(db.rows("MATCH (a:A), (b:B) RETURN a.id, b.id"), "2|1");
}

#[test]
fn migration_fails_when_the_base_keeps_changing() {
    let db = TestDatabase::migrated(old());
    let mut changed = 0;
    let migrator = db
        .migrator(schema![swapped::A, swapped::B])
        .on_progress(|progress| {
            if progress.phase == Phase::Rehearse {
                changed += 1;
                db.execute(&[
                    &format!("COMMENT ON TABLE B IS 'to and fro {changed}'"),
                    "COMMENT ON TABLE B IS ''",
                ]);
            }
        });
    let e = migrator.migrate().unwrap_err();
    assert!(matches!(e, Error::StalePlan), "{e}");
    db.assert_up_to_date(old());
}
