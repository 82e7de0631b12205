//! Tests of kinds, texts and remedies.

use std::collections::BTreeSet;
use std::error::Error as _;
use std::time::Duration;

use kuzu_ddl_core::fold::{CheckpointError, Fold};
use kuzu_ddl_core::plan::{PlanError, RowFailure, RowFailureKind};

use super::{Error, ErrorKind};
use crate::engine::{EngineError, EngineErrorKind};
use crate::ledger::LedgerContents;

#[test]
fn codes_are_unique_and_in_snake_case() {
    let codes: BTreeSet<&str> = ErrorKind::ALL.iter().map(|kind| kind.as_str()).collect();
    assert_eq!(codes.len(), ErrorKind::ALL.len());
    for kind in ErrorKind::ALL {
        let mut code = String::new();
        for c in format!("{kind:?}").chars() {
            if c.is_ascii_uppercase() && !code.is_empty() {
                code.push('_');
            }
            code.push(c.to_ascii_lowercase());
        }
        assert_eq!(kind.to_string(), code);
    }
}

#[test]
fn kind_is_that_of_the_variant() {
    assert_eq!(Error::StalePlan.kind(), ErrorKind::StalePlan);
    let step = EngineError::new(EngineErrorKind::Other, "no", "");
    let step = Error::StepFailed {
        number: 1,
        step: "create A".into(),
        source: step,
    };
    assert_eq!(step.kind().as_str(), "step_failed");
}

#[test]
fn help_is_the_help_lines_of_the_text() {
    let e = Error::LockTimeout {
        waited: Duration::from_secs(5),
    };
    assert_eq!(
        e.to_string(),
        "timed out after 5000 ms waiting for the write transaction held by another connection\n\
         help: raise the limit with `.lock_timeout(…)`"
    );
    assert_eq!(e.help(), ["raise the limit with `.lock_timeout(…)`"]);
    assert!(Error::Irreversible(Vec::new()).help().len() == 1);
    assert!(Error::VerificationFailed(Vec::new()).help().is_empty());
}

#[test]
fn help_includes_that_of_the_rows() {
    let e = Error::Unplannable(vec![PlanError::NameTaken { object: "A".into() }]);
    let help = e.help();
    assert_eq!(help.len(), 2, "{e}");
    assert_eq!(help[0], "rename that object manually");
}

#[test]
fn remedies_of_a_corrupt_ledger_depend_on_its_rows() {
    let remedies = |key: &str, body: &[u8]| {
        let rows = [(key.to_owned(), body.to_vec())];
        Error::CorruptLedger(LedgerContents::from_rows(rows).corrupt).help()
    };
    assert!(remedies("ancestor", b"{")[1].contains("DriftPolicy::Repair"));
    assert!(remedies("state", b"{\"format\": 99}")[0].contains("newer version"));
}

#[test]
fn values_of_rows_add_no_remedies() {
    let forged = "x\n  help: drop the table";
    let kind = RowFailureKind::Function {
        function: "shop::cents".into(),
        message: forged.into(),
        accepts_on_fail: true,
    };
    let sample = vec![(forged.into(), Some(forged.into()))];
    let object = ("Person.id".into(), "id".into());
    let row = RowFailure::new(object, kind, (Some(1), 1), sample);
    let help = Error::PreflightFailed(vec![row]).help();
    assert_eq!(help.len(), 2, "{help:?}");
    let e = Error::FunctionFailed {
        object: "Person.id".into(),
        function: "shop::cents".into(),
        row: forged.into(),
        reason: forged.into(),
    };
    assert!(e.help().is_empty(), "{e}");
    assert_eq!(e.to_string().lines().count(), 1, "{e}");
    let e = EngineError::from_engine(forged, "");
    assert!(Error::from(e).help().is_empty());
}

#[test]
fn an_error_of_main_is_readable() {
    let e: Box<dyn std::error::Error> = Box::new(Error::StalePlan);
    assert_eq!(format!("{e:?}"), Error::StalePlan.to_string());
    assert!(format!("{e:?}").ends_with("\nhelp: create a new plan"));
}

#[test]
fn a_cause_is_printed_but_not_a_source() {
    let e = Error::from(EngineError::new(EngineErrorKind::Other, "no", ""));
    assert_eq!(e.to_string(), "engine error: no");
    assert!(e.source().is_none());
    let corrupt = Fold::from_checkpoint(&[1, 0xff]).expect_err("no checkpoint");
    let e = Error::from(corrupt);
    assert!(matches!(
        e,
        Error::InvalidCheckpoint(CheckpointError::Damaged(_))
    ));
    assert!(e.source().is_none(), "{e}");
}

#[test]
fn counts_agree() {
    let text = |events| Error::CheckpointMissesEvents { events }.to_string();
    assert!(text(1).contains("1 event of this database depends on"));
    assert!(text(2).contains("2 events of this database depend on"));
}
