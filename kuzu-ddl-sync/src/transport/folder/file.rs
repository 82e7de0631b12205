//! The files of a folder.

use std::collections::BTreeSet;
use std::collections::hash_map::RandomState;
use std::fs::{self, File};
use std::hash::{BuildHasher, Hasher};
use std::io::{self, Read, Write};
use std::path::Path;

use super::{ENDING, FolderError, Why};
use crate::SpaceId;
use crate::bundle::{Bundle, BundleError, MAX_BUNDLE_BYTES};

/// The number of hexadecimal digits of a name.
const DIGITS: usize = 64;

/// The names of the files that might be bundles. All else in the folder is nobody's business.
pub(super) fn list(folder: &Path) -> Result<BTreeSet<String>, FolderError> {
    let fail = |source| failed("list", folder, source);
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).map_err(fail)? {
        let name = entry.map_err(fail)?.file_name();
        if let Some(name) = name.to_str().filter(|name| is_name(name)) {
            names.insert(name.to_owned());
        }
    }
    Ok(names)
}

fn is_name(name: &str) -> bool {
    let digits = name
        .strip_suffix(ENDING)
        .and_then(|name| name.strip_suffix('.'));
    digits.is_some_and(|digits| {
        digits.len() == DIGITS
            && digits
                .bytes()
                .all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
    })
}

/// The bundle of a file, if its contents are those of its name.
pub(super) fn read(folder: &Path, name: &str, space: &SpaceId) -> Result<Bundle, Why> {
    let path = folder.join(name);
    let unreadable = |error: io::Error| Why::Unreadable(error.to_string());
    // Of the entry itself: a link could lead to anything, and opening a pipe would wait for ever.
    let entry = fs::symlink_metadata(&path).map_err(unreadable)?;
    if !entry.is_file() {
        return Err(Why::NotAFile);
    }
    let mut bytes = Vec::new();
    let most = MAX_BUNDLE_BYTES as u64 + 1;
    let file = File::open(&path).map_err(unreadable)?;
    file.take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    if bytes.len() > MAX_BUNDLE_BYTES {
        return Err(BundleError::TooLarge(bytes.len()).into());
    }
    if name_of(&bytes) != name {
        return Err(Why::NotItsName);
    }
    Ok(Bundle::decode(&bytes, space)?)
}

/// Writes a file under the name of its contents: all of it or nothing. A file that is there already is the same.
pub(super) fn write(folder: &Path, bytes: &[u8]) -> Result<String, FolderError> {
    let name = name_of(bytes);
    let target = folder.join(&name);
    // No other writer has this name, so that nobody renames what another is still writing.
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
    written.map_err(|source| {
        // What is left of it is nobody's, and hidden.
        let _ = fs::remove_file(&scratch);
        failed("write", &target, source)
    })?;
    Ok(name)
}

/// Deletes a file; one that another has deleted is gone all the same.
pub(super) fn delete(folder: &Path, name: &str) -> Result<(), FolderError> {
    let path = folder.join(name);
    match fs::remove_file(&path) {
        Err(source) if source.kind() != io::ErrorKind::NotFound => {
            Err(failed("delete", &path, source))
        }
        _ => Ok(()),
    }
}

fn name_of(bytes: &[u8]) -> String {
    format!("{}.{ENDING}", blake3::hash(bytes).to_hex())
}

fn failed(action: &'static str, path: &Path, source: io::Error) -> FolderError {
    FolderError {
        action,
        path: path.to_owned(),
        source,
    }
}
