//! The cost of a step is estimated before and measured during the migration.

use std::time::Duration;

use kuzu_ddl::{Phase, Plan, schema};

use crate::fixture::TestDatabase;

mod v1 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        n: i32,
    }
}

mod v2 {
    use kuzu_ddl::KuzuNode;

    #[derive(KuzuNode)]
    pub(super) struct A {
        #[kuzu(primary_key)]
        id: i64,
        n: i64,
        #[kuzu(fill = "1")]
        m: i64,
    }
}

#[test]
fn plan_estimates_rows_and_duration() {
    let db = TestDatabase::migrated(schema![v1::A]);
    db.execute(&["UNWIND range(1, 30000) AS i CREATE (:A {id: i, n: CAST(i AS INT32)})"]);
    let plan = db.migrator(schema![v2::A]).plan().unwrap();
    assert_eq!(plan.rows(), 60_000);
    let estimate = plan.estimate().unwrap();
    assert!(estimate > Duration::ZERO);
    let text = plan.to_string();
    assert!(text.starts_with("2 steps, 60,000 rows, about "), "{text}");
    assert!(
        text.contains("change property A.n to INT64 (30,000 rows, about "),
        "{text}"
    );
    // The estimate is part of the JSON, but another machine's estimate does not make it another
    // plan.
    let json = serde_json::to_string(&plan).unwrap();
    let mut read: Plan = serde_json::from_str(&json).unwrap();
    assert_eq!(read, plan);
    read.steps[0].row_work.as_mut().unwrap().estimate = Some(Duration::from_secs(1_000_000));
    let mut reported = Vec::new();
    let migrator = db.migrator(schema![v2::A]).on_progress(|p| {
        reported.push((p.phase, p.steps_done, p.rows_done, p.rows));
    });
    let report = migrator.apply(&read).unwrap();
    let applied: Vec<_> = reported.iter().filter(|t| t.0 == Phase::Apply).collect();
    assert_eq!(
        applied,
        [
            &(Phase::Apply, 0, 0, 60_000),
            &(Phase::Apply, 1, 30_000, 60_000)
        ]
    );
    assert_eq!(report.step_durations.len(), 2);
    assert!(
        report
            .step_durations
            .iter()
            .all(|took| *took > Duration::ZERO)
    );
    let text = report.to_string();
    assert!(
        text.contains("(30,000 rows, about ") && text.contains("), took "),
        "{text}"
    );
}

#[test]
fn empty_tables_are_not_measured() {
    let db = TestDatabase::migrated(schema![v1::A]);
    let plan = db.migrator(schema![v2::A]).plan().unwrap();
    assert_eq!((plan.rows(), plan.estimate()), (0, Some(Duration::ZERO)));
}
