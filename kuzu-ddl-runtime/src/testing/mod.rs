//! Test support for applications: schema checks, lock files and upgrades.

pub mod check;
mod lock_file;
mod rows;
mod upgrade;

pub use lock_file::verify;
pub(crate) use upgrade::upgrade_compiled;
