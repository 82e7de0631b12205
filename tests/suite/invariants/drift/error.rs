//! `DriftPolicy::Error`, which is the default.

use super::{CASES, Case, changed, said};
use kuzu_ddl::Error;

#[test]
fn by_default_an_error() {
    for Case { by, told, .. } in CASES {
        let mut bed = changed(by);
        let e = bed.refused(said());
        assert!(matches!(e, Error::Drift(_)), "{by:?}: {e}");
        assert!(e.to_string().contains(told), "{by:?}: {e}");
        for policy in ["Adopt", "Repair", "Recreate", "Warn"] {
            let words = format!("`.drift(DriftPolicy::{policy})`");
            assert!(e.to_string().contains(&words), "{e}");
        }
        bed.reopen();
        assert!(matches!(bed.refused(said()), Error::Drift(_)));
    }
}
