//! What the fold says beside the schema: conflicts, held events, rejected events.

use serde::{Deserialize, Serialize};

use crate::event::{EventId, ObjectId};

/// Two changes that did not know of one another and cannot both be as they were meant. Every peer
/// sees the same rows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// The object.
    pub object: ObjectId,
    /// The event whose intent was not carried out in full.
    pub event: EventId,
    /// What happened.
    pub kind: ConflictKind,
}

/// The kinds of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ConflictKind {
    /// A drop that somebody's use did not know of, or that did not know of a use: the use wins.
    DropBlocked,
    /// The object was made twice with different contents: the first by rank wins.
    CreatedDifferently,
    /// Two writes of one register: the last by rank wins.
    WrittenTwice,
    /// Two objects of one name: the first by rank keeps it, the other has a suffix.
    NameTaken,
}

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

/// Why an event can never be applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// Its object was not made by any event it could know.
    #[error("the object {0} does not exist")]
    NoObject(ObjectId),
    /// The change is not one for this kind of object.
    #[error("`{change}` is not a change of this kind of object")]
    WrongKind {
        /// The change's word.
        change: String,
    },
    /// The primary key cannot be dropped.
    #[error("the primary key cannot be dropped")]
    PrimaryKey,
    /// What it would bring back was deleted for ever.
    #[error("it was purged, and its data are gone")]
    Purged,
    /// An event it depends on was rejected.
    #[error("it depends on the rejected event {0}")]
    Behind(EventId),
}
