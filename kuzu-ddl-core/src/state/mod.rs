//! TODO-DOC state

mod backfill;
mod catalog_ids;
pub mod deferred;
mod local;

pub use backfill::BackfillProgress;
pub use catalog_ids::CatalogIds;
pub(crate) use catalog_ids::properties;
pub use deferred::DeferredTask;
pub use local::LocalState;
