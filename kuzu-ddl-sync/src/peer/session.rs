//! The session: the state that a peer holds for one remote peer.

use std::collections::{BTreeMap, BTreeSet};

use crate::attestation::Attestation;
use crate::checkpoint::CheckpointId;
use crate::limits::Limits;
use crate::protocol::frame::Status;

/// Bytes charged for each frame in addition to its size, so that empty frames are not free.
const FRAME_OVERHEAD_BYTES: u64 = 64;

#[derive(Clone, Debug)]
pub(super) struct Session {
    pub(super) connected: bool,
    /// Whether new events are pushed at once; otherwise they wait for the next reconciliation.
    pub(super) push_enabled: bool,
    /// Positions in the log of the events to send.
    pub(super) queue: BTreeSet<u32>,
    /// Of these, the events that the remote peer did not request.
    pub(super) unrequested: BTreeSet<u32>,
    /// The time at which events were sent, by position.
    pub(super) sent: BTreeMap<u32, u64>,
    /// Attestations to send.
    pub(super) attestations: BTreeSet<Attestation>,
    /// Bytes of events sent since the last tick.
    pub(super) sent_bytes: usize,
    /// The last status received.
    pub(super) remote_status: Option<Status>,
    /// Number of local events that the remote peer has stored.
    pub(super) acknowledged: usize,
    pub(super) next_status_at: u64,
    pub(super) status_interval_ms: u64,
    /// The time of the last reconciliation that was started here.
    pub(super) reconciled_at: Option<u64>,
    /// The checkpoint whose proof was requested, and the time of the request.
    pub(super) proof_requested: Option<(CheckpointId, u64)>,
    /// The time of the last answer to a frame of an unknown version.
    pub(super) versions_sent_at: Option<u64>,
    pub(super) muted_until: u64,
    /// Whether the remote peer has sent or stored an event of the log.
    pub(super) has_contributed: bool,
    /// The time of the last frame.
    pub(super) last_frame_at: u64,
    /// Whether a checkpoint of the remote peer was invalid: no other one is downloaded from it.
    pub(super) sent_bad_checkpoint: bool,
    bad_frames: u32,
    /// Bytes that the rate limit still allows.
    credit: u64,
    credit_updated_at: u64,
    /// For each kind of diagnostic: the time of the last record, and the occurrences since.
    diagnostics: BTreeMap<u8, (u64, u64)>,
}

impl Session {
    pub(super) fn new(now_ms: u64, limits: &Limits) -> Self {
        Self {
            connected: true,
            push_enabled: true,
            queue: BTreeSet::new(),
            unrequested: BTreeSet::new(),
            sent: BTreeMap::new(),
            attestations: BTreeSet::new(),
            sent_bytes: 0,
            remote_status: None,
            acknowledged: 0,
            next_status_at: now_ms,
            status_interval_ms: limits.status_interval_ms,
            reconciled_at: None,
            proof_requested: None,
            versions_sent_at: None,
            muted_until: 0,
            has_contributed: false,
            last_frame_at: now_ms,
            sent_bad_checkpoint: false,
            bad_frames: 0,
            credit: limits.burst_bytes,
            credit_updated_at: now_ms,
            diagnostics: BTreeMap::new(),
        }
    }

    /// Resets the session after a reconnect. Acknowledgements, limits and diagnostics are retained.
    pub(super) fn reset(&mut self, now_ms: u64, limits: &Limits) {
        *self = Self {
            acknowledged: self.acknowledged,
            muted_until: self.muted_until,
            has_contributed: self.has_contributed,
            sent_bad_checkpoint: self.sent_bad_checkpoint,
            bad_frames: self.bad_frames,
            credit: self.credit,
            credit_updated_at: self.credit_updated_at,
            diagnostics: std::mem::take(&mut self.diagnostics),
            ..Self::new(now_ms, limits)
        };
    }

    /// Lowers the bytes that are accepted at first.
    pub(super) fn limit_burst(&mut self, bytes: u64) {
        self.credit = self.credit.min(bytes);
    }

    /// Discards the events to send and the record of those that were sent.
    pub(super) fn clear_queue(&mut self) {
        self.queue.clear();
        self.unrequested.clear();
        self.sent.clear();
    }

    /// Charges a frame to the rate limit and returns whether it is within the limit.
    pub(super) fn charge(&mut self, now_ms: u64, bytes: usize, limits: &Limits) -> bool {
        let elapsed = now_ms.saturating_sub(self.credit_updated_at);
        let earned = elapsed.saturating_mul(limits.bytes_per_second) / 1_000;
        if earned > 0 {
            self.credit = self.credit.saturating_add(earned).min(limits.burst_bytes);
            self.credit_updated_at = now_ms;
        }
        match self.credit.checked_sub(bytes as u64 + FRAME_OVERHEAD_BYTES) {
            Some(left) => {
                self.credit = left;
                true
            }
            None => false,
        }
    }

    /// Counts an invalid frame and returns whether the peer is muted because of it.
    pub(super) fn record_bad_frame(&mut self, now_ms: u64, limits: &Limits) -> bool {
        self.bad_frames += 1;
        let muted = self.bad_frames >= limits.max_bad_frames;
        if muted {
            self.bad_frames = 0;
            self.muted_until = now_ms.saturating_add(limits.mute_ms);
        }
        muted
    }

    /// Counts occurrences of a diagnostic. Returns those since the last record if a new one is due.
    pub(super) fn report_slot(
        &mut self,
        now_ms: u64,
        kind: u8,
        occurrences: u64,
        limits: &Limits,
    ) -> Option<u64> {
        match self.diagnostics.get_mut(&kind) {
            Some((last, unreported))
                if now_ms < last.saturating_add(limits.diagnostic_interval_ms) =>
            {
                *unreported += occurrences;
                None
            }
            Some((last, unreported)) => {
                let occurrences = *unreported + occurrences;
                (*last, *unreported) = (now_ms, 0);
                Some(occurrences)
            }
            None => {
                self.diagnostics.insert(kind, (now_ms, 0));
                Some(occurrences)
            }
        }
    }

    /// Queues an event that the remote peer lacks, unless it was sent within the resend interval.
    pub(super) fn enqueue(&mut self, now_ms: u64, position: u32, limits: &Limits) {
        let sent = self.sent.get(&position);
        if sent.is_none_or(|sent| now_ms >= sent.saturating_add(limits.resend_after_ms)) {
            self.queue.insert(position);
            self.unrequested.remove(&position);
        }
    }

    /// Queues a new event that the remote peer may lack.
    pub(super) fn enqueue_push(&mut self, position: u32) {
        if self.queue.insert(position) {
            self.unrequested.insert(position);
        }
    }

    /// Removes an event that the remote peer has.
    pub(super) fn dequeue(&mut self, position: u32) {
        self.queue.remove(&position);
        self.unrequested.remove(&position);
    }

    /// Resets the status interval to its minimum, so that the next status frame is sent soon.
    pub(super) fn wake(&mut self, now_ms: u64, limits: &Limits) {
        self.status_interval_ms = limits.status_interval_ms;
        self.next_status_at = self
            .next_status_at
            .min(now_ms.saturating_add(self.status_interval_ms));
    }
}
