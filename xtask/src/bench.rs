//! Benchmarks, by name.

use crate::bench_compile;
use crate::process::{self, Result};

const NAMES: [&str; 4] = ["startup", "migrate", "merge", "compile"];

/// Runs the benchmark that the first argument names, with the other arguments; without arguments,
/// all benchmarks.
pub(crate) fn run(arguments: &[&str]) -> Result {
    match arguments.split_first() {
        Some((name, rest)) => benchmark(name, rest),
        None => NAMES.iter().try_for_each(|name| benchmark(name, &[])),
    }
}

fn benchmark(name: &str, arguments: &[&str]) -> Result {
    let mut cargo = match name {
        "startup" | "migrate" => process::cargo(["bench", "--locked", "--bench", name])?,
        // A workspace of its own: see its manifest.
        "merge" => {
            let manifest = "benches/merge/Cargo.toml";
            process::cargo(["bench", "--locked", "--manifest-path", manifest])?
        }
        "compile" => return bench_compile::run(arguments),
        _ => {
            let names = NAMES.join(", ");
            return Err(format!("unknown benchmark `{name}`; expected one of: {names}").into());
        }
    };
    process::run(cargo.arg("--").args(arguments))
}
