//! Checks the tests: plants mistakes that systems like this one have made, one at a time, and fails
//! unless the tests detect each. A mistake that can no longer be planted, because the code has
//! changed, is an error too.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::cargo_metadata;
use crate::process::{self, Result};
use crate::workspace;

struct Mutant {
    name: &'static str,
    file: &'static str,
    /// The code that is replaced; it must occur once.
    original: &'static str,
    mistake: &'static str,
    /// Selects the tests that must fail.
    tests: &'static str,
}

const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "single_pass_pending",
        file: "kuzu-ddl-core/src/fold/graph/mod.rs",
        original: "ready.extend(waiting.cloned());",
        mistake: "drop(waiting);",
        tests: "fold::tests",
    },
    Mutant {
        name: "arrival_order_apply",
        file: "kuzu-ddl-core/src/fold/graph/mod.rs",
        original: "summary.depth = summary.depth.max(node.depth + 1);",
        mistake: "summary.depth = summary.depth.max(node.depth).max(self.log.len() as u64);",
        tests: "fold::tests",
    },
    Mutant {
        name: "wall_clock_wins",
        file: "kuzu-ddl-core/src/fold/graph/mod.rs",
        original: "summary.depth = summary.depth.max(node.depth + 1);",
        mistake: "summary.depth = summary.depth.max(node.depth).max(\
                  std::time::UNIX_EPOCH.elapsed().map_or(0, |t| t.as_nanos() as u64));",
        tests: "fold::tests",
    },
    Mutant {
        name: "two_way_diff",
        file: "kuzu-ddl-core/src/diff/mod.rs",
        original: "        ancestor,\n        options,\n        draft",
        mistake: "        ancestor: None,\n        options,\n        draft",
        tests: "diff::",
    },
    Mutant {
        name: "sequence_numbers_as_versions",
        file: "kuzu-ddl-core/src/fold/apply.rs",
        original: "let rivals = if heads.all_known_to(known) {",
        mistake: "let number = |id: EventId| self.rank_of(id).0;
        let rivals = if heads.iter().all(|head| number(*head) < number(event.id())) {",
        tests: "fold::tests",
    },
];

/// The crate whose code the mutants change.
const PACKAGE: &str = "kuzu-ddl-core";

/// Tries the mutants whose names contain the filter, or all.
pub(crate) fn run(filter: Option<&str>) -> Result {
    let selected = select(filter.unwrap_or_default())?;
    let mut survived = Vec::new();
    for mutant in selected {
        let verdict = mutant.verdict()?;
        println!("{:<30} {}", mutant.name, verdict.text());
        if !matches!(verdict, Verdict::Detected { .. }) {
            survived.push(mutant.name);
        }
    }
    if survived.is_empty() {
        println!("every planted mistake was detected");
        return Ok(());
    }
    Err(format!("not detected: {}", survived.join(", ")).into())
}

/// Returns the mutants whose names contain the filter, at least one.
fn select(filter: &str) -> Result<Vec<&'static Mutant>> {
    let selected = MUTANTS.iter().filter(|mutant| mutant.name.contains(filter));
    let selected: Vec<&Mutant> = selected.collect();
    if selected.is_empty() {
        let names: Vec<&str> = MUTANTS.iter().map(|mutant| mutant.name).collect();
        let names = names.join(", ");
        return Err(format!("no mutant is named `{filter}`; expected one of: {names}").into());
    }
    Ok(selected)
}

enum Verdict {
    Detected { test: String },
    NotDetected,
    NotPlanted,
    NotCompiled { output: String },
}

impl Verdict {
    fn text(&self) -> String {
        match self {
            Self::Detected { test } => format!("detected by {test}"),
            Self::NotDetected => "NOT DETECTED: the tests pass".into(),
            Self::NotPlanted => "NOT PLANTED: the code has changed".into(),
            Self::NotCompiled { output } => format!("DOES NOT COMPILE:\n{output}"),
        }
    }
}

impl Mutant {
    fn verdict(&self) -> Result<Verdict> {
        let copy = tempfile::tempdir()?;
        copy_workspace(copy.path())?;
        let path = copy.path().join(self.file);
        let source = fs::read_to_string(&path).unwrap_or_default();
        if source.matches(self.original).count() != 1 {
            return Ok(Verdict::NotPlanted);
        }
        fs::write(&path, source.replace(self.original, self.mistake))?;
        let target = cargo_metadata::target_directory()?.join("mutants");
        let tests = |arguments: &[&str]| -> Result<Command> {
            let fixed = [
                "test",
                "-q",
                "-p",
                PACKAGE,
                "--no-default-features",
                "--lib",
            ];
            let mut cargo = process::cargo(fixed)?;
            cargo.args(arguments).current_dir(copy.path());
            cargo.env("CARGO_TARGET_DIR", &target);
            Ok(cargo)
        };
        let build = process::outcome(&mut tests(&["--no-run"])?)?;
        if !build.success {
            let output = build.text;
            return Ok(Verdict::NotCompiled { output });
        }
        let run = process::outcome(&mut tests(&["--", self.tests])?)?;
        if run.success {
            return Ok(Verdict::NotDetected);
        }
        // The list of failures is indented.
        let failed = run.text.lines().find_map(|line| {
            let test = line.strip_prefix("    ")?;
            let path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            test.chars().all(path).then(|| test.to_owned())
        });
        let test = failed.ok_or_else(|| format!("no test failed:\n{}", run.text))?;
        Ok(Verdict::Detected { test })
    }
}

/// Copies the tracked files as they are, not as they were committed.
fn copy_workspace(to: &Path) -> Result {
    let files = process::stdout(process::command("git")?.args(["ls-files", "-z"]))?;
    for file in files.split_terminator('\0') {
        let (from, to) = (workspace::root()?.join(file), to.join(file));
        if let (true, Some(parent)) = (from.is_file(), to.parent()) {
            fs::create_dir_all(parent)?;
            fs::copy(from, to)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_mutant_is_an_error() -> Result {
        assert_eq!(select("")?.len(), MUTANTS.len());
        assert_eq!(select("two_way")?[0].name, "two_way_diff");
        assert!(select("two_ways").is_err());
        Ok(())
    }
}
