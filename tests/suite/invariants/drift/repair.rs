//! `DriftPolicy::Repair`.

use super::{CASES, Case, changed, counts, said, start};
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn repaired_is_the_ledger_alone() {
    for Case { by, told, next, .. } in CASES {
        let mut bed = changed(by);
        let report = start(&bed, DriftPolicy::Repair).unwrap_or_else(|e| panic!("{by:?}: {e}"));
        assert!(
            report.steps.is_empty() && !report.events.is_empty(),
            "{by:?}: {report}"
        );
        let text = format!("repaired: {told}");
        assert!(report.to_string().contains(&text), "{by:?}: {report}");
        assert_eq!(bed.drift(), "", "{by:?}");
        bed.reopen();
        match bed.migrator(said()).plan() {
            Ok(plan) => {
                let text = plan.to_string();
                assert_eq!(plan.steps.is_empty(), next.is_empty(), "{by:?}: {text}");
                assert!(text.contains(next), "{by:?}: {text}");
                bed.migrator(said())
                    .policy(kuzu_ddl::Policy::Archive)
                    .undeclared(kuzu_ddl::Undeclared::Keep)
                    .migrate()
                    .unwrap_or_else(|e| panic!("{by:?}: {e}"));
                bed.settled(said());
            }
            Err(e) => {
                assert!(matches!(e, Error::Refused(_)), "{by:?}: {e}");
                assert!(
                    !next.is_empty() && e.to_string().contains(next),
                    "{by:?}: {e}"
                );
            }
        }
        assert_eq!(counts(&bed), "2; 1", "{by:?}");
    }
}
