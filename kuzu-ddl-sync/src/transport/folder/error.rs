//! Errors of a folder, and why files of it are skipped.

use std::io;
use std::path::{Path, PathBuf};

use crate::bundle::BundleError;

/// Maximum number of files of a folder that are read.
pub const MAX_FILES: usize = 65_536;

/// Error returned when a folder or one of its files cannot be accessed.
#[derive(Debug, thiserror::Error)]
#[error("cannot {action} {}: {error}", path.display())]
#[non_exhaustive]
pub struct FolderError {
    /// The operation that failed.
    pub action: &'static str,
    /// The folder or file.
    pub path: PathBuf,
    /// The error of the operating system.
    pub error: io::Error,
}

impl FolderError {
    pub(super) fn new(action: &'static str, path: &Path, error: io::Error) -> Self {
        Self {
            action,
            path: path.to_owned(),
            error,
        }
    }
}

/// A file that was skipped, or whose events are not all stored. It is read again the next time,
/// unless its content is invalid or exceeds a limit.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedFile {
    /// The name of the file.
    pub name: String,
    /// The reason.
    pub reason: SkipReason,
}

/// The reason why a file was skipped.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SkipReason {
    /// The name is not the hash of the content.
    #[error("file incomplete or damaged: the content does not match the name")]
    NameMismatch,
    /// The entry is a folder, a symbolic link, a pipe or a device.
    #[error("not a regular file")]
    NotAFile,
    /// The file cannot be read.
    #[error("cannot read the file: {0}")]
    Unreadable(String),
    /// The content is not a bundle of this space and version.
    #[error(transparent)]
    InvalidBundle(#[from] BundleError),
    /// The file is larger than all content that the limits allow.
    #[error(
        "file refused: it exceeds the limit of {0} bytes\n\
         help: raise `FolderLimits::max_file_bytes` if its writer is trusted"
    )]
    FileTooLarge(usize),
    /// The files that were read before hold as many events as the limits allow.
    #[error(
        "file not read: the events of the folder exceed the limit of {0} bytes\n\
         help: raise `FolderLimits::max_total_bytes` if its writers are trusted"
    )]
    FolderFull(usize),
    /// Events of the file have dependencies that no file contains.
    #[error("events not stored: {0} of the file have dependencies that are missing")]
    MissingDependencies(usize),
    /// The folder contains more than [`MAX_FILES`] files.
    #[error("more than {MAX_FILES} files in the folder\nhelp: call `Folder::compact`")]
    TooManyFiles,
}

impl SkipReason {
    /// Whether the file is not read again before the folder is opened again.
    pub(super) fn is_final(&self) -> bool {
        matches!(
            self,
            Self::InvalidBundle(_) | Self::FileTooLarge(_) | Self::FolderFull(_)
        )
    }
}
