//! What the macros and derives name: all that core has, and the bodies of tests that need files or an
//! engine. Not part of the public interface.

pub use kuzu_ddl_core::__private::*;

/// The body of `lock!`.
#[track_caller]
pub fn verify_lock(manifest: &str) {
    if let Err(error) = crate::testing::verify(manifest) {
        panic!("{error}");
    }
}

/// The body of the tests that `upgrades!` makes.
#[track_caller]
pub fn upgrade(old: &str) {
    #[cfg(feature = "kuzu")]
    if let Err(error) = crate::testing::upgrade_compiled(old) {
        panic!("{error}");
    }
    #[cfg(not(feature = "kuzu"))]
    panic!(
        "an upgrade needs an engine: enable the feature `kuzu`; {} bytes unread",
        old.len()
    );
}

/// The test that finds locks which came after `upgrades!` was compiled.
#[track_caller]
pub fn all_locks(folder: &str, compiled: &[&str]) {
    let here = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let here = here.filter_map(|entry| entry.file_name().into_string().ok());
    let new = here.filter(|name| name.ends_with(".lock") && !compiled.contains(&name.as_str()));
    let new: Vec<String> = new.collect();
    assert!(
        new.is_empty(),
        "{folder} has locks that came later: {}; change something in the file with `upgrades!`, so that it is compiled again",
        new.join(", ")
    );
}
