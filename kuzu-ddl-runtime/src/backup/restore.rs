//! Putting a backup in the place of the database.

#[cfg(feature = "kuzu")]
use std::path::Path;
#[cfg(feature = "kuzu")]
use std::path::PathBuf;

#[cfg(feature = "kuzu")]
use super::failed;
#[cfg(feature = "kuzu")]
use super::file;
#[cfg(feature = "kuzu")]
use crate::engine;
#[cfg(feature = "kuzu")]
use crate::error::Error;
#[cfg(feature = "kuzu")]
use crate::inspect;
#[cfg(feature = "kuzu")]
use crate::ledger;

/// Puts a backup in the place of a closed database. The file that was there is kept beside it, with
/// its log, as `….replaced`, whose path is returned; `None` if there was none.
///
/// The backup is copied, opened and read before anything is touched, and takes its place by a
/// rename: at every moment there is a whole database at that path. It refuses while any process, this
/// one among them, has the file open; where the system does not tell (other than Linux), only other
/// processes are seen.
///
/// # Errors
/// [`Error::Backup`]: the file is open, the backup does not open or its ledger cannot be read, or the
/// file system refuses. The database is as it was.
#[cfg(feature = "kuzu")]
pub fn restore_backup(
    backup: impl AsRef<Path>,
    database: impl AsRef<Path>,
) -> Result<Option<PathBuf>, Error> {
    let (backup, database) = (backup.as_ref(), database.as_ref());
    let told = |e: std::io::Error| failed(database, &e.to_string());
    let open = || {
        let reason = "it is open; close it first, in every process";
        Err(failed(database, reason))
    };
    match file::is_open(database) {
        Some(true) => return open(),
        None if database.exists() => match engine::open_file(database) {
            Err(e) if e.kind == engine::EngineErrorKind::Locked => return open(),
            // One that does not open at all is what backups are for.
            _ => {}
        },
        Some(false) | None => {}
    }
    let new = file::sidecar_path(database, "restoring");
    file::remove(&new);
    let ready = bring(backup, &new);
    if let Err(e) = ready {
        file::remove(&new);
        return Err(e);
    }
    let aside = set_aside(database).map_err(told)?;
    std::fs::rename(&new, database).map_err(told)?;
    Ok(aside)
}

/// A copy of the backup that has been seen to open.
#[cfg(feature = "kuzu")]
fn bring(backup: &Path, new: &Path) -> Result<(), Error> {
    let told = |e: std::io::Error| failed(backup, &e.to_string());
    file::copy(backup, new).map_err(told)?;
    let log = file::sidecar_path(backup, "wal");
    if log.exists() {
        file::copy(&log, &file::sidecar_path(new, "wal")).map_err(told)?;
    }
    let copy = engine::open_file(new).map_err(|e| failed(backup, &e.to_string()))?;
    let session = copy.session()?;
    inspect::inspect(session.as_ref(), inspect::InspectScope::All)?;
    let contents = ledger::read(session.as_ref())?;
    if !contents.corrupt.is_empty() {
        return Err(Error::CorruptLedger(contents.corrupt));
    }
    session.query("CHECKPOINT")?;
    Ok(())
}

/// Keeps the present file, and moves its log out of the way: it must not be replayed onto another
/// file, so it goes first.
#[cfg(feature = "kuzu")]
fn set_aside(database: &Path) -> std::io::Result<Option<PathBuf>> {
    if !database.exists() {
        return Ok(None);
    }
    let Some(aside) = file::unused_path(database, "replaced") else {
        return Err(std::io::Error::other(
            "no name is free for the present file",
        ));
    };
    for suffix in file::SUFFIXES {
        let from = file::sidecar_path(database, suffix);
        if from.exists() {
            std::fs::rename(from, file::sidecar_path(&aside, suffix))?;
        }
    }
    // A second name for the same file: the first is taken by the rename, without a gap.
    std::fs::hard_link(database, &aside).or_else(|_| std::fs::copy(database, &aside).map(drop))?;
    Ok(Some(aside))
}
