//! Rule 4: a plan pins its base.

use crate::fixture::{Bed, Said};
use kuzu_ddl::{Error, Phase, Plan, schema};

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

fn old() -> Said {
    schema![v1::A, v1::B]
}

fn new() -> Said {
    schema![v2::Alpha, v1::B, v2::R]
}

#[test]
fn an_empty_database() {
    let bed = Bed::new();
    let plan = bed.migrator(old()).plan().unwrap();
    assert_eq!(
        bed.rows("CALL show_tables() RETURN name"),
        "",
        "a plan writes nothing"
    );
    assert_eq!((plan.steps.len(), plan.events.len()), (2, 2));
    let report = bed.migrator(old()).apply(&plan).unwrap();
    assert_eq!(report.steps, plan.steps);
    bed.settled(old());
}

#[test]
fn a_change_by_hand_in_between() {
    for change in [
        "CREATE NODE TABLE Other(id INT64 PRIMARY KEY)",
        "COMMENT ON TABLE A IS 'by hand'",
        "ALTER TABLE B ADD x INT64",
        "CREATE SEQUENCE s",
    ] {
        let bed = Bed::with(old());
        let plan = bed.migrator(new()).plan().unwrap();
        bed.run(&[change]);
        let before = bed.state();
        let e = bed.migrator(new()).apply(&plan).unwrap_err();
        assert!(
            matches!(e, Error::BaseMoved | Error::Drift(_)),
            "after {change}: {e}"
        );
        assert_eq!(bed.state(), before);
    }
}

#[test]
fn a_plan_is_carried_out_once() {
    let bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1})"]);
    let plan = bed.migrator(new()).plan().unwrap();
    // Rows are no part of the base.
    bed.run(&["CREATE (:A {id: 2})"]);
    bed.migrator(new()).apply(&plan).unwrap();
    let e = bed.migrator(new()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::BaseMoved), "{e}");
    bed.settled(new());
    assert_eq!(
        bed.rows("MATCH (a:Alpha) RETURN a.id, a.n ORDER BY a.id"),
        "1|1; 2|1"
    );
}

#[test]
fn another_migration_in_between() {
    let bed = Bed::with(old());
    let plan = bed.migrator(new()).plan().unwrap();
    bed.up(new());
    let e = bed.migrator(new()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::BaseMoved), "{e}");
}

#[test]
fn a_plan_survives_a_file() {
    let mut bed = Bed::with(old());
    let plan = bed.migrator(new()).plan().unwrap();
    let text = serde_json::to_string(&plan).unwrap();
    bed.reopen();
    let read: Plan = serde_json::from_str(&text).unwrap();
    assert_eq!(read, plan);
    bed.migrator(new()).apply(&read).unwrap();
    bed.settled(new());
}

#[test]
fn a_plan_that_was_tampered_with() {
    let bed = Bed::with(old());
    let plan = bed.migrator(new()).plan().unwrap();
    let mut hostile = Vec::new();
    let mut one = plan.clone();
    one.steps[0].cypher.push("DROP TABLE B".into());
    hostile.push(one);
    let mut one = plan.clone();
    one.steps.pop();
    hostile.push(one);
    let mut one = plan.clone();
    one.events.pop();
    hostile.push(one);
    let mut one = plan.clone();
    one.steps.swap(0, 1);
    hostile.push(one);
    for plan in hostile {
        let before = bed.state();
        let e = bed.migrator(new()).apply(&plan).unwrap_err();
        assert!(matches!(e, Error::BaseMoved), "{e}");
        assert_eq!(bed.state(), before);
    }
    // A plan for another schema.
    let e = bed.migrator(old()).apply(&plan).unwrap_err();
    assert!(matches!(e, Error::BaseMoved), "{e}");
    bed.migrator(new()).apply(&plan).unwrap();
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
fn a_change_by_hand_while_it_rehearses() {
    let bed = Bed::with(old());
    bed.run(&["CREATE (:A {id: 1}), (:B {id: 2})"]);
    let mut changed = 0;
    let migrator = bed
        .migrator(schema![swapped::A, swapped::B])
        .on_progress(|progress| {
            if progress.phase == Phase::Rehearse && changed < 2 {
                changed += 1;
                bed.run(&[&format!(
                    "CREATE NODE TABLE Other{changed}(id INT64 PRIMARY KEY)"
                )]);
            }
        });
    let report = migrator.migrate().unwrap();
    assert_eq!(changed, 2);
    assert_eq!(report.notes.len(), 2, "{report}");
    bed.settled(schema![swapped::A, swapped::B]);
    assert_eq!(bed.rows("MATCH (a:A), (b:B) RETURN a.id, b.id"), "2|1");
}

#[test]
fn a_database_that_never_stands_still() {
    let bed = Bed::with(old());
    let mut changed = 0;
    let migrator = bed
        .migrator(schema![swapped::A, swapped::B])
        .on_progress(|progress| {
            if progress.phase == Phase::Rehearse {
                changed += 1;
                bed.run(&[
                    &format!("COMMENT ON TABLE B IS 'to and fro {changed}'"),
                    "COMMENT ON TABLE B IS ''",
                ]);
            }
        });
    let e = migrator.migrate().unwrap_err();
    assert!(matches!(e, Error::BaseMoved), "{e}");
    bed.settled(old());
}
