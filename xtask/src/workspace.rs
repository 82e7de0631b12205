//! The workspace: its crates and its directories.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

pub(crate) type Result<T = ()> = std::result::Result<T, Box<dyn Error>>;

/// A crate that users depend on.
pub(crate) struct Package {
    pub(crate) name: &'static str,
    /// Whether it works without the engine: without its default features it builds without C++,
    /// passes its tests, and compiles for a browser.
    pub(crate) pure: bool,
    /// Whether the examples in its documentation open a database. Without the engine they are not
    /// run.
    pub(crate) examples_use_engine: bool,
    /// Packages that must not be among its dependencies without default features, besides the
    /// engine's.
    pub(crate) excludes: &'static [&'static str],
}

/// Every published crate, in the order of their dependencies.
pub(crate) const PACKAGES: &[Package] = &[
    Package::host("kuzu-ddl-derive"),
    Package::pure("kuzu-ddl-core", &["serde_json", "tracing"]),
    Package::pure("kuzu-ddl-runtime", &[]).examples_use_engine(),
    // A relay server or a peer in a browser needs no migrator.
    Package::pure("kuzu-ddl-sync", &["kuzu-ddl-runtime", "serde_json"]),
    Package::pure("kuzu-ddl", &[]).examples_use_engine(),
];

impl Package {
    /// A crate that runs in the compiler.
    const fn host(name: &'static str) -> Self {
        Self {
            name,
            pure: false,
            examples_use_engine: false,
            excludes: &[],
        }
    }

    const fn pure(name: &'static str, excludes: &'static [&'static str]) -> Self {
        Self {
            name,
            pure: true,
            examples_use_engine: false,
            excludes,
        }
    }

    const fn examples_use_engine(mut self) -> Self {
        self.examples_use_engine = true;
        self
    }
}

/// Returns the crates that work without the engine.
pub(crate) fn pure_packages() -> impl Iterator<Item = &'static Package> {
    PACKAGES.iter().filter(|package| package.pure)
}

/// Returns whether the package belongs to an engine or to its C++ build.
pub(crate) fn is_engine(package: &str) -> bool {
    ["kuzu", "lbug", "link-cplusplus", "cmake"].contains(&package) || package.starts_with("cxx")
}

/// Returns the workspace's root directory.
///
/// It is asked of cargo at run time: a program compiled in another clone may be in the same target
/// directory.
pub(crate) fn root() -> Result<&'static Path> {
    static ROOT: OnceLock<Option<PathBuf>> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        let manifest = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
        manifest.parent().map(Path::to_owned)
    });
    let root = root.as_deref();
    root.ok_or_else(|| "the root directory is unknown; run `cargo xtask`".into())
}

/// Returns the directory that outlives clones: `kuzu-ddl` in the user's cache.
pub(crate) fn cache_directory() -> Result<PathBuf> {
    let cache = std::env::var_os("XDG_CACHE_HOME").map(PathBuf::from);
    let home = || std::env::var_os("HOME").map(|home| Path::new(&home).join(".cache"));
    let cache = cache
        .or_else(home)
        .ok_or("neither XDG_CACHE_HOME nor HOME is set")?;
    Ok(cache.join("kuzu-ddl"))
}
