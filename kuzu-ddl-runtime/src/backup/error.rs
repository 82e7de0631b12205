//! Why a backup cannot be created or restored.

use std::fmt;
use std::path::PathBuf;

use crate::engine::EngineError;
use crate::ledger::CorruptRow;

/// Error returned when a backup cannot be created or restored. The database is unchanged.
///
/// The message contains the cause, so [`source`](std::error::Error::source) does not return it.
#[derive(Debug)]
#[non_exhaustive]
pub enum BackupError {
    /// The database lives in memory and has no file.
    InMemory,
    /// The target of the backup exists.
    TargetExists(PathBuf),
    /// All names for the copy of this file are in use.
    NoUnusedName(PathBuf),
    /// The file system failed.
    Io {
        /// Path of the file.
        path: PathBuf,
        /// Error of the file system.
        error: std::io::Error,
    },
    /// The copy of this file differs from the database: probably it is another database's file.
    Differs(PathBuf),
    /// A process has the file to be replaced open.
    InUse(PathBuf),
    /// The backup does not open.
    Unopenable {
        /// Path of the backup.
        path: PathBuf,
        /// Error of the engine.
        error: EngineError,
    },
    /// Rows of the ledger cannot be read: of the database when a backup is created, of the backup
    /// when it is restored.
    CorruptLedger(Vec<CorruptRow>),
    /// The engine failed.
    Engine(EngineError),
}

impl fmt::Display for BackupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InMemory => {
                f.write_str("the database lives in memory and has no file\nhelp: omit `.backup(…)`")
            }
            Self::TargetExists(path) => write!(
                f,
                "{}: the file exists\nhelp: remove it, or choose another target with `.target(…)`",
                path.display()
            ),
            Self::NoUnusedName(path) => write!(
                f,
                "{}: no unused name for the copy\nhelp: remove old copies",
                path.display()
            ),
            Self::Io { path, error } => write!(f, "{}: {error}", path.display()),
            Self::Differs(path) => write!(
                f,
                "{}: the copy differs from the database\n\
                 help: pass the path of this database's own file to `Backup::new`",
                path.display()
            ),
            Self::InUse(path) => write!(
                f,
                "{}: the file is open\nhelp: close it in every process first",
                path.display()
            ),
            Self::Unopenable { path, error } => {
                write!(f, "{}: the backup does not open: {error}", path.display())
            }
            Self::CorruptLedger(rows) => {
                f.write_str("the ledger is corrupt:")?;
                rows.iter().try_for_each(|row| write!(f, "\n  {row}"))
            }
            Self::Engine(e) => write!(f, "engine error: {e}"),
        }
    }
}

impl std::error::Error for BackupError {}

impl From<EngineError> for BackupError {
    fn from(e: EngineError) -> Self {
        Self::Engine(e)
    }
}
