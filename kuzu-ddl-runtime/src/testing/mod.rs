//! Test support for applications: schema checks, lock files and upgrades.

pub mod check;
mod lock_file;
mod rows;
mod upgrade;

pub use check::{CheckError, check_on, check_registered};
pub use lock_file::{LOCK_ENV, LockError, verify, verify_against};
pub(crate) use upgrade::upgrade_compiled;
pub use upgrade::{UpgradeError, verify_upgrade};
