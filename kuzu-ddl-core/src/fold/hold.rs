//! What the fold says beside the schema: held events, rejected events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{EventId, ObjectId};

/// Why an event is kept and passed on, but not applied yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Held {
    /// An event it depends on has not come yet.
    Missing(EventId),
    /// Its kind belongs to a newer version of kuzu-ddl.
    UnknownKind(u16),
    /// An event it depends on is held.
    Behind(EventId),
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(event) => write!(f, "the event {} has not come yet", event.short()),
            Self::UnknownKind(_) => {
                f.write_str("it is of a newer version of kuzu-ddl; update this application")
            }
            Self::Behind(event) => write!(f, "the event {} waits", event.short()),
        }
    }
}

/// Why an event can never be applied. It follows from the event and its own past alone, so every peer
/// says the same, whatever else it has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Its object was not made by any event it knew.
    #[error("the object {0} does not exist as far as the event knew")]
    NoObject(ObjectId),
    /// The change is not one for this kind of object.
    #[error("`{change}` is not a change of this kind of object")]
    WrongKind {
        /// The change's word.
        change: String,
    },
    /// It names an event that it does not depend on, or that does not say what it is named for.
    #[error("it names the event {0}, which it did not know, or which is about something else")]
    NotKnown(EventId),
    /// It is no legal event at all: a name that is none, bytes that nobody who encodes as the format
    /// says would have written. It is not kept.
    #[error("it is no legal event: {0}")]
    Malformed(String),
    /// What it would bring back was deleted for ever.
    #[error("it was purged, and its data are gone")]
    Purged,
    /// An event it depends on was rejected.
    #[error("it depends on the rejected event {0}")]
    Behind(EventId),
}
