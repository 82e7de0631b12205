//! The lock file of the package.

mod compare;
mod file;
mod parse;

pub(crate) use compare::compare;
#[cfg(test)]
pub(crate) use file::FILE;
#[cfg(test)]
pub(crate) use parse::Lock;
