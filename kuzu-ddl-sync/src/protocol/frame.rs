//! Frames: the messages between peers.
//!
//! | part | content |
//! |---|---|
//! | version | one byte, [`FRAME_VERSION`] |
//! | kind | one byte |
//! | space | 16 bytes: the space that the frame belongs to |
//! | body | depends on the kind |
//!
//! Version 0 is reserved: in every version of the protocol, the three bytes `0, min, max` answer a
//! frame of an unknown version with the versions that the peer reads.

mod codec;

use kuzu_ddl_core::event::{CodecError, EventId};

use crate::attestation::Attestation;
use crate::checkpoint::CheckpointId;
use crate::hash_tree::{Digest, Hash, Prefix};
use crate::limits::{LimitError, MAX_FRAME_BYTES};

/// The protocol version of this crate: the first byte of every frame.
pub const FRAME_VERSION: u8 = 1;

/// Error returned when bytes are not a valid frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// The frame is larger than [`MAX_FRAME_BYTES`].
    #[error("frame too large: {0} bytes, the limit is {MAX_FRAME_BYTES}")]
    TooLarge(usize),
    /// The protocol version is unknown.
    #[error("unknown frame version {0}; this version of kuzu-ddl reads {FRAME_VERSION}")]
    Version(u8),
    /// The kind is unknown.
    #[error("unknown frame kind {0}")]
    Kind(u8),
    /// The frame belongs to another space.
    #[error("the frame belongs to another space")]
    Space,
    /// The frame claims more items than it can have.
    #[error(transparent)]
    TooMany(#[from] LimitError),
    /// A value is malformed.
    #[error(transparent)]
    Malformed(#[from] CodecError),
}

/// The state of a peer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The checkpoint that its history starts from.
    pub(crate) checkpoint: Option<CheckpointId>,
    /// The events above the checkpoint.
    pub(crate) events: Digest,
    /// Of these, the durable ones.
    pub(crate) stored: Digest,
    /// Whether the receiver is to reply with its own status.
    pub(crate) wants_reply: bool,
    /// A checkpoint for download: its id, the number of covered events, its size in bytes.
    pub(crate) offer: Option<(CheckpointId, u64, u64)>,
}

/// The content of a subtree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Subtree {
    /// The hashes of the 16 children; zero for an empty one.
    Hashes(Box<[Hash; 16]>),
    /// All ids.
    Ids(Vec<EventId>),
}

/// A message between peers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The minimum and the maximum version that the sender reads.
    Versions(u8, u8),
    Status(Status),
    /// Subtrees of the events above a checkpoint that may differ.
    Reconcile(Option<CheckpointId>, Vec<(Prefix, Subtree)>),
    /// A pack of events with attestations; `push` if they were not requested.
    Events {
        push: bool,
        pack: Vec<u8>,
        attestations: Vec<Attestation>,
    },
    /// Requests events.
    WantEvents(Vec<EventId>),
    /// Enables or disables the push of new events to the sender.
    SetPush(bool),
    /// Requests the frontier of a checkpoint.
    WantCheckpointProof(CheckpointId),
    /// The frontier of a checkpoint with its proof.
    CheckpointProof(CheckpointId, Vec<u8>),
    /// Requests a part of a checkpoint, from an offset.
    WantCheckpoint(CheckpointId, u64),
    /// A part of a checkpoint, from an offset.
    Checkpoint(CheckpointId, u64, Vec<u8>),
    /// Subtrees of the attestations that may differ.
    AttestationTree(Vec<(Prefix, Subtree)>),
    /// Requests attestations.
    WantAttestations(Vec<EventId>),
}

#[cfg(test)]
mod tests;
