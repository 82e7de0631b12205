//! `DriftPolicy::Warn`.

use super::{CASES, Case, changed, said, start};
use kuzu_ddl::{DriftPolicy, Error};

#[test]
fn warned_of() {
    for Case { by, told, .. } in CASES {
        let bed = changed(by);
        for _ in 0..2 {
            let report = start(&bed, DriftPolicy::Warn).unwrap_or_else(|e| panic!("{by:?}: {e}"));
            assert!(report.is_up_to_date(), "{by:?}: {report}");
            assert!(report.to_string().contains(told), "{by:?}: {report}");
        }
        assert!(matches!(bed.refused(said()), Error::Drift(_)), "{by:?}");
    }
}
