//! The whole of what is declared at once, for an application's own tests.

use std::fmt;
use std::path::Path;

use kuzu_ddl_core::declared::{DeclareError, Declared};
use kuzu_ddl_core::drift::{Drift, drift};
use kuzu_ddl_core::lock;
use kuzu_ddl_core::lock::Lock;

use super::lock_file::{FILE, LockError, verify_declared};
use crate::engine::Engine;
use crate::error::Error;
use crate::inspect::{Scope, inspect};
use crate::ledger;
use crate::migrate::Migrator;

/// Why what is declared cannot go into production.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The structs contradict each other.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The engine does not take the schema.
    #[error("an empty database cannot be brought to what is declared: {0}")]
    Migrate(#[from] Box<Error>),
    /// What the history says is not what is declared. `-` is declared, `+` is there.
    #[error("what is made is not what is declared:\n{0}")]
    Differs(String),
    /// What the catalog says is not what the history says.
    #[error("what is made is not what the history says:\n  {}", lines(.0))]
    Drift(Vec<Drift>),
    /// The lock file is not what it should be.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// As [`Display`](fmt::Display): it is tests that print it.
impl fmt::Debug for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn lines(rows: &[Drift]) -> String {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    rows.join("\n  ")
}

/// [`check`] of what is compiled in, in memory, with the lock file of the package that cargo runs.
///
/// # Errors
/// As [`check`].
#[cfg(feature = "kuzu")]
pub fn check_compiled() -> Result<(), CheckError> {
    let declared = kuzu_ddl_core::schema::Schema::compiled()?;
    let tables = declared.schema.tables.len();
    let engine = crate::engine::in_memory(2 * tables).map_err(|e| Box::new(e.into()))?;
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
    check(&*engine, &declared, manifest.as_ref().map(Path::new))
}

/// The same with all options of its indexes, as the history has them.
fn complete(declared: &Declared) -> Declared {
    let mut declared = declared.clone();
    let tables = declared.schema.tables.values_mut();
    for index in tables.flat_map(|table| table.indexes.values_mut()) {
        index.options = index.complete();
    }
    declared
}

/// Makes `declared` in `engine`, an empty database, looks at what is there, and compares. If there is a lock
/// file in the folder `manifest`, it must be current: see [`lock::verify`], also for how it is written.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(
    engine: &dyn Engine,
    declared: &Declared,
    manifest: Option<&Path>,
) -> Result<(), CheckError> {
    let migrator = Migrator::new(engine).schema(Ok(declared.clone()));
    migrator.migrate().map_err(Box::new)?;
    let session = engine.session().map_err(|e| Box::new(e.into()))?;
    let contents = ledger::read(&*session).map_err(|e| Box::new(e.into()))?;
    let fold = contents.fold();
    let said = Lock::of(&complete(declared), None).to_string();
    let made = Declared {
        schema: fold.schema(),
        ..declared.clone()
    };
    let made = Lock::of(&made, None).to_string();
    if said != made {
        return Err(CheckError::Differs(lock::difference(&said, &made)));
    }
    let live = inspect(&*session, Scope::All).map_err(|e| Box::new(e.into()))?;
    let local = contents.state.map(|s| s.local).unwrap_or_default();
    let rows = drift(&fold, &live.schema, &local, None);
    if !rows.is_empty() {
        return Err(CheckError::Drift(rows));
    }
    match manifest {
        Some(manifest) if manifest.join(FILE).exists() => Ok(verify_declared(manifest, declared)?),
        _ => Ok(()),
    }
}
