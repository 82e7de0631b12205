//! Checks that run no test.

use crate::process::{self, Result};
use crate::stages::Stages;
use crate::{cargo_metadata, tools, workspace};

/// Checks that every relative link in the documentation leads to a file and a heading.
const CHECK_LINKS: &str = "docs/check-links";

/// Runs the checks of texts and dependencies, and clippy.
pub(crate) fn run() -> Result {
    let mut stages = Stages::new();
    text_stages(&mut stages);
    clippy_stages(&mut stages);
    stages.finish()
}

/// Adds the stages that compile nothing.
pub(crate) fn text_stages(stages: &mut Stages) {
    stages.run("lock file is up to date", || {
        cargo_metadata::read().map(drop)
    });
    stages.run("formatting", formatting);
    stages.run("spelling", || process::run(&mut tools::TYPOS.command()?));
    match workspace::root() {
        Ok(root) if root.join(CHECK_LINKS).is_file() => stages.run("links", links),
        _ => stages.skip("links", &format!("{CHECK_LINKS} does not exist")),
    }
    stages.run("licences, sources, bans", deny);
    stages.run("minimum supported Rust version", msrv);
}

/// Adds clippy, with and without the optional features.
pub(crate) fn clippy_stages(stages: &mut Stages) {
    stages.run("clippy", || clippy(&[]));
    stages.run("clippy with optional features", || {
        clippy(&["--features", "chrono,kuzu-ddl/sync"])
    });
}

fn formatting() -> Result {
    process::run(&mut process::cargo(["fmt", "--all", "--check"])?)?;
    let merge = [
        "fmt",
        "--check",
        "--manifest-path",
        "benches/merge/Cargo.toml",
    ];
    process::run(&mut process::cargo(merge)?)
}

fn links() -> Result {
    process::run(process::command("python3")?.arg(CHECK_LINKS))
}

fn clippy(features: &[&str]) -> Result {
    let mut cargo = process::cargo(["clippy", "--locked", "--workspace", "--all-targets"])?;
    process::run(cargo.args(features).args(["--", "-D", "warnings"]))
}

/// Checks everything but advisories: these need the network and change from day to day, so they are
/// checked separately, with `cargo deny check advisories`.
fn deny() -> Result {
    let mut deny = tools::CARGO_DENY.command()?;
    deny.args([
        "--locked",
        "--all-features",
        "check",
        "--hide-inclusion-graph",
    ]);
    process::run(deny.args(["bans", "licenses", "sources"]))
}

/// Fails if a dependency requires a newer Rust than ours.
///
/// One toolchain alone cannot test `rust-version`, but every dependency can be held to it. For our
/// own code clippy does that (`incompatible_msrv`).
fn msrv() -> Result {
    let metadata = cargo_metadata::read()?;
    let packages = metadata["packages"].as_array();
    let packages = packages.ok_or("cargo metadata: no packages")?;
    let ours = packages
        .iter()
        .find(|package| package["name"] == "kuzu-ddl");
    let ours = ours.and_then(|package| package["rust_version"].as_str());
    let ours = ours.ok_or("kuzu-ddl has no rust-version")?;
    let mut newer = Vec::new();
    for package in packages {
        let Some(theirs) = package["rust_version"].as_str() else {
            continue;
        };
        if version(theirs)? > version(ours)? {
            let (name, version) = (&package["name"], &package["version"]);
            newer.push(format!("{name} {version} requires Rust {theirs}"));
        }
    }
    if !newer.is_empty() {
        return Err(format!("rust-version is {ours}:\n{}", newer.join("\n")).into());
    }
    println!("{} packages support Rust {ours}", packages.len());
    Ok(())
}

/// Parses `1.89` and `1.89.0`.
fn version(text: &str) -> Result<[u32; 3]> {
    let mut version = [0; 3];
    for (number, part) in version.iter_mut().zip(text.split('.')) {
        *number = part.parse()?;
    }
    Ok(version)
}

/// Builds the documentation of all crates; warnings are errors.
pub(crate) fn rustdoc(arguments: &[&str]) -> Result {
    let mut cargo = process::cargo(["doc", "--locked", "--workspace", "--no-deps"])?;
    cargo.args(["--exclude", "xtask", "--exclude", "kuzu-ddl-ui"]);
    process::run(cargo.args(arguments).env("RUSTDOCFLAGS", "-D warnings"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() -> Result {
        assert_eq!(version("1.89")?, version("1.89.0")?);
        assert!(version("1.100")? > version("1.89.1")?);
        assert!(version("stable").is_err());
        Ok(())
    }
}
