//! Everything that must hold before a change is merged.

use std::path::Path;

use crate::process::{self, Result};
use crate::stages::Stages;
use crate::{api, cargo_metadata, downstream, engine, lint, pure, test, tools, workspace};

/// Names a directory with the LDBC social network data, scale factor 0.1, for one more run of the
/// example `ldbc`.
const LDBC_DATA: &str = "KUZU_DDL_LDBC_DATA";

/// Runs every stage, cheap ones first.
pub(crate) fn run() -> Result {
    println!("workspace: {}", workspace::root()?.display());
    println!(
        "target directory: {}",
        cargo_metadata::target_directory()?.display()
    );
    engine::prepare()?;
    process::run(process::command("rustc")?.arg("--version"))?;

    let mut stages = Stages::new();
    stages.run("tools", tools::install_all);
    lint::text_stages(&mut stages);
    pure::stages(&mut stages);
    stages.run("example: quickstart", || example(&["quickstart"]));
    stages.run("tests", || test::workspace(&[]));
    stages.run("tests of optional features", test::optional_features);
    stages.run("one build of the engine", engine::single_build);
    lint::clippy_stages(&mut stages);
    stages.run("rustdoc", || lint::rustdoc(&[]));
    stages.run("public API", api::check);
    stages.run("examples: the outputs in their headers", example_outputs);
    stages.run("example: ldbc, its own small data", || example(&["ldbc"]));
    let title = "example: ldbc, scale factor 0.1";
    match std::env::var(LDBC_DATA) {
        Ok(data) => stages.run(title, || example(&["ldbc", "--", &absolute(&data)?])),
        Err(_) => stages.skip(title, &format!("{LDBC_DATA} is not set")),
    }
    downstream::stages(&mut stages);
    match std::env::var_os("CI") {
        Some(_) => stages.run("clean checkout", clean_checkout),
        None => stages.skip("clean checkout", "CI is not set"),
    }
    stages.finish()
}

/// Runs an example as the README does: without `--locked`.
fn example(arguments: &[&str]) -> Result {
    process::run(process::cargo(["run", "--example"])?.args(arguments))
}

/// Runs the examples of one concept each, and compares their outputs with those in their headers.
fn example_outputs() -> Result {
    process::run(process::command("bash")?.arg("examples/check"))
}

fn absolute(path: &str) -> Result<String> {
    let path = std::path::absolute(Path::new(path))?;
    Ok(path.to_string_lossy().into_owned())
}

/// Fails if programs or tests left files in the checkout. In a clone with unfinished work this says
/// nothing, so it runs in CI only.
fn clean_checkout() -> Result {
    let status = process::stdout(process::command("git")?.args(["status", "--porcelain"]))?;
    if status.is_empty() {
        return Ok(());
    }
    Err(format!("the checkout has new or changed files:\n{status}").into())
}
