//! `DriftPolicy::Repair`.

use super::{CASES, Case, changed, counts, declaration, start};
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn repair_changes_the_ledger_only() {
    for Case { by, told, next, .. } in CASES {
        let mut db = changed(by);
        let report = start(&db, DriftPolicy::Repair).unwrap_or_else(|e| panic!("{by:?}: {e}"));
        assert!(
            report.steps.is_empty() && !report.events.is_empty(),
            "{by:?}: {report}"
        );
        let text = format!("repaired: {told}");
        assert!(report.to_string().contains(&text), "{by:?}: {report}");
        assert_eq!(db.drift(), "", "{by:?}");
        db.reopen();
        match db.migrator(declaration()).plan() {
            Ok(plan) => {
                let text = plan.to_string();
                assert_eq!(plan.steps.is_empty(), next.is_empty(), "{by:?}: {text}");
                assert!(text.contains(next), "{by:?}: {text}");
                db.migrator(declaration())
                    .policy(kuzu_ddl::Policy::Archive)
                    .undeclared(kuzu_ddl::Undeclared::Keep)
                    .migrate()
                    .unwrap_or_else(|e| panic!("{by:?}: {e}"));
                db.assert_up_to_date(declaration());
            }
            Err(e) => {
                assert!(matches!(e, Error::Refused(_)), "{by:?}: {e}");
                assert!(
                    !next.is_empty() && e.to_string().contains(next),
                    "{by:?}: {e}"
                );
            }
        }
        assert_eq!(counts(&db), "2; 1", "{by:?}");
    }
}
