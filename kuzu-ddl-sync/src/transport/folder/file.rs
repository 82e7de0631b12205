//! Access to the files of a folder.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;

use super::error::{FolderError, SkipReason};

/// Extension of the names of bundle files.
pub const EXTENSION: &str = "kddl";

/// Number of hexadecimal digits in the name of a file.
const NAME_HEX_DIGITS: usize = 64;

/// Lists the names of the files that may be bundles, and ignores everything else.
pub(super) fn list(folder: &Path) -> Result<BTreeSet<String>, FolderError> {
    let fail = |error| FolderError::new("list", folder, error);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_bundle_name(name)) {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

fn is_bundle_name(name: &str) -> bool {
    let digits = name
        .strip_suffix(EXTENSION)
        .and_then(|name| name.strip_suffix('.'));
    digits.is_some_and(|digits| {
        digits.len() == NAME_HEX_DIGITS
            && digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The size of a file, in bytes; 0 if it cannot be determined.
pub(super) fn size(folder: &Path, name: &str) -> u64 {
    fs::symlink_metadata(folder.join(name)).map_or(0, |entry| entry.len())
}

/// Reads the content of a file whose name matches it, at most `limit` bytes.
pub(super) fn read(folder: &Path, name: &str, limit: usize) -> Result<Vec<u8>, SkipReason> {
    let path = folder.join(name);
    let unreadable = |error: io::Error| SkipReason::Unreadable(error.to_string());
    // Checks the entry itself: a symbolic link could lead anywhere, and opening a pipe would block.
    let entry = fs::symlink_metadata(&path).map_err(unreadable)?;
    if !entry.is_file() {
        return Err(SkipReason::NotAFile);
    }
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(unreadable)?;
    file.take(limit as u64 + 1)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > limit {
        return Err(SkipReason::FileTooLarge(limit));
    }
    if name_of(&bytes) != name {
        return Err(SkipReason::NameMismatch);
    }
    Ok(bytes)
}

/// Writes a file atomically, named by the hash of its content. An existing file has the same
/// content.
pub(super) fn write(folder: &Path, bytes: &[u8]) -> Result<String, FolderError> {
    let name = name_of(bytes);
    let target = folder.join(&name);
    // The random name prevents one writer from renaming the incomplete file of another.
    let random = RandomState::new().build_hasher().finish();
    let scratch = folder.join(format!(".{}-{random:016x}.tmp", &name[..16]));
    let written = (|| {
        let mut file = File::options()
            .write(true)
            .create_new(true)
            .open(&scratch)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&scratch, &target)
    })();
    written.map_err(|error| {
        // If this fails too, a hidden file remains that no peer reads.
        let _ = fs::remove_file(&scratch);
        FolderError::new("write", &target, error)
    })?;
    Ok(name)
}

/// Deletes a file. It is not an error if another peer has deleted it before.
pub(super) fn delete(folder: &Path, name: &str) -> Result<(), FolderError> {
    let path = folder.join(name);
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(FolderError::new("delete", &path, error))
        }
        _ => Ok(()),
    }
}

fn name_of(bytes: &[u8]) -> String {
    format!("{}.{EXTENSION}", blake3::hash(bytes).to_hex())
}
