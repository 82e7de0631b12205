//! What would end this process is done in a child: this binary again, running one test.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const PATH: &str = "KUZU_DDL_SUITE_CHILD";
const EXIT: i32 = 77;

/// In the child: the path that the parent gave it. In the parent: nothing.
pub(crate) fn path() -> Option<PathBuf> {
    std::env::var_os(PATH).map(Into::into)
}

/// Starts the calling test (`name` is its full path) in a child, where [`path`] is `at`.
pub(crate) fn start(name: &str, at: &Path) -> Child {
    start_with(name, at, &[])
}

/// The same with more in its environment.
pub(crate) fn start_with(name: &str, at: &Path, env: &[(&str, &str)]) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(PATH, at)
        .envs(env.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Runs the calling test in a child, which must reach [`exit`].
pub(crate) fn run_to_exit(name: &str, at: &Path) {
    run_to_exit_with(name, at, &[]);
}

/// The same with more in its environment.
pub(crate) fn run_to_exit_with(name: &str, at: &Path, env: &[(&str, &str)]) {
    let output = start_with(name, at, env).wait_with_output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    use std::os::unix::process::ExitStatusExt;
    let ended = output.status.code() == Some(EXIT) || output.status.signal() == Some(9);
    assert!(ended, "{name} ended with {}: {text}", output.status);
}

/// Ends the child at once: no destructor runs, nothing is closed, no checkpoint is written.
pub(crate) fn exit() -> ! {
    std::process::exit(EXIT)
}

/// Ends the child from without, while other threads of it are inside the engine: [`exit`] would run the
/// engine's own destructors beside them.
pub(crate) fn kill() {
    let me = std::process::id().to_string();
    Command::new("kill").args(["-9", &me]).status().unwrap();
}
