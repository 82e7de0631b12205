//! Diagnostics: what a peer reports about remote peers.

use kuzu_ddl_core::event::pack::PackError;

use super::frame::FrameError;
use crate::checkpoint::CheckpointId;
use crate::identity::PeerId;

/// A diagnostic with its peer and its number of occurrences.
///
/// Records of the same kind for the same peer are at least
/// [`Limits::diagnostic_interval_ms`](crate::Limits::diagnostic_interval_ms) apart.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DiagnosticRecord {
    /// The remote peer.
    pub peer: PeerId,
    /// The diagnostic.
    pub diagnostic: Diagnostic,
    /// Occurrences since the previous record of the same kind for this peer.
    pub occurrences: u64,
}

/// A condition that the operator of a peer may want to know about.
///
/// The peer has already handled it. `Display` formats the condition, and a remedy as a `help:`
/// line.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Diagnostic {
    /// Received bytes are not a valid frame.
    #[error("frame rejected: {0}")]
    BadFrame(FrameError),
    /// Received a frame of another protocol version; the sender was informed.
    #[error("the peer uses protocol version {0}, which is unknown\nhelp: update kuzu-ddl here")]
    NewerVersion(u8),
    /// The peer cannot read the frames of this version.
    #[error("the peer reads frame versions {0} to {1} only\nhelp: update kuzu-ddl on the peer")]
    PeerOutdated(u8, u8),
    /// A pack contains invalid events.
    #[error("event pack rejected: {0}")]
    BadPack(PackError),
    /// Frames of the peer are ignored for a time after too many invalid ones.
    #[error("peer muted for {0} ms: too many invalid frames")]
    Muted(u64),
    /// Frames were dropped because they exceeded the rate limit.
    #[error("frames dropped: the peer exceeded the rate limit")]
    RateLimited,
    /// Frames were dropped because the maximum number of peers is reached.
    #[error("frames dropped: too many peers")]
    TooManyPeers,
    /// Events were dropped because too many already wait for missing dependencies.
    ///
    /// What a peer sent is requested again, and a file of a folder is read again.
    #[error(
        "events dropped: the buffer of waiting events is full, and their dependencies are missing\n\
         help: import the file again once it has their dependencies, \
         or raise `Limits::max_waiting_events_per_peer`"
    )]
    WaitingBufferFull,
    /// An event was discarded because its dependencies have not arrived in time.
    #[error("event discarded: its dependencies have not arrived in time")]
    DependencyTimeout,
    /// The peer's history starts from a checkpoint that covers events unknown here, so the two
    /// histories cannot be compared.
    #[error(
        "the peer's history starts from checkpoint {0}, which covers events that are missing here\n\
         help: start from that checkpoint"
    )]
    CheckpointUnknown(CheckpointId),
    /// A checkpoint is invalid. It is not downloaded again, and no other one from its sender.
    #[error("checkpoint rejected: {0}")]
    BadCheckpoint(&'static str),
    /// Two checkpoints with the same events hold different states: one history starts from this one,
    /// and the events of the other lead to another state. One of the two peers is wrong.
    #[error(
        "checkpoint {0} does not hold the state that its events lead to\n\
         help: start again on the peer that starts from it (`Peer::reject_checkpoint`)"
    )]
    CheckpointDisputed(CheckpointId),
    /// The peer has none of the history that the local checkpoint covers.
    #[error(
        "the peer does not have the events of checkpoint {0}, which the history here starts from\n\
         help: if the peer has the whole history, start again here (`Peer::reject_checkpoint`)"
    )]
    CheckpointUnconfirmed(CheckpointId),
}

impl Diagnostic {
    /// The key that groups diagnostics into records.
    pub(crate) fn kind(&self) -> u8 {
        match self {
            Self::BadFrame(_) => 0,
            Self::NewerVersion(_) => 1,
            Self::PeerOutdated(..) => 2,
            Self::BadPack(_) => 3,
            Self::Muted(_) => 4,
            Self::RateLimited => 5,
            Self::TooManyPeers => 6,
            Self::WaitingBufferFull => 7,
            Self::DependencyTimeout => 8,
            Self::CheckpointUnknown(_) => 9,
            Self::BadCheckpoint(_) => 10,
            Self::CheckpointDisputed(_) => 11,
            Self::CheckpointUnconfirmed(_) => 12,
        }
    }
}
