//! Outcomes of the fold other than the schema: held events and rejected events.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{EventId, ObjectId};

/// Reason why an event is stored and forwarded, but not applied yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum HoldReason {
    /// An event it depends on has not arrived yet.
    MissingDependency(EventId),
    /// The kind of the event belongs to a newer version of kuzu-ddl.
    UnknownKind(u16),
    /// An event it depends on is held.
    DependencyHeld(EventId),
}

impl fmt::Display for HoldReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::MissingDependency(event) => {
                write!(f, "the event {} has not arrived", event.abbreviate())
            }
            Self::UnknownKind(_) => {
                f.write_str("it is of a newer version of kuzu-ddl; update this application")
            }
            Self::DependencyHeld(event) => write!(f, "the event {} is pending", event.abbreviate()),
        }
    }
}

/// Reason why an event can never be applied.
///
/// It follows from the event and its own ancestors alone, so every peer reaches the same verdict,
/// whatever else it has received.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// No event that it depends on created its object.
    #[error("unknown object {0}: no dependency of the event created it")]
    UnknownObject(ObjectId),
    /// The change does not apply to this kind of object.
    #[error("`{change}` does not apply to this kind of object")]
    WrongKind {
        /// Name of the change.
        change: String,
    },
    /// The event refers to an event that it does not depend on, or that is about something else.
    #[error("invalid reference to the event {0}: it is no dependency, or concerns another object")]
    UnknownReference(EventId),
    /// The event is malformed: an invalid name, or bytes that no conforming encoder writes. It is
    /// not stored.
    #[error("malformed event: {0}")]
    Malformed(String),
    /// The object that it restores was purged.
    #[error("the object was purged; its data no longer exist")]
    Purged,
    /// An event it depends on was rejected.
    #[error("depends on the rejected event {0}")]
    DependencyRejected(EventId),
}
