//! State that the ledger stores for one database, in addition to the events.
//!
//! Events are the same on every peer. What is here depends on the database: its catalog ids, its
//! deferred tasks, and the defaults and fills that only its engine or its rows determine.

mod backfill;
mod catalog_ids;
pub mod deferred;
mod local;

pub use backfill::BackfillProgress;
pub use catalog_ids::CatalogIds;
pub(crate) use catalog_ids::properties;
pub use deferred::DeferredTask;
pub use local::LocalState;
