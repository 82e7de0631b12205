//! The crates that work without the engine.

use std::collections::BTreeSet;

use crate::process::{self, Result};
use crate::stages::Stages;
use crate::tools;
use crate::workspace::{Package, is_engine, pure_packages};

/// Runs all stages that need no engine.
pub(crate) fn run() -> Result {
    let mut stages = Stages::new();
    self::stages(&mut stages);
    stages.finish()
}

/// Adds the stages that need no engine.
pub(crate) fn stages(stages: &mut Stages) {
    stages.run("pure crates: dependencies", dependencies);
    stages.run("pure crates: build, test, clippy", build);
    stages.run("pure crates: wasm32", wasm);
}

/// Fails if a pure crate depends on an engine, or on a package that its entry excludes.
fn dependencies() -> Result {
    for package in pure_packages() {
        // Tests count for the engine: they must run without C++ too.
        let all = tree(package, "normal,build,dev")?;
        if let Some(name) = all.iter().find(|name| is_engine(name)) {
            return Err(depends_on(package, name));
        }
        let compiled = tree(package, "normal,build")?;
        if let Some(name) = package
            .excludes
            .iter()
            .find(|name| compiled.contains(**name))
        {
            return Err(depends_on(package, name));
        }
        let (name, count) = (package.name, all.len());
        println!("{name} --no-default-features: {count} packages, none of an engine");
    }
    Ok(())
}

fn depends_on(package: &Package, name: &str) -> Box<dyn std::error::Error> {
    let package = package.name;
    format!(
        "{package} without default features depends on {name}\n\
         help: cargo tree -p {package} --no-default-features -i {name}"
    )
    .into()
}

/// Returns the names of the package's dependencies, itself included.
fn tree(package: &Package, edges: &str) -> Result<BTreeSet<String>> {
    let arguments = [
        "tree",
        "--locked",
        "--no-default-features",
        "--prefix",
        "none",
    ];
    let mut cargo = process::cargo(arguments)?;
    cargo.args(["-p", package.name, "-e", edges]);
    let text = process::stdout(&mut cargo)?;
    let names = text.lines().filter_map(|line| line.split(' ').next());
    Ok(names.map(str::to_owned).collect())
}

fn build() -> Result {
    for package in pure_packages() {
        let cargo = |task| {
            process::cargo([
                task,
                "--locked",
                "-p",
                package.name,
                "--no-default-features",
            ])
        };
        process::run(&mut cargo("build")?)?;
        let mut test = cargo("test")?;
        if package.examples_use_engine {
            test.args(["--lib", "--tests"]);
        }
        process::run(&mut test)?;
        process::run(cargo("clippy")?.args(["--all-targets", "--", "-D", "warnings"]))?;
    }
    Ok(())
}

/// Compiles the pure crates for a browser, which runs a peer without an engine.
pub(crate) fn wasm() -> Result {
    tools::install_wasm()?;
    for package in pure_packages() {
        let arguments = [
            "check",
            "--locked",
            "--no-default-features",
            "-p",
            package.name,
        ];
        process::run(process::cargo(arguments)?.args(["--target", tools::WASM]))?;
    }
    Ok(())
}
