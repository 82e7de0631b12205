//! Test support for applications: schema checks, lock files and upgrades.

pub mod check;
mod lock_file;
mod rows;
mod upgrade;

pub use check::{CheckError, check, check_compiled};
pub use lock_file::{LockError, MODE, verify, verify_declared};
pub(crate) use upgrade::upgrade_compiled;
pub use upgrade::{UpgradeError, upgrade};
