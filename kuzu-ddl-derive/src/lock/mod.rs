//! The lock file of the package, and how a struct differs from it.

mod parse;

mod file;

mod compare;

pub(crate) use compare::{Comparison, compare};
pub(crate) use file::{LockFile, load_lock_file};
pub(crate) use parse::LockedProperty;
#[cfg(test)]
pub(crate) use {file::FILE, parse::Lock};
