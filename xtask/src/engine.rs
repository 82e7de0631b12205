//! Builds of the C++ engine: which one a build uses, and that there is only one.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::cargo_metadata;
use crate::process::{self, Result};

/// Names the directory of a prebuilt engine; the crate `kuzu` reads it.
const LIBRARY: &str = "KUZU_LIBRARY_DIR";

/// Prints which engine is used, and removes from the target directory what does not belong to it or
/// is out of date.
pub(crate) fn prepare() -> Result {
    let library = std::env::var(LIBRARY).ok();
    match &library {
        Some(library) => println!("engine: prebuilt, in {LIBRARY} ({library})"),
        None => println!("engine: compiled from source, {LIBRARY} is not set"),
    }
    let debug = cargo_metadata::target_directory()?.join("debug");
    drop_stale(&debug, library.as_deref())?;
    drop_old_programs(&debug)
}

/// Cleans the crate `kuzu` if it was built with another engine.
///
/// The crate does not watch the variable, so a target directory may contain the engine of an earlier
/// build. The output of its build scripts says which one that was.
fn drop_stale(debug: &Path, library: Option<&str>) -> Result {
    let expected = library.map(|library| format!("cargo:rustc-link-search=native={library}"));
    let stale = entries(&debug.join("build"))?.into_iter().any(|directory| {
        let name = file_name(&directory);
        if !name.starts_with("kuzu-") || name.starts_with("kuzu-ddl") {
            return false;
        }
        let Ok(output) = fs::read_to_string(directory.join("output")) else {
            return false;
        };
        match &expected {
            Some(line) => !output.lines().any(|l| l == line),
            None => output
                .lines()
                .any(|l| l.starts_with("cargo:rustc-link-arg=-Wl,-rpath,")),
        }
    });
    if !stale {
        return Ok(());
    }
    println!("engine: the target directory contains another one; cleaning the crate kuzu");
    process::run(&mut process::cargo(["clean", "-p", "kuzu"])?)
}

/// Removes test programs that are a week old: each contains the whole engine, some 30 MB, and every
/// clone that shares the target directory adds its own.
fn drop_old_programs(debug: &Path) -> Result {
    let week = Duration::from_secs(7 * 24 * 3600);
    for path in entries(&debug.join("deps"))? {
        let Ok(metadata) = fs::metadata(&path) else {
            continue;
        };
        let age = SystemTime::now().duration_since(metadata.modified()?);
        let old = age.is_ok_and(|age| age > week);
        let name = file_name(&path);
        let program = metadata.is_file() && path.extension().is_none() && !name.starts_with("lib");
        if program && old && metadata.len() > 8 << 20 {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

/// Fails if the README's two commands build the engine more than once.
///
/// If a shared dependency has other features in one of them, cargo compiles the engine again, which
/// takes half an hour. trybuild has a target directory of its own, so its projects must do without
/// the engine.
pub(crate) fn single_build() -> Result {
    let example = artifacts(&["build", "--example", "quickstart"])?;
    let tests = artifacts(&["test", "--workspace", "--no-run"])?;
    println!(
        "cargo run --example quickstart uses\n  {}",
        example.join("\n  ")
    );
    println!("cargo test --workspace uses\n  {}", tests.join("\n  "));
    if example != tests {
        return Err("the two commands use different builds of the engine".into());
    }
    let mut directories = vec![cargo_metadata::target_directory()?.join("tests")];
    for _depth in 0..5 {
        let mut below = Vec::new();
        for directory in &directories {
            below.extend(entries(directory)?.into_iter().filter(|path| path.is_dir()));
        }
        for directory in &below {
            let name = file_name(directory);
            let hash = name.strip_prefix("kuzu-").unwrap_or_default();
            if hash.starts_with(|c: char| c.is_ascii_hexdigit()) && !hash.starts_with("ddl-") {
                let path = directory.display();
                return Err(format!("a trybuild project built its own engine: {path}").into());
            }
        }
        directories = below;
    }
    Ok(())
}

/// Runs cargo and returns the files of the crate `kuzu` that the build uses.
fn artifacts(arguments: &[&str]) -> Result<Vec<String>> {
    let mut cargo = process::cargo(arguments)?;
    cargo.args(["--locked", "--message-format", "json"]);
    let text = process::stdout(&mut cargo)?;
    let messages = text.lines().filter(|line| line.starts_with('{'));
    let mut files = Vec::new();
    for message in messages {
        let message: Value = serde_json::from_str(message)?;
        let package = message["package_id"].as_str().unwrap_or_default();
        if !package.contains("#kuzu@") {
            continue;
        }
        let file = if message["reason"] == "build-script-executed" {
            &message["out_dir"]
        } else if message["target"]["name"] == "kuzu" {
            &message["filenames"][0]
        } else {
            continue;
        };
        files.push(file.as_str().unwrap_or_default().to_owned());
    }
    if files.is_empty() {
        return Err(format!("cargo {} does not use the engine", arguments.join(" ")).into());
    }
    Ok(files)
}

/// Returns the paths in a directory; none if it does not exist.
fn entries(directory: &Path) -> Result<Vec<PathBuf>> {
    if !directory.is_dir() {
        return Ok(Vec::new());
    }
    let entries = fs::read_dir(directory)?.map(|entry| Ok(entry?.path()));
    entries.collect()
}

fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}
