//! What `cargo metadata` reports about the workspace.

use std::path::PathBuf;

use serde_json::Value;

use crate::process::{self, Result};

/// Returns the output of `cargo metadata`.
///
/// # Errors
/// If Cargo.lock is not up to date.
pub(crate) fn read() -> Result<Value> {
    let mut cargo = process::cargo(["metadata", "--locked", "--format-version", "1"])?;
    Ok(serde_json::from_str(&process::stdout(&mut cargo)?)?)
}

/// Returns cargo's target directory.
pub(crate) fn target_directory() -> Result<PathBuf> {
    let metadata = read()?;
    let path = metadata["target_directory"].as_str();
    Ok(path.ok_or("cargo metadata: no target directory")?.into())
}
