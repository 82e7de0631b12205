//! Deferred work: post-commit steps that could not run yet.

use serde::{Deserialize, Serialize};

use super::model::Step;

/// Work that could not run yet.
///
/// Nothing else waits for it: queries that need it fail until the next start has completed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DeferredWork {
    /// Step to perform.
    pub step: Step,
    /// Reason why it could not run.
    pub reason: String,
}

impl DeferredWork {
    /// Creates deferred work.
    #[doc(hidden)]
    #[must_use]
    pub fn new(step: Step, reason: String) -> Self {
        Self { step, reason }
    }
}
