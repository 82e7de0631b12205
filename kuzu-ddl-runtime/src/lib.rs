//! The runtime of `kuzu-ddl`: the schema model, events, fold, diff and plan as pure functions, and
//! behind features the adapters to the engines.

#[doc(hidden)]
pub mod __private;
pub mod archive;
pub mod compare;
pub mod declared;
pub mod diff;
pub mod drift;
pub mod engine;
pub mod event;
mod fingerprint;
pub mod fold;
pub mod history;
pub mod inspect;
pub mod ledger;
pub mod migrate;
pub mod plan;
pub mod schema;
#[cfg(test)]
mod sketch;

pub use declared::desc::{KuzuEdge, KuzuNode, KuzuTable, KuzuType};

#[cfg(feature = "kuzu")]
pub use kuzu;
