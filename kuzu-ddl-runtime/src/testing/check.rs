//! A test of the whole declared schema, for an application's own test suite.

use std::fmt;
use std::path::Path;

use kuzu_ddl_core::declared::{DeclareError, Declared};
use kuzu_ddl_core::drift::{Drift, detect};
use kuzu_ddl_core::lock::{self, LOCK_FILE_NAME, LockFile};

use super::lock_file::{LockError, verify_against};
use crate::engine::Engine;
use crate::error::Error;
use crate::inspect::{InspectScope, inspect};
use crate::ledger;
use crate::migrate::Migrator;

/// Error returned when the declared schema fails the test.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum CheckError {
    /// The declared schema is invalid.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The migration of an empty database failed.
    #[error("cannot migrate an empty database to the declared schema: {0}")]
    Migrate(Box<Error>),
    /// The history differs from the declared schema. `-` is declared, `+` is in the history.
    #[error("the created schema differs from the declared schema:\n{0}")]
    Differs(String),
    /// The catalog differs from the history.
    #[error("the live schema differs from the history:\n  {}", lines(.0))]
    Drift(Vec<Drift>),
    /// The lock file does not match the declared schema.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// The message contains the cause, so the cause is not a source.
impl From<Box<Error>> for CheckError {
    fn from(e: Box<Error>) -> Self {
        Self::Migrate(e)
    }
}

/// Formats like [`Display`](fmt::Display), because tests print it.
impl fmt::Debug for CheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn lines(rows: &[Drift]) -> String {
    let rows: Vec<String> = rows.iter().map(ToString::to_string).collect();
    rows.join("\n  ")
}

/// Runs [`check_on`] on the compiled schema, in memory, with the lock file of the package that
/// cargo runs.
///
/// # Errors
///
/// Returns the same errors as [`check_on`].
#[cfg(feature = "kuzu")]
pub fn check_registered() -> Result<(), CheckError> {
    let declared = kuzu_ddl_core::schema::Schema::compiled()?;
    let tables = declared.schema.tables.len();
    let engine = crate::engine::in_memory(2 * tables).map_err(|e| Box::new(e.into()))?;
    let manifest = std::env::var_os("CARGO_MANIFEST_DIR");
    check_on(&*engine, &declared, manifest.as_ref().map(Path::new))
}

/// Returns the declaration with all options of its indexes, as in the history.
fn complete(declared: &Declared) -> Declared {
    let mut declared = declared.clone();
    let tables = declared.schema.tables.values_mut();
    for index in tables.flat_map(|table| table.indexes.values_mut()) {
        index.options = index.resolved_options();
    }
    declared
}

/// Migrates `engine`, an empty database, to `declared`, inspects it, and compares. If `manifest`
/// contains a lock file, it must be up to date; see [`verify`](super::verify) for updating it.
///
/// # Errors
///
/// Returns the first failure.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::testing::check_on;
/// check_on(&db, &declared, None)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn check_on(
    engine: &dyn Engine,
    declared: &Declared,
    manifest: Option<&Path>,
) -> Result<(), CheckError> {
    let migrator = Migrator::new(engine).declared(declared.clone());
    migrator.migrate().map_err(Box::new)?;
    let session = engine.session().map_err(|e| Box::new(e.into()))?;
    let contents = ledger::read(&*session).map_err(|e| Box::new(e.into()))?;
    let fold = contents.fold();
    let expected = LockFile::from_declared(&complete(declared), None).to_string();
    let created = Declared {
        schema: fold.schema(),
        ..declared.clone()
    };
    let created = LockFile::from_declared(&created, None).to_string();
    if expected != created {
        return Err(CheckError::Differs(lock::difference(&expected, &created)));
    }
    let live = inspect(&*session, InspectScope::All).map_err(|e| Box::new(e.into()))?;
    let local = contents.state.map(|s| s.local).unwrap_or_default();
    let rows = detect(&fold, &live.schema, &local, None);
    if !rows.is_empty() {
        return Err(CheckError::Drift(rows));
    }
    match manifest {
        Some(manifest) if manifest.join(LOCK_FILE_NAME).exists() => {
            Ok(verify_against(manifest, declared)?)
        }
        _ => Ok(()),
    }
}
