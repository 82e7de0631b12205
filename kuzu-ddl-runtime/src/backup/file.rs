//! Files of a database: the file itself, and the engine's sidecar files.

use std::fs::File;
use std::io::{Result, Write};
use std::path::{Path, PathBuf};

/// Suffixes of the engine's sidecar files.
pub(super) const SUFFIXES: [&str; 3] = ["wal", "shadow", "tmp"];

/// Returns `path` with a further suffix.
pub(super) fn sidecar_path(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(suffix);
    name.into()
}

/// Returns a path next to `path` where no file exists.
pub(super) fn unused_path(path: &Path, suffix: &str) -> Option<PathBuf> {
    let first = std::iter::once(suffix.to_owned());
    let more = (2..10_000).map(|n| format!("{suffix}-{n}"));
    let mut names = first.chain(more).map(|suffix| sidecar_path(path, &suffix));
    names.find(|path| !path.exists())
}

/// Removes a copy, complete or not.
pub(super) fn remove(path: &Path) {
    let all = SUFFIXES.iter().map(|suffix| sidecar_path(path, suffix));
    for path in std::iter::once(path.to_owned()).chain(all) {
        // A missing file needs no removal, and a copy that stays does no harm.
        let _ = std::fs::remove_file(path);
    }
}

/// Copies a file that may be open in this process, and syncs the copy to disk.
pub(super) fn copy(from: &Path, to: &Path) -> Result<()> {
    let mut out = File::options().write(true).create_new(true).open(to)?;
    read(from, |bytes| out.write_all(bytes))?;
    out.sync_all()
}

/// Number of bytes per read.
const CHUNK: usize = 1 << 20;

/// Reads a whole file without ever closing it: closing any descriptor of a file drops the lock that
/// the engine holds on it for this process, and another process could then open it. One descriptor
/// per file stays open for the life of the process.
#[cfg(unix)]
fn read(path: &Path, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    use std::collections::BTreeMap;
    use std::os::unix::fs::{FileExt, MetadataExt};
    use std::sync::{Mutex, PoisonError};

    static HELD: Mutex<BTreeMap<(u64, u64), File>> = Mutex::new(BTreeMap::new());

    let metadata = std::fs::metadata(path)?;
    let mut held = HELD.lock().unwrap_or_else(PoisonError::into_inner);
    let file = match held.entry((metadata.dev(), metadata.ino())) {
        std::collections::btree_map::Entry::Occupied(entry) => entry.into_mut(),
        std::collections::btree_map::Entry::Vacant(entry) => entry.insert(File::open(path)?),
    };
    let mut buffer = vec![0; CHUNK];
    let mut at = 0;
    loop {
        let n = file.read_at(&mut buffer, at)?;
        if n == 0 {
            return Ok(());
        }
        sink(&buffer[..n])?;
        at += n as u64;
    }
}

#[cfg(not(unix))]
fn read(path: &Path, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<()> {
    use std::io::Read;

    let mut file = File::open(path)?;
    let mut buffer = vec![0; CHUNK];
    loop {
        let n = file.read(&mut buffer)?;
        if n == 0 {
            return Ok(());
        }
        sink(&buffer[..n])?;
    }
}

/// Returns whether a process has the file open as a database: Linux lists all locks. `None` on
/// systems that do not.
#[cfg(all(feature = "kuzu", target_os = "linux"))]
pub(super) fn is_open(path: &Path) -> Option<bool> {
    use std::os::unix::fs::MetadataExt;

    let Ok(metadata) = std::fs::metadata(path) else {
        return Some(false);
    };
    let locks = std::fs::read_to_string("/proc/locks").ok()?;
    // Device numbers in the two lists may differ on layered file systems; inodes do not.
    let inode = metadata.ino().to_string();
    let is_ours = |line: &str| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_file =
            |field: &&str| field.rsplit(':').next() == Some(&inode) && field.contains(':');
        fields.contains(&"POSIX") && fields.iter().any(is_file)
    };
    Some(locks.lines().any(is_ours))
}

#[cfg(all(feature = "kuzu", not(target_os = "linux")))]
pub(super) fn is_open(_path: &Path) -> Option<bool> {
    None
}
