//! Checkpoints of other peers: the one that a peer offers, the one that it downloads, and those that
//! remote histories start from.

use std::sync::Arc;

use crate::checkpoint::{Checkpoint, CheckpointId};
use crate::hash_tree::HashTree;
use crate::identity::PeerId;

/// A checkpoint that other peers can download.
#[derive(Clone, Debug)]
pub(super) struct CheckpointOffer {
    pub(super) id: CheckpointId,
    pub(super) checkpoint: Arc<Checkpoint>,
    pub(super) bytes: Arc<[u8]>,
}

/// A checkpoint that is being downloaded.
#[derive(Clone, Debug)]
pub(super) struct CheckpointDownload {
    pub(super) from: PeerId,
    pub(super) id: CheckpointId,
    /// Number of events that the offer claims.
    pub(super) count: u64,
    pub(super) size: usize,
    /// The bytes received so far.
    pub(super) bytes: Vec<u8>,
    /// The time of the last request or of the last part.
    pub(super) requested_at: u64,
}

/// The local events above a checkpoint that a remote history starts from.
#[derive(Clone, Debug)]
pub(super) struct View {
    /// The positions of the events in the log.
    pub(super) events: HashTree<u32>,
    pub(super) verdict: Verdict,
}

impl View {
    /// Whether the state of the checkpoint is the one that the local history leads to.
    pub(super) fn is_proven(&self) -> bool {
        self.verdict == Verdict::Proven
    }
}

/// What the local history says about the state of a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Not compared yet.
    Open,
    /// The history leads to this state.
    Proven,
    /// The history leads to another state, or does not reach back far enough.
    Unproven,
}
