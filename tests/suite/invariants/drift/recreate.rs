//! `DriftPolicy::Recreate`, and tables that were recreated manually.

use kuzu_ddl::{DriftPolicy, Error};

use super::{CASES, Case, changed, counts, declaration, start};

#[test]
fn recreate_restores_missing_objects_only() {
    for Case {
        manual, recreate, ..
    } in CASES
    {
        let mut db = changed(manual);
        let before = db.snapshot();
        let result = db
            .migrator(declaration())
            .drift_policy(DriftPolicy::Recreate)
            .migrate();
        match (*recreate, result) {
            ("-", Err(e)) => {
                assert!(matches!(e, Error::DriftDetected(_)), "{manual:?}: {e}");
                assert_eq!(db.snapshot(), before, "{manual:?}");
            }
            ("", Ok(report)) => {
                assert!(report.is_up_to_date(), "{manual:?}: {report}");
                assert!(!report.notes.is_empty(), "{manual:?}");
                assert_eq!(db.snapshot(), before, "{manual:?}");
            }
            (step, Ok(report)) => {
                assert_eq!(
                    (report.steps.len(), report.events.len()),
                    (1, 0),
                    "{report}"
                );
                assert!(report.to_string().contains(step), "{manual:?}: {report}");
                db.assert_up_to_date(declaration());
                db.reopen();
                db.assert_up_to_date(declaration());
                assert_eq!(counts(&db), "2; 1");
            }
            (_, Err(e)) => panic!("{manual:?}: {e}"),
        }
    }
}

/// A table that was dropped and recreated in the same shape is no drift, and is known by its new
/// id.
#[test]
fn table_recreated_in_the_same_shape_is_no_drift() {
    let mut db = changed(&[
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64, MANY_ONE)",
    ]);
    db.migrate_cleanly(declaration());
    db.reopen();
    db.execute(&["ALTER TABLE R RENAME TO Q"]);
    let text = db.assert_refused(declaration()).to_string();
    assert!(text.contains("R: the name is Q, expected R"), "{text}");
}

/// The engine cannot export the schema here, and so the multiplicity of a recreated table is
/// unknown.
#[test]
fn unreadable_multiplicity_of_a_recreated_table_is_reported() {
    let manual = &[
        "CREATE NODE TABLE X(`my id` INT64 PRIMARY KEY)",
        "CREATE REL TABLE XX(FROM X TO X)",
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64)",
    ];
    let reported = "R: was recreated out of band, and its multiplicity cannot be read";
    let text = changed(manual).assert_refused(declaration()).to_string();
    assert!(text.contains(reported), "{text}");
    let db = changed(manual);
    let report = start(&db, DriftPolicy::Warn).unwrap();
    assert!(report.to_string().contains(reported), "{report}");
    assert!(matches!(
        db.assert_refused(declaration()),
        Error::DriftDetected(_)
    ));
    for policy in [DriftPolicy::Adopt, DriftPolicy::Repair] {
        let db = changed(manual);
        let report = start(&db, policy).unwrap();
        assert!(report.to_string().contains(reported), "{report}");
        db.migrate(declaration()).unwrap();
        db.assert_up_to_date(declaration());
    }
    let e = db
        .migrator(declaration())
        .drift_policy(DriftPolicy::Recreate)
        .migrate();
    assert!(matches!(e, Err(Error::DriftDetected(_))));
}
