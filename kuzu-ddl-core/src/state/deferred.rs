//! Work that no transaction can do, and that is therefore owed after it.
//!
//! What is owed is written into the ledger by the very transaction whose plan asks for it, done
//! afterwards, one piece at a time, and struck out when it is done. A crash between any two of
//! these leaves it owed, and the next start does it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::ObjectId;

/// One piece of work that is owed. It names the object; what exactly is to be done, the events and
/// the database say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Owed {
    /// An index is to be made: the engine makes none inside a transaction.
    Index(ObjectId),
    /// The values of a property are to be made by a Rust function: in batches, since they may be many.
    Values(ObjectId),
}

impl Owed {
    /// The object that lacks it.
    #[must_use]
    pub fn object(&self) -> ObjectId {
        match self {
            Self::Index(id) | Self::Values(id) => *id,
        }
    }
}

impl fmt::Display for Owed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(id) => write!(f, "the index {}", id.short()),
            Self::Values(id) => write!(f, "the values of {}", id.short()),
        }
    }
}
