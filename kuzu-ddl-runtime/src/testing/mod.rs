//! Test support for applications: schema checks, lock files and upgrades.

pub mod check;
mod lock_file;
mod rows;
mod upgrade;

#[cfg(feature = "kuzu")]
pub use check::check_registered;
pub use check::{CheckError, check_on};
pub use lock_file::{LOCK_ENV, LockError, verify, verify_against};
#[cfg(feature = "kuzu")]
pub(crate) use upgrade::upgrade_compiled;
pub use upgrade::{UpgradeError, verify_upgrade};
