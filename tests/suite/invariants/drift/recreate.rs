//! `DriftPolicy::Recreate`, and tables that were recreated manually.

use super::{CASES, Case, changed, counts, said, start};
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn made_again() {
    for Case { by, recreate, .. } in CASES {
        let mut bed = changed(by);
        let before = bed.state();
        let result = bed.migrator(said()).drift(DriftPolicy::Recreate).migrate();
        match (*recreate, result) {
            ("-", Err(e)) => {
                assert!(matches!(e, Error::Drift(_)), "{by:?}: {e}");
                assert_eq!(bed.state(), before, "{by:?}");
            }
            ("", Ok(report)) => {
                assert!(report.is_up_to_date(), "{by:?}: {report}");
                assert!(!report.notes.is_empty(), "{by:?}");
                assert_eq!(bed.state(), before, "{by:?}");
            }
            (step, Ok(report)) => {
                assert_eq!(
                    (report.steps.len(), report.events.len()),
                    (1, 0),
                    "{report}"
                );
                assert!(report.to_string().contains(step), "{by:?}: {report}");
                bed.settled(said());
                bed.reopen();
                bed.settled(said());
                assert_eq!(counts(&bed), "2; 1");
            }
            (_, Err(e)) => panic!("{by:?}: {e}"),
        }
    }
}

/// What was dropped and made anew in the same shape is no drift, and is known by its new number.
#[test]
fn made_anew_in_the_same_shape() {
    let mut bed = changed(&[
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64, MANY_ONE)",
    ]);
    bed.up(said());
    bed.reopen();
    bed.run(&["ALTER TABLE R RENAME TO Q"]);
    let text = bed.refused(said()).to_string();
    assert!(
        text.contains("R: the name is Q, the ledger says R"),
        "{text}"
    );
}

/// The engine cannot write the schema down here, and so not the multiplicity of a table made anew.
#[test]
fn a_multiplicity_that_nobody_can_tell() {
    let by = &[
        "CREATE NODE TABLE X(`my id` INT64 PRIMARY KEY)",
        "CREATE REL TABLE XX(FROM X TO X)",
        "DROP TABLE R",
        "CREATE REL TABLE R(FROM A TO B, FROM B TO B, w INT64)",
    ];
    let told = "R: was made anew by hand, and its multiplicity cannot be read";
    let text = changed(by).refused(said()).to_string();
    assert!(text.contains(told), "{text}");
    let bed = changed(by);
    let report = start(&bed, DriftPolicy::Warn).unwrap();
    assert!(report.to_string().contains(told), "{report}");
    assert!(matches!(bed.refused(said()), Error::Drift(_)));
    for policy in [DriftPolicy::Adopt, DriftPolicy::Repair] {
        let bed = changed(by);
        let report = start(&bed, policy).unwrap();
        assert!(report.to_string().contains(told), "{report}");
        bed.migrate(said()).unwrap();
        bed.settled(said());
    }
    let e = bed.migrator(said()).drift(DriftPolicy::Recreate).migrate();
    assert!(matches!(e, Err(Error::Drift(_))));
}
