//! A temporary crate that depends on kuzu-ddl.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo_metadata;
use crate::process::{self, Result};
use crate::workspace;

/// A crate in a temporary folder, which is removed on drop.
///
/// It shares the workspace's target directory, so that the engine is not compiled again.
pub(super) struct Project {
    name: &'static str,
    folder: tempfile::TempDir,
    target: PathBuf,
}

impl Project {
    /// Creates a crate whose program is a file of tests/downstream.
    pub(super) fn new(name: &'static str, program: &str) -> Result<Self> {
        let root = workspace::root()?;
        let folder = tempfile::tempdir()?;
        // The profiles are the workspace's: with others the engine would be compiled again.
        let manifest = format!(
            "[package]
name = \"{name}\"
version = \"0.0.0\"
edition = \"2024\"

[dependencies]
kuzu-ddl = {{ path = {root:?} }}

[profile.dev.package.kuzu]
opt-level = 2
debug = false

[profile.dev.build-override]
debug = false
"
        );
        fs::write(folder.path().join("Cargo.toml"), manifest)?;
        fs::create_dir(folder.path().join("src"))?;
        let program = root.join("tests/downstream").join(program);
        fs::copy(program, folder.path().join("src/main.rs"))?;
        let target = cargo_metadata::target_directory()?;
        Ok(Self {
            name,
            folder,
            target,
        })
    }

    pub(super) fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(file)
    }

    /// Returns a command that runs cargo on this crate.
    pub(super) fn cargo<S>(&self, arguments: impl IntoIterator<Item = S>) -> Result<Command>
    where
        S: AsRef<OsStr>,
    {
        let mut cargo = process::cargo(arguments)?;
        cargo.current_dir(self.folder.path());
        cargo.env("CARGO_TARGET_DIR", &self.target);
        cargo.env("CARGO_TERM_COLOR", "never");
        cargo.env_remove("KUZU_DDL_LOCK");
        // The workspace's .cargo/config.toml does not apply here.
        if std::env::var_os("CMAKE").is_none() {
            cargo.env("CMAKE", workspace::root()?.join("tools/cmake"));
        }
        Ok(cargo)
    }
}

impl Drop for Project {
    /// Removes what cargo built: the folder has another name each time, so it is never reused.
    fn drop(&mut self) {
        let clean = self.cargo(["clean", "--quiet", "-p", self.name]);
        if let Ok(mut clean) = clean {
            // It only takes space; the result of the check does not depend on it.
            let _ = process::stdout(&mut clean);
        }
    }
}
