//! The error about drift offers exactly the policies that help.

use kuzu_ddl::DriftPolicy;

use super::{CASES, Case, changed, declaration};

/// Whether a start under a policy succeeds, and the next start does.
fn helps(manual: &[&str], policy: DriftPolicy) -> bool {
    let db = changed(manual);
    let next = match policy {
        DriftPolicy::Warn => DriftPolicy::Warn,
        _ => DriftPolicy::Error,
    };
    let start = |policy| db.migrator(declaration()).drift_policy(policy).migrate();
    start(policy).is_ok() && start(next).is_ok()
}

#[test]
fn the_error_offers_the_policies_that_help() {
    for Case { manual, .. } in CASES {
        let help = changed(manual).assert_refused(declaration()).help();
        let alone: Vec<&String> = help
            .iter()
            .filter(|line| !line.contains("in the source"))
            .collect();
        for (policy, name) in [
            (DriftPolicy::Adopt, "DriftPolicy::Adopt"),
            (DriftPolicy::Repair, "DriftPolicy::Repair"),
            (DriftPolicy::Recreate, "DriftPolicy::Recreate"),
            (DriftPolicy::Warn, "DriftPolicy::Warn"),
        ] {
            let offered = alone.iter().any(|line| line.contains(name));
            assert_eq!(
                offered,
                helps(manual, policy),
                "{manual:?}: {name}: {help:?}"
            );
        }
    }
}

/// The help of a renamed property has the statement that restores its name.
#[test]
fn a_renamed_property_can_be_renamed_back() {
    let db = changed(&["ALTER TABLE A RENAME s TO z"]);
    let help = db.assert_refused(declaration()).help();
    assert_eq!(help[0], "declare `z` with `#[kuzu(renamed_from = \"s\")]`");
    let line = help.iter().find(|line| line.contains("restore the name"));
    let statement = line.unwrap().split('"').nth(1).unwrap().to_owned();
    db.execute(&[&statement]);
    db.assert_up_to_date(declaration());
}
