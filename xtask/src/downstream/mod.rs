//! Crates outside the workspace that depend on kuzu-ddl.

mod lock_file;
mod project;

use project::Project;

use crate::process::{self, Result};
use crate::stages::Stages;

/// Runs all checks of downstream crates.
pub(crate) fn run() -> Result {
    let mut stages = Stages::new();
    self::stages(&mut stages);
    stages.finish()
}

/// Adds the checks of downstream crates.
pub(crate) fn stages(stages: &mut Stages) {
    stages.run("downstream: a fresh resolve links and runs", fresh_resolve);
    stages.run(
        "downstream: schema changes with a lock file",
        lock_file::run,
    );
}

/// Fails unless a crate without a Cargo.lock resolves to versions that link.
///
/// `kuzu` accepts every cxx-build 1.x but works with one only. The workspace with its Cargo.lock
/// would not notice if the pin were lost.
fn fresh_resolve() -> Result {
    let project = Project::new("kuzu-ddl-downstream", "shop.rs")?;
    process::run(&mut project.cargo(["generate-lockfile"])?)?;
    for package in ["cxx", "cxx-build"] {
        let tree = ["tree", "--prefix", "none", "-i", package];
        let tree = process::stdout(&mut project.cargo(tree)?)?;
        let expected = format!("{package} v1.0.138");
        if !tree.lines().any(|line| line == expected) {
            return Err(format!("expected {expected}, but resolved:\n{tree}").into());
        }
    }
    process::run(project.cargo(["run", "--"])?.arg(project.path("shop.kuzu")))
}
