//! `DriftPolicy::Warn`.

use super::{CASES, Case, changed, declaration, start};
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn warn_reports_drift_without_changes() {
    for Case { by, told, .. } in CASES {
        let db = changed(by);
        for _ in 0..2 {
            let report = start(&db, DriftPolicy::Warn).unwrap_or_else(|e| panic!("{by:?}: {e}"));
            assert!(report.is_up_to_date(), "{by:?}: {report}");
            assert!(report.to_string().contains(told), "{by:?}: {report}");
        }
        assert!(
            matches!(db.assert_refused(declaration()), Error::Drift(_)),
            "{by:?}"
        );
    }
}
