//! Reads and writes the lock file of a package, from tests only: `cargo build` never writes.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

use kuzu_ddl_core::declared::{DeclareError, Declared};
use kuzu_ddl_core::lock::{
    LOCK_FILE_NAME, LockFile, ParseLockError, UnaccountedRemoval, difference, unaccounted_removals,
};
use kuzu_ddl_core::schema::Schema;

/// The environment variable that allows [`verify`] to write, if it is `overwrite`.
pub const LOCK_ENV: &str = "KUZU_DDL_LOCK";

/// Error returned when the lock file does not match the declared schema.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The declared schema is invalid.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// The lock file does not exist.
    #[error("lock file not found: {}\nhelp: create it with `{LOCK_ENV}=overwrite cargo test`", .0.display())]
    Missing(PathBuf),
    /// The lock file cannot be read or written.
    #[error("cannot access the lock file {}: {error}", .path.display())]
    Io {
        /// The path of the file.
        path: PathBuf,
        /// The error of the operating system.
        error: io::Error,
    },
    /// A line of the lock file is invalid.
    #[error("invalid lock file {}: {error}", .path.display())]
    Parse {
        /// The path of the file.
        path: PathBuf,
        /// The line, with the reason.
        error: ParseLockError,
    },
    /// Objects of the lock file were removed without a tombstone. Nothing was written.
    #[error("{}", Sentences(.0))]
    UnaccountedRemoval(Vec<UnaccountedRemoval>),
    /// The lock file is out of date. `-` is in the file, `+` is declared.
    #[error(
        "{LOCK_FILE_NAME} is out of date:\n{0}help: if the changes are intended, update it with `{LOCK_ENV}=overwrite cargo test`"
    )]
    OutOfDate(String),
    /// The environment variable is neither unset nor `overwrite`.
    #[error("invalid value {0:?} of {LOCK_ENV}: expected `overwrite` or nothing")]
    InvalidEnv(String),
}

struct Sentences<'a>(&'a [UnaccountedRemoval]);

impl fmt::Display for Sentences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "this binary lacks objects of {LOCK_FILE_NAME}:")?;
        self.0
            .iter()
            .try_for_each(|lost| write!(f, "\n  {}", lost.to_string().replace('\n', "\n  ")))
    }
}

/// Compares the compiled schema with the lock file in `manifest`, the folder of a package. With
/// `KUZU_DDL_LOCK=overwrite` in the environment it writes the file instead, unless an object was
/// removed without a tombstone.
///
/// # Errors
///
/// Returns an error if the file is missing, invalid or out of date, or if an object was removed
/// without a tombstone.
#[doc(alias = "snapshot")]
pub fn verify(manifest: impl AsRef<Path>) -> Result<(), LockError> {
    verify_against(manifest.as_ref(), &Schema::compiled()?)
}

fn overwrite(mode: Option<String>) -> Result<bool, LockError> {
    match mode.as_deref() {
        None | Some("") => Ok(false),
        Some("overwrite") => Ok(true),
        Some(other) => Err(LockError::InvalidEnv(other.to_owned())),
    }
}

/// Compares `declared` with the lock file in `manifest`; see [`verify`].
///
/// # Errors
///
/// Returns the same errors as [`verify`].
pub fn verify_against(manifest: &Path, declared: &Declared) -> Result<(), LockError> {
    verify_with(manifest, declared, overwrite(env::var(LOCK_ENV).ok())?)
}

fn verify_with(manifest: &Path, declared: &Declared, overwrite: bool) -> Result<(), LockError> {
    let path = manifest.join(LOCK_FILE_NAME);
    let old = match fs::read_to_string(&path) {
        Ok(text) => Some(text.replace("\r\n", "\n")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(LockError::Io { path, error }),
    };
    let previous = match &old {
        None if !overwrite => return Err(LockError::Missing(path)),
        None => None,
        Some(text) => match text.parse::<LockFile>() {
            Ok(lock) => Some(lock),
            Err(error) => return Err(LockError::Parse { path, error }),
        },
    };
    let removals = previous
        .as_ref()
        .map_or_else(Vec::new, |lock| unaccounted_removals(lock, declared));
    if !removals.is_empty() {
        return Err(LockError::UnaccountedRemoval(removals));
    }
    let new = LockFile::from_declared(declared, previous.as_ref()).to_string();
    let old = old.unwrap_or_default();
    if old == new {
        return Ok(());
    }
    if !overwrite {
        return Err(LockError::OutOfDate(difference(&old, &new)));
    }
    fs::write(&path, new).map_err(|error| LockError::Io { path, error })
}

#[cfg(test)]
mod tests {
    use crate::testing::lock_file::{LockError, overwrite};

    #[test]
    fn the_variable_has_one_value() {
        assert!(matches!(overwrite(None), Ok(false)));
        assert!(matches!(overwrite(Some("overwrite".into())), Ok(true)));
        assert!(matches!(
            overwrite(Some("1".into())),
            Err(LockError::InvalidEnv(_))
        ));
    }
}
