//! Tests, and their expected output.

use crate::process::{self, Result};
use crate::{api, engine};

/// Tests the workspace against the engine that the environment names.
pub(crate) fn run(arguments: &[&str]) -> Result {
    engine::prepare()?;
    workspace(arguments)
}

/// Runs `cargo test --workspace`, as the README says: without `--locked`.
pub(crate) fn workspace(arguments: &[&str]) -> Result {
    process::run(process::cargo(["test", "--workspace"])?.args(arguments))
}

/// Tests the crates that have optional features with these features.
pub(crate) fn optional_features() -> Result {
    let features = "chrono,kuzu-ddl/sync";
    let mut cargo = process::cargo(["test", "--locked", "--features", features])?;
    for package in ["kuzu-ddl-core", "kuzu-ddl-runtime", "kuzu-ddl"] {
        cargo.args(["-p", package]);
    }
    process::run(&mut cargo)
}

/// Overwrites the expected output of the tests whose names contain the filter, or of all; then the
/// snapshots of the public API too.
pub(crate) fn bless(arguments: &[&str]) -> Result {
    engine::prepare()?;
    let mut tests = process::cargo(["test", "--workspace", "--no-fail-fast"])?;
    tests.args(arguments);
    tests.env("TRYBUILD", "overwrite").env("UPDATE_EXPECT", "1");
    process::run(&mut tests)?;
    if arguments.is_empty() {
        api::bless()?;
    }
    println!("read the differences as a user of the crate would: git diff");
    Ok(())
}
