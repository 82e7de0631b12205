//! Limits on what remote peers can cost.
//!
//! Every count and size that a frame, a file or a token can claim is checked against a constant of
//! this module before memory is reserved for it. [`Limits`] bounds what one peer spends on others.

use kuzu_ddl_core::event::{CodecError, MAX_EVENT_BYTES, Reader};

/// Maximum size of a frame, in bytes: one event of the maximum size, and room for its envelope.
pub const MAX_FRAME_BYTES: usize = MAX_EVENT_BYTES + 64 * 1024;

/// Maximum total size of the events in a frame, in bytes of their encoding outside packs.
pub const MAX_FRAME_EVENT_BYTES: usize = 2 * MAX_EVENT_BYTES;

/// Maximum number of subtrees in a frame.
pub const MAX_FRAME_SUBTREES: usize = 4_096;

/// Maximum number of ids in a frame.
pub const MAX_FRAME_IDS: usize = 32_768;

/// Maximum number of attestations that a peer stores for one event.
pub const MAX_ATTESTATIONS: usize = 16;

/// Maximum size of an attestation, in bytes.
pub const MAX_ATTESTATION_BYTES: usize = 1_024;

/// Limits on what one peer spends on others.
///
/// ```
/// use kuzu_ddl_sync::Limits;
///
/// let mut limits = Limits::default();
/// limits.max_peers = 16;
/// limits.mute_ms = 5 * 60_000;
/// ```
#[doc(alias = "config")]
#[doc(alias = "options")]
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Maximum number of remote peers; frames of further peers are dropped.
    pub max_peers: usize,
    /// Bytes accepted from each peer per second. Frames beyond the rate are dropped; their content
    /// is requested again later.
    pub bytes_per_second: u64,
    /// Bytes accepted from a peer in one burst before the rate applies.
    pub burst_bytes: u64,
    /// Bytes of events sent to each peer per tick.
    pub bytes_per_tick: usize,
    /// Maximum number of events, of all peers together, that wait for missing dependencies.
    pub max_waiting_events: usize,
    /// Maximum total size of the waiting events, in bytes.
    pub max_waiting_bytes: usize,
    /// Maximum number of waiting events received from one peer.
    pub max_waiting_events_per_peer: usize,
    /// Time after which a waiting event is discarded, in milliseconds.
    pub waiting_timeout_ms: u64,
    /// Number of invalid frames after which a peer is muted.
    pub max_bad_frames: u32,
    /// Time for which frames of a muted peer are ignored, in milliseconds.
    pub mute_ms: u64,
    /// Minimum interval between two status frames while peers differ, in milliseconds.
    pub status_interval_ms: u64,
    /// Maximum interval between two status frames while peers agree, in milliseconds.
    pub idle_status_interval_ms: u64,
    /// Time after which an unanswered request or transmission counts as lost, in milliseconds.
    pub resend_after_ms: u64,
    /// Minimum interval between two records of the same kind for the same peer, in milliseconds.
    pub diagnostic_interval_ms: u64,
    /// Number of events that a checkpoint must exceed for an empty peer to download it instead of
    /// the history.
    pub checkpoint_threshold_events: u64,
    /// Maximum size of a checkpoint to download, in bytes.
    pub max_checkpoint_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_peers: 256,
            bytes_per_second: 8 << 20,
            burst_bytes: 32 << 20,
            bytes_per_tick: 1 << 20,
            max_waiting_events: 65_536,
            max_waiting_bytes: 64 << 20,
            max_waiting_events_per_peer: 16_384,
            waiting_timeout_ms: 10 * 60_000,
            max_bad_frames: 16,
            mute_ms: 60_000,
            status_interval_ms: 1_000,
            idle_status_interval_ms: 30_000,
            resend_after_ms: 3_000,
            diagnostic_interval_ms: 10_000,
            checkpoint_threshold_events: 20_000,
            max_checkpoint_bytes: 64 << 20,
        }
    }
}

/// Error returned when encoded data claims more items than a limit allows.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many {items}: {claimed} claimed, the limit is {limit}")]
#[non_exhaustive]
pub struct LimitError {
    /// Kind of the items.
    pub items: &'static str,
    /// Maximum number of items.
    pub limit: usize,
    /// Number of items that the data claims.
    pub claimed: usize,
}

impl LimitError {
    /// Checks a claimed number of items.
    pub(crate) fn check(items: &'static str, limit: usize, claimed: usize) -> Result<(), Self> {
        if claimed > limit {
            return Err(Self {
                items,
                limit,
                claimed,
            });
        }
        Ok(())
    }
}

/// Reads a number of items, which must not exceed the limit.
pub(crate) fn read_count<E: From<CodecError> + From<LimitError>>(
    r: &mut Reader<'_>,
    items: &'static str,
    limit: usize,
) -> Result<usize, E> {
    let claimed = r.count()?;
    LimitError::check(items, limit, claimed)?;
    Ok(claimed)
}
