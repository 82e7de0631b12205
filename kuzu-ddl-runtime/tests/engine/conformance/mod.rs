//! The conformance suite: what every engine adapter promises, and the facts that the planner
//! builds on whatever the engine.
//!
//! An adapter implements [`Provider`] and takes part with one line,
//! `conformance_suite!(TheProvider);`, which makes a `#[test]` of each case. Where engines
//! differ, a case asks [`Capabilities`] and asserts either way.

pub(crate) mod capabilities;
pub(crate) mod casts;
pub(crate) mod checkpoints;
pub(crate) mod defaults;
pub(crate) mod durability;
pub(crate) mod errors;
pub(crate) mod guarded_casts;
pub(crate) mod handles;
pub(crate) mod inspection;
pub(crate) mod multiplicities;
pub(crate) mod names;
pub(crate) mod read_only;
pub(crate) mod resources;
pub(crate) mod serial;
mod suite;
pub(crate) mod transactions;
pub(crate) mod values;

use std::path::Path;

use kuzu_ddl_core::capabilities::Capabilities;
use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::value::Value;
use kuzu_ddl_runtime::engine::{Engine, EngineError, EngineErrorKind, Session};
use kuzu_ddl_runtime::inspect::{InspectScope, inspect};
pub(crate) use suite::conformance_suite;

use crate::child;
use crate::query::{fails, kind, rows, run};

/// An engine that the suite can open databases of.
pub(crate) trait Provider: Sync {
    /// Opens a database file, which is created if it does not exist.
    fn open(&self, path: &Path, options: Options) -> Result<Box<dyn Engine>, EngineError>;

    /// A new in-memory database with the default options.
    fn in_memory(&self) -> Box<dyn Engine>;

    /// The `dbtype` by which a database of this engine is attached.
    fn attach_type(&self) -> &'static str;
}

/// How a database is opened.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Options {
    pub(crate) read_only: bool,
    /// Bytes of buffer pool.
    pub(crate) buffer_pool: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            read_only: false,
            buffer_pool: 128 << 20,
        }
    }
}

/// The engine under test, with the name of the test that runs.
pub(crate) struct Subject {
    pub(crate) provider: &'static dyn Provider,
    pub(crate) test: &'static str,
}

impl Subject {
    fn capabilities(&self) -> &'static Capabilities {
        self.memory().capabilities()
    }

    fn memory(&self) -> Box<dyn Engine> {
        self.provider.in_memory()
    }

    fn open(&self, path: &Path) -> Box<dyn Engine> {
        self.try_open(path, Options::default()).unwrap()
    }

    fn open_read_only(&self, path: &Path) -> Box<dyn Engine> {
        let options = Options {
            read_only: true,
            ..Options::default()
        };
        self.try_open(path, options).unwrap()
    }

    fn try_open(&self, path: &Path, options: Options) -> Result<Box<dyn Engine>, EngineError> {
        self.provider.open(path, options)
    }

    /// A database in a directory of its own.
    fn fresh(&self) -> (tempfile::TempDir, Box<dyn Engine>) {
        let dir = tempfile::tempdir().unwrap();
        let db = self.open(&dir.path().join("db"));
        (dir, db)
    }

    /// Runs the calling case in a child, which must reach [`child::exit`].
    fn run_to_exit(&self, at: &Path) {
        child::run_to_exit(self.test, at);
    }
}

fn inspect_all(session: &dyn Session) -> CatalogSnapshot {
    inspect(session, InspectScope::All).unwrap_or_else(|e| panic!("{e}"))
}
