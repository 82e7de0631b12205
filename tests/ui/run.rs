//! Compiler errors: one error per file in `cases/<topic>/`, with the diagnostics that the user sees.
//!
//! After a change run `TRYBUILD=overwrite cargo test -p kuzu-ddl-ui`, then read each changed `.stderr`
//! as its user.

use std::path::Path;
use std::{fs, io};

#[test]
fn ui() -> io::Result<()> {
    // The cases are compiled as one package. The derives read the lock file next to its manifest.
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent();
    let project = target.map(|target| target.join("tests/trybuild/kuzu-ddl-ui"));
    let project = project.ok_or_else(|| io::Error::other("the target directory has no parent"))?;
    fs::create_dir_all(&project)?;
    let lock = include_bytes!("kuzu-schema.lock");
    fs::write(project.join("kuzu-schema.lock"), lock)?;
    trybuild::TestCases::new().compile_fail("cases/*/*.rs");
    Ok(())
}
