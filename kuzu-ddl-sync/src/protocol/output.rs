//! What a peer wants done.

use std::sync::Arc;

use kuzu_ddl_runtime::event::{DdlEvent, PackError};

use crate::protocol::frame::FrameError;
use crate::{Attestation, CheckpointId, PeerId};

/// Something to be done by whoever runs a [`Peer`](crate::Peer).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Send these bytes to a peer. They may be lost, doubled or late: it comes right in the end.
    Send {
        /// The peer.
        to: PeerId,
        /// The frame.
        bytes: Arc<[u8]>,
    },
    /// Events that were not here before, each after what it depends on: for the database. Once they are safely
    /// stored, say [`Peer::stored`](crate::Peer::stored).
    Events(Vec<DdlEvent>),
    /// What was said about events, not here before.
    Attestations(Vec<Attestation>),
    /// The history begins with this checkpoint: its hash is right, its contents are for the fold to judge.
    Checkpoint(CheckpointId, Arc<[u8]>),
    /// Something that a person may want to know.
    Report(Row),
}

/// A row of the report. The same about the same peer comes at most once in
/// [`Limits::report_interval`](crate::Limits::report_interval).
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The peer.
    pub peer: PeerId,
    /// What happened.
    pub report: Report,
    /// How often since the last row of this kind about this peer.
    pub times: u64,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Report {
    /// Bytes that are no frame.
    #[error("a frame was refused: {0}")]
    BadFrame(#[from] FrameError),
    /// A frame of a newer protocol; the sender was told which versions are read here.
    #[error("the peer speaks a newer version of the protocol, {0}; update kuzu-ddl here")]
    NewerVersion(u8),
    /// The other peer does not read our frames.
    #[error("the peer reads frames of version {0} to {1} only; update kuzu-ddl there")]
    OlderPeer(u8, u8),
    /// Events that are none.
    #[error("a pack of events was refused: {0}")]
    BadPack(#[from] PackError),
    /// Too many bad frames: the peer is not listened to for a while.
    #[error("after too many bad frames the peer is not listened to for {0} ms")]
    Muted(u64),
    /// Frames came faster than the rate.
    #[error("frames came faster than the rate, and were dropped")]
    TooFast,
    /// More peers than are listened to.
    #[error("there are too many peers, and this one is not listened to")]
    TooManyPeers,
    /// No room for events that wait for others.
    #[error("there is no room for events that wait for others; they will be asked for again")]
    NoRoom,
    /// What an event depends on has never come.
    #[error("what an event depends on has not come, and it was let go")]
    NeverCame,
    /// The other history begins with a checkpoint that says nothing here, and the reverse.
    #[error(
        "the peer's history begins with checkpoint {0}, of which not all is here: start anew from it"
    )]
    Behind(CheckpointId),
    /// A checkpoint that is not what it was said to be.
    #[error("a checkpoint was refused: {0}")]
    BadCheckpoint(&'static str),
}

impl Report {
    /// One number for each kind.
    pub(crate) fn kind(&self) -> u8 {
        match self {
            Self::BadFrame(_) => 0,
            Self::NewerVersion(_) => 1,
            Self::OlderPeer(..) => 2,
            Self::BadPack(_) => 3,
            Self::Muted(_) => 4,
            Self::TooFast => 5,
            Self::TooManyPeers => 6,
            Self::NoRoom => 7,
            Self::NeverCame => 8,
            Self::Behind(_) => 9,
            Self::BadCheckpoint(_) => 10,
        }
    }
}
