//! Checkpoints in transfer: the one that a peer offers, and the one that it downloads.

use std::sync::Arc;

use crate::checkpoint::{Checkpoint, CheckpointId};
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
    pub(super) size: usize,
    /// The bytes received so far.
    pub(super) bytes: Vec<u8>,
    /// The time of the last request or of the last part.
    pub(super) requested_at: u64,
}
