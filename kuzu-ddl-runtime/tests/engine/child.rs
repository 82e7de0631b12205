//! Statements that end the process run in a child: this binary again, running one test.

use std::path::Path;
use std::process::{Command, ExitStatus};

const ROLE: &str = "KUZU_DDL_TEST_CHILD";

/// In the child: the path that the parent gave it. In the parent: nothing.
pub(crate) fn path() -> Option<std::path::PathBuf> {
    std::env::var_os(ROLE).map(Into::into)
}

/// The name of a test from the path of an item inside it: without the crate and the item.
pub(crate) fn name(item: &'static str) -> &'static str {
    let (_, path) = item.split_once("::").unwrap();
    path.rsplit_once("::").unwrap().0
}

/// Runs the calling test (`name` is its full path) again in a child, where [`path`] returns `at`.
pub(crate) fn run(name: &str, at: &Path) -> ExitStatus {
    let output = Command::new(std::env::current_exe().unwrap())
        .args([name, "--exact", "--nocapture", "--test-threads=1"])
        .env(ROLE, at)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        text.contains("running 1 test"),
        "no test is named {name}: {text}"
    );
    output.status
}

/// As [`run`], for a child that must reach [`exit`].
pub(crate) fn run_to_exit(name: &str, at: &Path) {
    let status = run(name, at);
    assert_eq!(
        status.code(),
        Some(EXIT),
        "the child {name} ended with {status}"
    );
}

const EXIT: i32 = 77;

/// Ends the child immediately: no destructor runs, nothing is closed, no checkpoint is written.
pub(crate) fn exit() -> ! {
    std::process::exit(EXIT)
}

/// Whether a child died by a signal (a segmentation fault, an assertion of the engine).
pub(crate) fn crashed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal().is_some()
}
