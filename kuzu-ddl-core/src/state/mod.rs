//! TODO-DOC state

mod backfill;
mod catalog_ids;
pub mod deferred;
mod local;

pub use backfill::Making;
pub use catalog_ids::Places;
pub(crate) use catalog_ids::properties;
pub use deferred::Owed;
pub use local::Local;
