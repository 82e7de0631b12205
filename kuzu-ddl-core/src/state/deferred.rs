//! Deferred tasks: work that cannot run inside the main transaction.
//!
//! A deferred task is recorded in the ledger by the transaction whose plan requires it, executed
//! afterwards, one task at a time, and removed from the ledger on completion. After a crash between
//! any two of these the task is still recorded, and the next start executes it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::ObjectId;

/// Deferred task. It names the object; the events and the database determine the details.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DeferredTask {
    /// Builds an index: the engine cannot create one inside a transaction.
    #[serde(alias = "Index")]
    BuildIndex(ObjectId),
    /// Backfills a property with a Rust function: in batches, since the rows may be many.
    #[serde(alias = "Values")]
    Backfill(ObjectId),
}

impl DeferredTask {
    /// Returns the object that the task completes.
    #[must_use]
    pub fn object(&self) -> ObjectId {
        match self {
            Self::BuildIndex(id) | Self::Backfill(id) => *id,
        }
    }
}

impl fmt::Display for DeferredTask {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuildIndex(id) => write!(f, "index {}", id.abbreviate()),
            Self::Backfill(id) => write!(f, "backfill of {}", id.abbreviate()),
        }
    }
}
