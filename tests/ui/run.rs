//! One mistake per file, and what the compiler says to it.
//!
//! After a change: `TRYBUILD=overwrite cargo test -p kuzu-ddl-ui`, then read every `.stderr` as the
//! user who sees it.

use std::path::Path;
use std::{fs, io};

#[test]
fn ui() -> io::Result<()> {
    // The cases are compiled as one package, and beside its manifest the derives look for a lock file.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let project = target.map(|target| target.join("tests/trybuild/kuzu-ddl-ui"));
    let project = project.ok_or_else(|| io::Error::other("the target directory has no parent"))?;
    fs::create_dir_all(&project)?;
    let lock = include_bytes!("kuzu-schema.lock");
    fs::write(project.join("kuzu-schema.lock"), lock)?;
    trybuild::TestCases::new().compile_fail("cases/*.rs");
    Ok(())
}
