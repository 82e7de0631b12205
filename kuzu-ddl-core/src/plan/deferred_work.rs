//! Deferred work: post-commit steps that could not run yet.

use serde::{Deserialize, Serialize};

use super::model::Step;

/// Work that could not be done yet. Nothing else waits for it: queries that need it fail until the
/// next start has done it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeferredWork {
    /// What is to be done.
    pub step: Step,
    /// What was in the way.
    pub reason: String,
}
