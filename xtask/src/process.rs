//! Child processes: their environment, and what they return.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::workspace;
pub(crate) use crate::workspace::Result;

/// Returns a command that runs in the workspace's root, with the environment that xtask was started
/// in: without the variables that `cargo run` adds about xtask itself.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Result<Command> {
    let mut command = Command::new(program);
    command.current_dir(workspace::root()?).stdin(Stdio::null());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let of_package = [
            "CARGO_PKG_",
            "CARGO_MANIFEST_",
            "CARGO_BIN_",
            "CARGO_CRATE_",
        ];
        if of_package.iter().any(|prefix| text.starts_with(prefix)) || text == "CARGO" {
            command.env_remove(&name);
        }
    }
    Ok(command)
}

/// Returns a command that runs cargo in the workspace's root.
pub(crate) fn cargo<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Result<Command> {
    let mut cargo = command("cargo")?;
    cargo.args(arguments);
    Ok(cargo)
}

/// Returns the path of xtask's program.
///
/// A stage may compile xtask again and so replace the file. Linux then appends ` (deleted)` to the
/// path of the running program, while the new file at the old path is the same program.
pub(crate) fn own_program() -> Result<PathBuf> {
    let path = std::env::current_exe()?;
    let replaced = path
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    Ok(replaced.map_or_else(|| path.clone(), PathBuf::from))
}

/// Runs the command with the output of xtask.
///
/// # Errors
/// If it cannot be started or fails.
pub(crate) fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|e| not_started(command, &e))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed: {status}", words(command)).into())
    }
}

/// Runs the command and returns what it printed on its standard output.
///
/// # Errors
/// If it cannot be started or fails; its standard error is part of the error.
pub(crate) fn stdout(command: &mut Command) -> Result<String> {
    let output = command.output().map_err(|e| not_started(command, &e))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{}` failed: {}\n{stderr}", words(command), output.status).into())
}

/// Whether the command succeeded, and everything it printed, standard output first.
pub(crate) struct Outcome {
    pub(crate) success: bool,
    pub(crate) text: String,
}

/// Runs the command and returns how it ended.
pub(crate) fn outcome(command: &mut Command) -> Result<Outcome> {
    let output = command.output().map_err(|e| not_started(command, &e))?;
    let [stdout, stderr] = [&output.stdout, &output.stderr].map(|s| String::from_utf8_lossy(s));
    Ok(Outcome {
        success: output.status.success(),
        text: format!("{stdout}{stderr}"),
    })
}

fn not_started(command: &Command, e: &std::io::Error) -> String {
    format!("`{}` cannot be started: {e}", words(command))
}

fn words(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or_default().to_string_lossy()];
    words.extend(command.get_args().map(OsStr::to_string_lossy));
    words.join(" ")
}
