//! `DriftPolicy::Warn`.

use kuzu_ddl::{DriftPolicy, Error};

use super::{CASES, Case, changed, declaration, start};

#[test]
fn warn_reports_drift_without_changes() {
    for Case {
        manual, reported, ..
    } in CASES
    {
        let db = changed(manual);
        for _ in 0..2 {
            let report =
                start(&db, DriftPolicy::Warn).unwrap_or_else(|e| panic!("{manual:?}: {e}"));
            assert!(report.is_up_to_date(), "{manual:?}: {report}");
            assert!(
                report.to_string().contains(reported),
                "{manual:?}: {report}"
            );
        }
        assert!(
            matches!(db.assert_refused(declaration()), Error::DriftDetected(_)),
            "{manual:?}"
        );
    }
}
