//! Detects a file that one process has opened twice.
//!
//! The engine locks its file against other processes only. Two handles of one process both write,
//! neither sees the writes of the other, and each checkpoint of one undoes the other's. (And
//! closing one drops the lock of both.) The engine does not report the file of a handle, and
//! handles do not report when they are closed, so a registry could not distinguish a second handle
//! from one that was closed and opened again. The kernel can: Linux lists the open files of a
//! process in `/proc`.
//!
//! Not detected: handles opened read-only, other platforms, and a `/proc` that is not mounted.
//! A file that is open twice but belongs to another database of the process is reported too.

use super::Session;
use super::error::{EngineError, EngineErrorKind};

/// Checks that this process has no database file open twice for writing. In-memory databases
/// always pass.
///
/// # Errors
/// [`EngineErrorKind::OpenedTwice`] names the file.
pub fn ensure_single_handle(session: &dyn Session) -> Result<(), EngineError> {
    let Some(path) = opened_twice() else {
        return Ok(());
    };
    if crate::engine::database_info::is_in_memory(session)? {
        return Ok(());
    }
    Err(EngineError::new(
        EngineErrorKind::OpenedTwice,
        format!(
            "this process has {path} open twice, and neither handle sees the writes of the other\n\
             help: open it once and share the handle"
        ),
        "",
    ))
}

/// Returns a file that this process has open twice for writing and has locked from end to end, as
/// the engine does.
///
/// The files themselves are never opened here: closing any descriptor of a file drops the lock of
/// the process on it.
#[cfg(target_os = "linux")]
fn opened_twice() -> Option<String> {
    use std::collections::BTreeMap;
    use std::os::unix::fs::MetadataExt;
    use std::path::Path;

    let mut files: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for entry in std::fs::read_dir("/proc/self/fd").ok()?.flatten() {
        let number = entry.file_name();
        // Follows the link to the open file without opening it.
        if let Ok(file) = std::fs::metadata(entry.path())
            && file.is_file()
        {
            files
                .entry((file.dev(), file.ino()))
                .or_default()
                .push(number);
        }
    }
    let repeated = files.into_values().filter(|numbers| numbers.len() > 1);
    for numbers in repeated {
        let infos: Vec<_> = numbers
            .iter()
            .filter_map(|n| std::fs::read_to_string(Path::new("/proc/self/fdinfo").join(n)).ok())
            .filter(|info| is_read_write(info))
            .collect();
        if infos.len() > 1 && infos.iter().any(|info| is_locked(info)) {
            let path = std::fs::read_link(Path::new("/proc/self/fd").join(&numbers[0])).ok()?;
            return Some(path.display().to_string());
        }
    }
    None
}

#[cfg(not(target_os = "linux"))]
fn opened_twice() -> Option<String> {
    None
}

/// Returns whether the octal `flags:` of an fdinfo contain `O_RDWR`.
#[cfg(target_os = "linux")]
fn is_read_write(info: &str) -> bool {
    let flags = info.lines().find_map(|line| line.strip_prefix("flags:"));
    flags.is_some_and(|flags| u64::from_str_radix(flags.trim(), 8).is_ok_and(|f| f & 3 == 2))
}

/// Returns whether an fdinfo line is a POSIX write lock on the whole file: `lock: 1: POSIX
/// ADVISORY  WRITE <pid> <file> 0 EOF`.
#[cfg(target_os = "linux")]
fn is_locked(info: &str) -> bool {
    info.lines()
        .filter_map(|line| line.strip_prefix("lock:"))
        .any(|lock| {
            let fields: Vec<_> = lock.split_whitespace().collect();
            fields.contains(&"POSIX")
                && fields.contains(&"WRITE")
                && fields.ends_with(&["0", "EOF"])
        })
}
