//! `DriftPolicy::Error`, which is the default.

use kuzu_ddl::Error;

use super::{CASES, Case, changed, declaration};

#[test]
fn every_kind_of_drift_is_an_error_by_default() {
    for Case {
        manual, reported, ..
    } in CASES
    {
        let mut db = changed(manual);
        let e = db.assert_refused(declaration());
        assert!(matches!(e, Error::DriftDetected(_)), "{manual:?}: {e}");
        assert!(e.to_string().contains(reported), "{manual:?}: {e}");
        // The other policies are offered where they help: see `remedies`.
        for policy in ["Adopt", "Warn"] {
            let message = format!("`.drift_policy(DriftPolicy::{policy})`");
            assert!(e.to_string().contains(&message), "{e}");
        }
        db.reopen();
        assert!(matches!(
            db.assert_refused(declaration()),
            Error::DriftDetected(_)
        ));
    }
}
