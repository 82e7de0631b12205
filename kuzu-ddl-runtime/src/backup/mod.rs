//! Backups: a copy of the database file before a plan that endangers data, and its restoration.
//!
//! The copy is created in the write transaction of the migration, before its first statement: no
//! other connection can commit then, and without a commit the engine writes neither the file nor
//! its log. The log is copied too, so that no reader has to end for a checkpoint. The copy is
//! opened, compared and checkpointed before it counts, so a backup is always one file that opens.

mod error;
mod file;
#[cfg(feature = "kuzu")]
mod restore;

use std::path::{Path, PathBuf};

pub use error::BackupError;
use kuzu_ddl_core::schema::Schema;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::value::Value;
#[cfg(feature = "kuzu")]
pub use restore::restore_backup;

use crate::engine::{Engine, Session, is_in_memory};
use crate::inspect::{InspectScope, inspect, tables};
use crate::ledger::{self, LedgerState};

/// Backup of a database file before a migration: the path of the file, and the target.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_runtime::backup::Backup;
/// let next_to_the_database = Backup::new("shop.kuzu");
/// let elsewhere = Backup::new("shop.kuzu").target("backups/shop-before-v2.kuzu");
/// assert_ne!(next_to_the_database, elsewhere);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    database: PathBuf,
    target: Option<PathBuf>,
}

impl Backup {
    /// Creates the settings for a backup of the database file at this path, next to it:
    /// `shop.kuzu` becomes `shop.kuzu.backup-3` before the fourth revision.
    ///
    /// The engine does not report the path of its file, so the application states it; whether it is
    /// the right one is detected by comparing the copy with the database.
    #[must_use]
    pub fn new(database: impl Into<PathBuf>) -> Self {
        Self {
            database: database.into(),
            target: None,
        }
    }

    /// Sets the path of the backup, where no file may exist yet.
    #[must_use]
    pub fn target(mut self, target: impl Into<PathBuf>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Copies and verifies. `session` is in a write transaction without changes.
    pub(crate) fn create(
        &self,
        engine: &dyn Engine,
        session: &dyn Session,
    ) -> Result<PathBuf, BackupError> {
        let state = match ledger::read_state(session)? {
            Some(Ok(state)) => Some(state),
            Some(Err(corrupt_row)) => return Err(BackupError::CorruptLedger(vec![corrupt_row])),
            None => None,
        };
        let target = self.target_path(state.as_ref())?;
        let copied = self.copy(engine, session, state.as_ref(), &target);
        if copied.is_err() {
            file::remove(&target);
        }
        copied.map(|()| target)
    }

    fn target_path(&self, state: Option<&LedgerState>) -> Result<PathBuf, BackupError> {
        if let Some(target) = &self.target {
            return if target.exists() {
                Err(BackupError::TargetExists(target.clone()))
            } else {
                Ok(target.clone())
            };
        }
        let revision = state.map_or(0, |state| state.revision);
        let name = format!("backup-{revision}");
        file::unused_path(&self.database, &name)
            .ok_or_else(|| BackupError::NoUnusedName(self.database.clone()))
    }

    fn copy(
        &self,
        engine: &dyn Engine,
        session: &dyn Session,
        state: Option<&LedgerState>,
        target: &Path,
    ) -> Result<(), BackupError> {
        let failed = |error| BackupError::Io {
            path: self.database.clone(),
            error,
        };
        file::copy(&self.database, target).map_err(failed)?;
        let log = file::sidecar_path(&self.database, "wal");
        if log.exists() {
            file::copy(&log, &file::sidecar_path(target, "wal")).map_err(failed)?;
        }
        let original = Content::read(session, state.cloned())?;
        let copy = engine.open_file(target)?;
        let copied = copy.session()?;
        let state = ledger::read_state(copied.as_ref())?.and_then(Result::ok);
        if Content::read(copied.as_ref(), state)? != original {
            return Err(BackupError::Differs(self.database.clone()));
        }
        copied.query("CHECKPOINT")?;
        Ok(())
    }
}

/// Content that a copy has in common with its original.
#[derive(PartialEq)]
struct Content {
    state: Option<LedgerState>,
    schema: Schema,
    rows: Vec<(String, i128)>,
}

impl Content {
    fn read(session: &dyn Session, state: Option<LedgerState>) -> Result<Self, BackupError> {
        let mut rows = Vec::new();
        for table in tables(session)? {
            let name = quote(&table.name);
            let query = if table.node {
                format!("MATCH (x:{name}) RETURN count(*)")
            } else {
                format!("MATCH ()-[x:{name}]->() RETURN count(*)")
            };
            let found = session.query(&query)?;
            let count = found.first().and_then(|row| row.first());
            rows.push((table.name, count.and_then(Value::int).unwrap_or(-1)));
        }
        Ok(Self {
            state,
            schema: inspect(session, InspectScope::All)?.schema,
            rows,
        })
    }
}

/// Checks before a backup that the database has a file.
pub(crate) fn check_has_file(session: &dyn Session) -> Result<(), BackupError> {
    if is_in_memory(session)? {
        return Err(BackupError::InMemory);
    }
    Ok(())
}
