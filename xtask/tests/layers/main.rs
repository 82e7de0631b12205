//! The structure of the sources, of all crates.
//!
//! - `lib.rs` lists the modules of a crate in the order of the data flow; a module imports only
//!   modules above it.
//! - No files of a crate import one another, directly or through others.
//! - No file has more than [`rules::MAX_LINES`] lines, no folder more than [`rules::MAX_FILES`]
//!   files.
//!
//! The sources are read as tokens, and each import is followed to the file that defines the item.
//! Tests are exempt from the first two rules.

mod sources;
mod tokens;

mod crate_tree;

mod rules;

mod cases;

use std::path::PathBuf;

use sources::Sources;

/// Returns the sources of the workspace, and the root file of each crate.
fn workspace() -> (Sources, Vec<String>) {
    // Asked of cargo at run time: the test may have been compiled in another clone that shares the
    // target directory.
    let xtask = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = xtask.expect("cargo runs the test");
    let sources = Sources::read(xtask.parent().expect("the workspace contains xtask"));
    let roots = sources.crate_roots();
    (sources, roots)
}

/// Fails if `check` finds a violation in a crate of the workspace.
fn check_crates(check: fn(&crate_tree::CrateTree) -> Vec<String>) {
    let (sources, roots) = workspace();
    for root in [
        "src/lib.rs",
        "kuzu-ddl-core/src/lib.rs",
        "kuzu-ddl-derive/src/lib.rs",
        "kuzu-ddl-runtime/src/lib.rs",
        "kuzu-ddl-sync/src/lib.rs",
        "xtask/src/main.rs",
    ] {
        assert!(roots.iter().any(|r| r == root), "{root} is not a crate");
    }
    let violations: Vec<String> = roots
        .iter()
        .flat_map(|root| check(&crate_tree::CrateTree::load(&sources, root)))
        .collect();
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn modules_import_only_modules_above_them() {
    check_crates(rules::later_imports);
}

#[test]
fn files_do_not_import_one_another() {
    check_crates(rules::circles);
}

#[test]
fn files_and_folders_are_small() {
    let (sources, _) = workspace();
    let violations = rules::oversized(&sources);
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}
