//! Development tasks: everything that CI runs, and what a developer runs before it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool prints"
)]

use std::process::ExitCode;

use process::Result;

// In the order of use: a module imports only modules above it.

mod workspace;

mod process;

mod cargo_metadata;
mod stages;
mod tools;

mod api;
mod bench_compile;
mod engine;

mod bench;
mod lint;
mod mutants;
mod pure;
mod test;

mod downstream;

mod ci;

const HELP: &str = "\
Usage: cargo xtask TASK [ARGUMENTS]

  ci                   everything that must hold before a change is merged
  setup                install the pinned tools that `lint` and `wasm` need

  lint                 lock file, formatting, spelling, links, licences, MSRV, clippy
  pure                 the crates that work without the engine: dependencies, build, tests, wasm
  wasm                 only: these crates compile for wasm32-unknown-unknown
  test [ARGS]          cargo test --workspace ARGS
  docs [ARGS]          rustdoc of all crates, without warnings; `--open` shows it
  api [--bless]        compare the public API with docs/public-api, or overwrite the snapshots
  bless [FILTER]       overwrite expected compiler output, expect-test and API snapshots
  downstream           a crate that depends on kuzu-ddl from outside resolves, builds and migrates
  mutants [FILTER]     plant known mistakes one at a time; the tests must detect each
  bench [NAME] [ARGS]  startup, migrate, merge, compile; without a name, all of them
";

fn main() -> ExitCode {
    if api::is_rustdoc_call() {
        return api::rustdoc();
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(e) => {
            eprintln!("error: {e}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[&str]) -> Result {
    let (task, rest) = arguments.split_first().unwrap_or((&"help", &[]));
    match (*task, rest) {
        ("ci", []) => ci::run(),
        ("setup", []) => tools::install_all(),
        ("lint", []) => lint::run(),
        ("pure", []) => pure::run(),
        ("wasm", []) => pure::wasm(),
        ("test", _) => test::run(rest),
        ("docs", _) => lint::rustdoc(rest),
        ("api", []) => api::check(),
        ("api", ["--bless"]) => api::bless(),
        ("bless", _) => test::bless(rest),
        ("downstream", []) => downstream::run(),
        ("mutants", [] | [_]) => mutants::run(rest.first().copied()),
        ("bench", _) => bench::run(rest),
        ("help" | "--help" | "-h", _) => {
            print!("{HELP}");
            Ok(())
        }
        _ => Err(format!(
            "unknown task or arguments: {}\n\n{HELP}",
            arguments.join(" ")
        )
        .into()),
    }
}
