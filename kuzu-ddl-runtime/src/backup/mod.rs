//! Backups: a copy of the file before something that cannot be taken back, and the way back to it.
//!
//! The copy is made in the write transaction of the migration, before its first statement: nobody can
//! commit then, and without a commit the engine writes to neither the file nor its log. The log is
//! copied too, so that no reader has to end for a checkpoint; the copy is opened, compared and
//! checkpointed before it counts. So a backup is always one file that opens.

mod file;
mod restore;

use std::path::{Path, PathBuf};

use kuzu_ddl_core::schema::Schema;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::value::Value;
#[cfg(feature = "kuzu")]
pub use restore::restore_backup;

use crate::engine::{Engine, Session, is_in_memory};
use crate::error::Error;
use crate::inspect::{InspectScope, inspect, tables};
use crate::ledger;
use crate::ledger::LedgerState;

/// Where the database is, and where its backup goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backup {
    database: PathBuf,
    target: Option<PathBuf>,
}

impl Backup {
    /// A backup of the database file at this path, beside it: `shop.kuzu` becomes
    /// `shop.kuzu.backup-3` before the fourth revision. The engine does not tell where its file is,
    /// so it must be said; that it is the right one is seen by comparing.
    #[must_use]
    pub fn new(database: impl Into<PathBuf>) -> Self {
        Self {
            database: database.into(),
            target: None,
        }
    }

    /// The backup goes there instead. Nothing must be there yet.
    #[must_use]
    pub fn target(mut self, target: impl Into<PathBuf>) -> Self {
        self.target = Some(target.into());
        self
    }

    /// Copies and checks. `session` is in a write transaction that has changed nothing yet.
    pub(crate) fn make(
        &self,
        engine: &dyn Engine,
        session: &dyn Session,
    ) -> Result<PathBuf, Error> {
        let state = match ledger::read_state(session)? {
            Some(Ok(state)) => Some(state),
            Some(Err(bad)) => return Err(Error::CorruptLedger(vec![bad])),
            None => None,
        };
        let target = self.place(state.as_ref())?;
        let copied = self.copy(engine, session, state.as_ref(), &target);
        if copied.is_err() {
            file::remove(&target);
        }
        copied.map(|()| target)
    }

    fn place(&self, state: Option<&LedgerState>) -> Result<PathBuf, Error> {
        if let Some(target) = &self.target {
            return if target.exists() {
                Err(failed(target, "there is something already"))
            } else {
                Ok(target.clone())
            };
        }
        let revision = state.map_or(0, |state| state.revision);
        let name = format!("backup-{revision}");
        file::unused_path(&self.database, &name)
            .ok_or_else(|| failed(&self.database, "no name is free"))
    }

    fn copy(
        &self,
        engine: &dyn Engine,
        session: &dyn Session,
        state: Option<&LedgerState>,
        target: &Path,
    ) -> Result<(), Error> {
        let told = |e: std::io::Error| failed(&self.database, &e.to_string());
        file::copy(&self.database, target).map_err(told)?;
        let log = file::sidecar_path(&self.database, "wal");
        if log.exists() {
            file::copy(&log, &file::sidecar_path(target, "wal")).map_err(told)?;
        }
        let wanted = Content::of(session, state.cloned())?;
        let copy = engine.open_file(target)?;
        let copied = copy.session()?;
        let state = ledger::read_state(copied.as_ref())?.and_then(Result::ok);
        if Content::of(copied.as_ref(), state)? != wanted {
            let reason = "the copy is not what the database is; is this its file?";
            return Err(failed(&self.database, reason));
        }
        copied.query("CHECKPOINT")?;
        Ok(())
    }
}

/// What a copy must have in common with its original.
#[derive(PartialEq)]
struct Content {
    state: Option<LedgerState>,
    schema: Schema,
    rows: Vec<(String, i128)>,
}

impl Content {
    fn of(session: &dyn Session, state: Option<LedgerState>) -> Result<Self, Error> {
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

/// Before a backup: that there is a file at all.
pub(crate) fn prepare(session: &dyn Session) -> Result<(), Error> {
    if is_in_memory(session)? {
        return Err(Error::Backup(
            "this database lives in memory and has no file to copy; leave `.backup(…)` out".into(),
        ));
    }
    Ok(())
}

fn failed(path: &Path, reason: &str) -> Error {
    Error::Backup(format!("{}: {reason}", path.display()))
}
