//! The lock file of a package: the one place that reads and writes it, for tests only. `cargo build` never
//! writes.

use std::path::{Path, PathBuf};
use std::{env, fmt, fs, io};

use kuzu_ddl_core::declared::{DeclareError, Declared};
use kuzu_ddl_core::lock::{Lock, Lost, ParseError, difference, lost};
use kuzu_ddl_core::schema::Schema;

/// The file's name, beside `Cargo.toml`.
pub(super) const FILE: &str = "kuzu-schema.lock";

/// The environment variable that, as `overwrite`, lets [`verify`] write.
pub(super) const MODE: &str = "KUZU_DDL_LOCK";

/// Why a lock file is not what it should be.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The structs themselves have mistakes.
    #[error(transparent)]
    Declare(#[from] DeclareError),
    /// There is none.
    #[error("there is no {}; make it:\n    {MODE}=overwrite cargo test", .0.display())]
    Missing(PathBuf),
    /// It cannot be read or written.
    #[error("{}: {error}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        error: io::Error,
    },
    /// A line of it is broken.
    #[error("{}, {error}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// The line, and what is wrong.
        error: ParseError,
    },
    /// Something is in it, and no longer in the binary. Nothing was written.
    #[error("{}", Sentences(.0))]
    Lost(Vec<Lost>),
    /// The structs say something else. `-` is what the file has, `+` what the structs say.
    #[error(
        "{FILE} is not what the structs say:\n{0}if that is meant, write it anew:\n    {MODE}=overwrite cargo test"
    )]
    Stale(String),
    /// The environment variable is neither unset nor `overwrite`.
    #[error("{MODE} is {0:?}; legal: `overwrite`, or nothing")]
    Mode(String),
}

struct Sentences<'a>(&'a [Lost]);

impl fmt::Display for Sentences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{FILE} knows what this binary lacks:")?;
        self.0.iter().try_for_each(|lost| write!(f, "\n{lost}"))
    }
}

/// Compares what is compiled in with the lock file in the folder `manifest`, a package's. With
/// `KUZU_DDL_LOCK=overwrite` in the environment it writes the file instead, unless something is lost.
///
/// # Errors
/// The file is stale, broken, or not there; or it knows something that is lost.
pub fn verify(manifest: impl AsRef<Path>) -> Result<(), LockError> {
    verify_declared(manifest.as_ref(), &Schema::compiled()?)
}

fn overwrite(mode: Option<String>) -> Result<bool, LockError> {
    match mode.as_deref() {
        None | Some("") => Ok(false),
        Some("overwrite") => Ok(true),
        Some(other) => Err(LockError::Mode(other.to_owned())),
    }
}

/// [`verify`] for what `declared` says, whatever is compiled in.
///
/// # Errors
/// As [`verify`].
pub(super) fn verify_declared(manifest: &Path, declared: &Declared) -> Result<(), LockError> {
    verify_with(manifest, declared, overwrite(env::var(MODE).ok())?)
}

fn verify_with(manifest: &Path, declared: &Declared, overwrite: bool) -> Result<(), LockError> {
    let path = manifest.join(FILE);
    let old = match fs::read_to_string(&path) {
        Ok(text) => Some(text.replace("\r\n", "\n")),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(LockError::Io { path, error }),
    };
    let previous = match &old {
        None if !overwrite => return Err(LockError::Missing(path)),
        None => None,
        Some(text) => match text.parse::<Lock>() {
            Ok(lock) => Some(lock),
            Err(error) => return Err(LockError::Parse { path, error }),
        },
    };
    let gone = previous
        .as_ref()
        .map_or_else(Vec::new, |lock| lost(lock, declared));
    if !gone.is_empty() {
        return Err(LockError::Lost(gone));
    }
    let new = Lock::of(declared, previous.as_ref()).to_string();
    let old = old.unwrap_or_default();
    if old == new {
        return Ok(());
    }
    if !overwrite {
        return Err(LockError::Stale(difference(&old, &new)));
    }
    fs::write(&path, new).map_err(|error| LockError::Io { path, error })
}

#[cfg(test)]
mod tests {
    use crate::testing::lock_file::{LockError, overwrite};

    #[test]
    fn the_variable_has_one_word() {
        assert!(matches!(overwrite(None), Ok(false)));
        assert!(matches!(overwrite(Some("overwrite".into())), Ok(true)));
        assert!(matches!(
            overwrite(Some("1".into())),
            Err(LockError::Mode(_))
        ));
    }
}
