//! `DriftPolicy::Error`, which is the default.

use super::{CASES, Case, changed, declaration};
use kuzu_ddl::Error;

#[test]
fn every_kind_of_drift_is_an_error_by_default() {
    for Case { by, told, .. } in CASES {
        let mut db = changed(by);
        let e = db.assert_refused(declaration());
        assert!(matches!(e, Error::Drift(_)), "{by:?}: {e}");
        assert!(e.to_string().contains(told), "{by:?}: {e}");
        for policy in ["Adopt", "Repair", "Recreate", "Warn"] {
            let words = format!("`.drift(DriftPolicy::{policy})`");
            assert!(e.to_string().contains(&words), "{e}");
        }
        db.reopen();
        assert!(matches!(db.assert_refused(declaration()), Error::Drift(_)));
    }
}
