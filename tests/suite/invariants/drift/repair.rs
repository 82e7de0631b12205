//! `DriftPolicy::Repair`.

use kuzu_ddl::{DriftPolicy, Error};

use super::{CASES, Case, changed, counts, declaration, start};

#[test]
fn repair_changes_the_ledger_only() {
    for Case {
        manual,
        reported,
        next,
        ..
    } in CASES
    {
        let mut db = changed(manual);
        let report = start(&db, DriftPolicy::Repair).unwrap_or_else(|e| panic!("{manual:?}: {e}"));
        assert!(
            report.steps.is_empty() && !report.events.is_empty(),
            "{manual:?}: {report}"
        );
        let text = format!("repaired: {reported}");
        assert!(report.to_string().contains(&text), "{manual:?}: {report}");
        assert_eq!(db.drift(), "", "{manual:?}");
        db.reopen();
        match db.migrator(declaration()).plan() {
            Ok(plan) => {
                let text = plan.to_string();
                assert_eq!(plan.steps.is_empty(), next.is_empty(), "{manual:?}: {text}");
                assert!(text.contains(next), "{manual:?}: {text}");
                db.migrator(declaration())
                    .change_policy(kuzu_ddl::ChangePolicy::Archive)
                    .undeclared(kuzu_ddl::UndeclaredPolicy::Keep)
                    .migrate()
                    .unwrap_or_else(|e| panic!("{manual:?}: {e}"));
                db.assert_up_to_date(declaration());
            }
            Err(e) => {
                assert!(matches!(e, Error::Incompatible(_)), "{manual:?}: {e}");
                assert!(
                    !next.is_empty() && e.to_string().contains(next),
                    "{manual:?}: {e}"
                );
            }
        }
        assert_eq!(counts(&db), "2; 1", "{manual:?}");
    }
}
