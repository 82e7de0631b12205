//! Restores a backup.

use std::path::{Path, PathBuf};

use super::error::BackupError;
use super::file;
use crate::{engine, inspect, ledger};

/// Replaces a closed database with a backup. The previous file and its log are retained next to it,
/// as `….replaced`, whose path is returned; `None` if no file existed.
///
/// The backup is copied, opened and read before anything is changed, and replaces the database by a
/// rename: at every moment a complete database exists at that path. The call is rejected while any
/// process, including this one, has the file open. Where the system does not list locks (other than
/// Linux), only other processes are detected.
///
/// # Errors
/// Returns an error if the file is open, if the backup does not open or its ledger cannot be read,
/// or if the file system fails. The database is unchanged.
pub fn restore_backup(
    backup: impl AsRef<Path>,
    database: impl AsRef<Path>,
) -> Result<Option<PathBuf>, BackupError> {
    let (backup, database) = (backup.as_ref(), database.as_ref());
    let in_use = || Err(BackupError::InUse(database.to_owned()));
    match file::is_open(database) {
        Some(true) => return in_use(),
        None if database.exists() => match engine::open_file(database) {
            Err(e) if e.kind == engine::EngineErrorKind::Locked => return in_use(),
            // One that does not open at all is what backups are for.
            _ => {}
        },
        Some(false) | None => {}
    }
    let new = file::sidecar_path(database, "restoring");
    file::remove(&new);
    let ready = copy_and_verify(backup, &new);
    if let Err(e) = ready {
        file::remove(&new);
        return Err(e);
    }
    let replaced = set_aside(database)?;
    std::fs::rename(&new, database).map_err(|e| failed(database, e))?;
    Ok(replaced)
}

fn failed(path: &Path, error: std::io::Error) -> BackupError {
    let path = path.to_owned();
    BackupError::Io { path, error }
}

/// Copies the backup, and verifies that the copy opens.
fn copy_and_verify(backup: &Path, new: &Path) -> Result<(), BackupError> {
    file::copy(backup, new).map_err(|e| failed(backup, e))?;
    let log = file::sidecar_path(backup, "wal");
    if log.exists() {
        file::copy(&log, &file::sidecar_path(new, "wal")).map_err(|e| failed(backup, e))?;
    }
    let copy = engine::open_file(new).map_err(|error| BackupError::Unopenable {
        path: backup.to_owned(),
        error,
    })?;
    let session = copy.session()?;
    inspect::inspect(session.as_ref(), inspect::InspectScope::All)?;
    let contents = ledger::read(session.as_ref())?;
    if !contents.corrupt.is_empty() {
        return Err(BackupError::CorruptLedger(contents.corrupt));
    }
    session.query("CHECKPOINT")?;
    Ok(())
}

/// Retains the present file under another name, and moves its log: the log must not be replayed
/// onto another file, so it is moved first.
fn set_aside(database: &Path) -> Result<Option<PathBuf>, BackupError> {
    if !database.exists() {
        return Ok(None);
    }
    let Some(aside) = file::unused_path(database, "replaced") else {
        return Err(BackupError::NoUnusedName(database.to_owned()));
    };
    let failed = |e| failed(database, e);
    for suffix in file::SUFFIXES {
        let from = file::sidecar_path(database, suffix);
        if from.exists() {
            std::fs::rename(from, file::sidecar_path(&aside, suffix)).map_err(failed)?;
        }
    }
    // A second name for the same file: the rename replaces the first one without a gap.
    std::fs::hard_link(database, &aside)
        .or_else(|_| std::fs::copy(database, &aside).map(drop))
        .map_err(failed)?;
    Ok(Some(aside))
}
