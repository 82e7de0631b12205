//! Snapshots of the public API, one file per crate: a change of the API shows in the diff, where it
//! is reviewed.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use serde_json::Value;

use crate::cargo_metadata;
use crate::process::{self, Result};
use crate::workspace::{self, PACKAGES, Package};

const SNAPSHOTS: &str = "docs/public-api";

/// Set in the environment of a process of xtask that cargo calls in place of rustdoc.
const AS_RUSTDOC: &str = "KUZU_DDL_XTASK_AS_RUSTDOC";

/// Compares the public API of each crate with its snapshot.
pub(crate) fn check() -> Result {
    let mut changed = Vec::new();
    for (package, current) in public_apis()? {
        let path = snapshot(package)?;
        let expected = fs::read_to_string(&path).unwrap_or_default();
        let differences = differences(&expected, &current);
        if differences.is_empty() {
            println!(
                "{}: {} lines, unchanged",
                package.name,
                current.lines().count()
            );
        } else {
            println!("{}:\n{}", package.name, differences.join("\n"));
            changed.push(package.name);
        }
    }
    if changed.is_empty() {
        return Ok(());
    }
    let changed = changed.join(", ");
    Err(format!(
        "the public API differs from {SNAPSHOTS}: {changed}\n\
         help: if the change is intended, run `cargo xtask api --bless` and commit the snapshots"
    )
    .into())
}

/// Overwrites the snapshots.
pub(crate) fn bless() -> Result {
    fs::create_dir_all(workspace::root()?.join(SNAPSHOTS))?;
    for (package, current) in public_apis()? {
        fs::write(snapshot(package)?, current)?;
    }
    Ok(())
}

fn snapshot(package: &Package) -> Result<PathBuf> {
    let file = format!("{}.txt", package.name);
    Ok(workspace::root()?.join(SNAPSHOTS).join(file))
}

/// Returns the public API of each crate, with all features, one item per line.
fn public_apis() -> Result<Vec<(&'static Package, String)>> {
    // One call for all crates, so that their dependencies have the features of other stages. What
    // cannot be seen in the HTML documentation, as hidden items, is not in this one either.
    let mut cargo = process::cargo(["doc", "--quiet", "--locked", "--no-deps", "--all-features"])?;
    for package in PACKAGES {
        cargo.args(["-p", package.name]);
    }
    cargo.env("RUSTDOC", process::own_program()?);
    cargo.env(AS_RUSTDOC, "1");
    cargo.env("RUSTDOCFLAGS", "-Z unstable-options --output-format json");
    process::run(&mut cargo)?;
    let directory = cargo_metadata::target_directory()?.join("doc");
    let read = |package| Ok((package, public_api(&directory, package)?));
    PACKAGES.iter().map(read).collect()
}

fn public_api(directory: &Path, package: &Package) -> Result<String> {
    let json = directory.join(package.name.replace('-', "_") + ".json");
    let api = public_api::Builder::from_rustdoc_json(&json)
        .sorted(true)
        .omit_blanket_impls(true)
        .omit_auto_trait_impls(true)
        .omit_auto_derived_impls(false)
        .build()
        .map_err(|e| format!("{}: {e}{}", json.display(), format_help(&json)))?;
    Ok(api.to_string())
}

/// Returns what to do if the compiler writes another version of the format than `public-api` reads.
fn format_help(json: &Path) -> String {
    let format = fs::read_to_string(json).ok();
    let format: Option<Value> = format.and_then(|text| serde_json::from_str(&text).ok());
    let format = format.map_or(Value::Null, |json| json["format_version"].clone());
    format!(
        "\nhelp: this toolchain writes rustdoc JSON in format {format}; \
         select a version of `public-api` that reads it in xtask/Cargo.toml"
    )
}

/// Returns the lines that are in one of the texts only, marked with `-` or `+`.
fn differences(expected: &str, current: &str) -> Vec<String> {
    let only = |mark: char, one: &str, other: &str| -> Vec<String> {
        let mut other: Vec<&str> = other.lines().collect();
        other.sort_unstable();
        let missing = one
            .lines()
            .filter(|line| other.binary_search(line).is_err());
        missing.map(|line| format!("{mark}{line}")).collect()
    };
    let mut differences = only('-', expected, current);
    differences.extend(only('+', current, expected));
    differences
}

/// Returns whether cargo calls this process in place of rustdoc.
pub(crate) fn is_rustdoc_call() -> bool {
    std::env::var_os(AS_RUSTDOC).is_some()
}

/// Runs rustdoc with unstable options enabled, which its JSON output needs.
///
/// Only rustdoc may see this variable: build scripts of dependencies look for it too, and would
/// recompile most of the workspace.
pub(crate) fn rustdoc() -> ExitCode {
    let arguments = std::env::args_os().skip(1);
    let mut rustdoc = Command::new(OsStr::new("rustdoc"));
    let status = rustdoc.args(arguments).env("RUSTC_BOOTSTRAP", "1").status();
    match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_name_removed_and_added_lines() {
        assert!(differences("a\nb\n", "a\nb\n").is_empty());
        assert_eq!(differences("a\nb\n", "b\nc\n"), ["-a", "+c"]);
    }
}
