//! Items that macros and derives name: those of core, and the bodies of tests that need files or an
//! engine. Not part of the public interface.

pub use kuzu_ddl_core::__private::*;

/// Body of `verify_lock_file!`.
#[track_caller]
pub fn verify_lock(manifest: &str) {
    if let Err(error) = crate::testing::verify(manifest) {
        panic!("{error}");
    }
}

/// Body of the tests that `upgrade_tests!` creates.
#[track_caller]
pub fn upgrade(old: &str) {
    #[cfg(feature = "kuzu")]
    if let Err(error) = crate::testing::upgrade_compiled(old) {
        panic!("{error}");
    }
    #[cfg(not(feature = "kuzu"))]
    panic!(
        "cannot test the upgrade ({} bytes): no engine\nhelp: enable the feature `kuzu`",
        old.len()
    );
}

/// Body of the test that detects lock files added after `upgrade_tests!` was compiled.
#[track_caller]
pub fn all_locks(folder: &str, compiled: &[&str]) {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let new = names.filter(|name| name.ends_with(".lock") && !compiled.contains(&name.as_str()));
    let new: Vec<String> = new.collect();
    assert!(
        new.is_empty(),
        "{folder} has lock files that are not compiled in: {}\n\
         help: change the file with `upgrade_tests!`, so that it is compiled again",
        new.join(", ")
    );
}
