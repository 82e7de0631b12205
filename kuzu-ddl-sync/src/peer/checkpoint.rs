//! Histories that start from a checkpoint: offer, download, prune, and comparison with such a peer.

use std::sync::Arc;

use super::state::Peer;
use super::transfer::{CheckpointDownload, CheckpointOffer};
use crate::checkpoint::{Checkpoint, CheckpointId, verified_frontier};
use crate::event_log::{EventLog, MissingEventsError};
use crate::hash_tree::HashTree;
use crate::identity::PeerId;
use crate::protocol::diagnostic::Diagnostic;
use crate::protocol::frame::{Frame, Status};
use crate::protocol::output::Output;

/// Size of one part of a checkpoint, in bytes.
const PART_BYTES: usize = 256 * 1024;

/// Maximum number of remote checkpoints whose events are tracked at the same time.
const MAX_VIEWS: usize = 4;

impl Peer {
    /// Offers a checkpoint to new peers, which can download it instead of the history.
    ///
    /// # Errors
    ///
    /// Returns the events of the checkpoint's frontier that the log lacks.
    pub fn offer_checkpoint(
        &mut self,
        checkpoint: Checkpoint,
    ) -> Result<CheckpointId, MissingEventsError> {
        let id = checkpoint.id();
        if self.log.checkpoint_id() != Some(id) {
            self.log.require(&checkpoint.frontier)?;
            if let Some(view) = self.log.events_above(&checkpoint.frontier) {
                self.remember_view(id, view);
            }
        }
        let bytes = checkpoint.encode();
        self.offer = Some(CheckpointOffer {
            id,
            checkpoint: Arc::new(checkpoint),
            bytes,
        });
        Ok(id)
    }

    /// Removes the events that the [offered](Self::offer_checkpoint) checkpoint covers.
    ///
    /// The history then starts from the checkpoint. Nothing is removed unless all covered events
    /// are [stable](Self::stable_events). Returns the number of removed events.
    #[doc(alias = "compact")]
    #[doc(alias = "garbage_collect")]
    #[doc(alias = "truncate")]
    pub fn prune(&mut self) -> usize {
        let Some(offer) = self.offer.clone() else {
            return 0;
        };
        let (stable, before) = (self.stable_events().len(), self.log.len());
        let Some(above) = self.views.get(&offer.id) else {
            return 0;
        };
        let mut retained: Vec<u32> = above.values().copied().collect();
        retained.sort_unstable();
        let removed = before - retained.len();
        // The first events of the log are stable; all removed events must be among them.
        let unstable = retained
            .iter()
            .filter(|position| (**position as usize) >= stable)
            .count();
        if removed == 0 || before - stable != unstable {
            return 0;
        }
        let events = retained
            .iter()
            .filter_map(|position| self.log.get_at(*position))
            .cloned()
            .collect::<Vec<_>>();
        let mut log = EventLog::from_checkpoint(offer.checkpoint.as_ref().clone());
        for event in events {
            // Each depends on events above the checkpoint or known to it.
            if log.insert(event).is_err() {
                return 0;
            }
        }
        self.replace_log(log);
        removed
    }

    /// Replaces the log by one that starts from a checkpoint.
    fn replace_log(&mut self, log: EventLog) {
        let all_stored = self.stored.0 == self.log.len();
        self.log = log;
        let log = &self.log;
        self.attestations.retain(|event| log.get(event).is_some());
        self.views.clear();
        for session in self.sessions.values_mut() {
            session.clear_queue();
            session.acknowledged = 0;
        }
        self.stored = (0, self.log.digest());
        if all_stored {
            self.mark_stored();
        }
    }

    fn remember_view(&mut self, id: CheckpointId, view: HashTree<u32>) {
        if self.views.len() >= MAX_VIEWS && !self.views.contains_key(&id) {
            let offered = self.offer.as_ref().map(|offer| offer.id);
            let other = self.views.keys().find(|id| Some(**id) != offered).copied();
            other.and_then(|other| self.views.remove(&other));
        }
        self.views.insert(id, view);
    }

    /// Resolves a remote checkpoint whose covered events are unknown here: the remote peer proves
    /// its frontier, or, if it has the whole history, resolves the local checkpoint.
    pub(super) fn resolve_unknown_checkpoint(
        &mut self,
        now_ms: u64,
        from: PeerId,
        remote: &Status,
        out: &mut Vec<Output>,
    ) {
        let Some(checkpoint) = remote.checkpoint else {
            // The remote peer has the whole history: it can determine the events above the local
            // checkpoint.
            if remote.wants_reply {
                self.send_status(from, false, out);
            }
            return;
        };
        let Some(session) = self.sessions.get_mut(&from) else {
            return;
        };
        let interval = self.limits.status_interval_ms;
        let due = |at: u64| now_ms >= at.saturating_add(interval);
        let requested = session.proof_requested;
        if requested.is_none_or(|(id, at)| id != checkpoint || due(at)) {
            session.proof_requested = Some((checkpoint, now_ms));
            self.send(from, &Frame::WantCheckpointProof(checkpoint), out);
        }
    }

    pub(super) fn on_want_checkpoint_proof(
        &mut self,
        from: PeerId,
        id: CheckpointId,
        out: &mut Vec<Output>,
    ) {
        if let Some(checkpoint) = self.find_checkpoint(id) {
            let frame = Frame::CheckpointProof(id, checkpoint.proof());
            self.send(from, &frame, out);
        }
    }

    fn find_checkpoint(&self, id: CheckpointId) -> Option<&Checkpoint> {
        let offered = self.offer.as_ref().filter(|offer| offer.id == id);
        offered.map(|offer| offer.checkpoint.as_ref()).or_else(|| {
            let is_own = self.log.checkpoint_id() == Some(id);
            self.log.checkpoint().filter(|_| is_own)
        })
    }

    pub(super) fn on_checkpoint_proof(
        &mut self,
        now_ms: u64,
        from: PeerId,
        id: CheckpointId,
        proof: &[u8],
        out: &mut Vec<Output>,
    ) {
        let session = self.sessions.get(&from);
        let requested = session.and_then(|session| session.proof_requested);
        if requested.map(|(id, _)| id) != Some(id) {
            return;
        }
        let Some(frontier) = verified_frontier(id, proof) else {
            let diagnostic = Diagnostic::BadCheckpoint("the frontier does not match its hash");
            return self.record_bad_frame(now_ms, from, diagnostic, out);
        };
        let Some(view) = self.log.events_above(&frontier) else {
            return self.report(now_ms, from, Diagnostic::CheckpointUnknown(id), out);
        };
        self.remember_view(id, view);
        let session = self.sessions.get(&from);
        let remote = session.and_then(|session| session.remote_status);
        if let Some(remote) = remote.filter(|remote| remote.checkpoint == Some(id)) {
            self.on_status(now_ms, from, remote, out);
        }
    }

    /// Returns whether this peer prefers the offered checkpoint to the history, and starts the
    /// download. Only an empty peer does, and only if the limits allow the checkpoint.
    pub(super) fn wants_checkpoint(
        &mut self,
        now_ms: u64,
        from: PeerId,
        remote: &Status,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some((id, count, size)) = remote.offer else {
            return false;
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let is_eligible = count > self.limits.checkpoint_threshold_events
            && size <= self.limits.max_checkpoint_bytes;
        if !self.log.is_empty() || !is_eligible {
            return false;
        }
        if self.download.is_none() {
            self.start_download(now_ms, from, id, size, out);
        }
        true
    }

    fn start_download(
        &mut self,
        now_ms: u64,
        from: PeerId,
        id: CheckpointId,
        size: usize,
        out: &mut Vec<Output>,
    ) {
        self.send(from, &Frame::WantCheckpoint(id, 0), out);
        self.download = Some(CheckpointDownload {
            from,
            id,
            size,
            bytes: Vec::new(),
            requested_at: now_ms,
        });
    }

    pub(super) fn retry_download(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        let resend_after_ms = self.limits.resend_after_ms;
        let Some(download) = self.download.as_mut() else {
            return;
        };
        let requested_at = download.requested_at;
        if now_ms < requested_at.saturating_add(resend_after_ms) {
            return;
        }
        // A peer that never answers is given up: another one may offer a checkpoint.
        let is_answered =
            !download.bytes.is_empty() || now_ms < requested_at.saturating_add(4 * resend_after_ms);
        let session = self.sessions.get(&download.from);
        let is_connected = session.is_some_and(|session| session.connected);
        if !is_answered || !is_connected {
            self.download = None;
            return;
        }
        download.requested_at = now_ms;
        let offset = download.bytes.len() as u64;
        let (from, frame) = (download.from, Frame::WantCheckpoint(download.id, offset));
        self.send(from, &frame, out);
    }

    pub(super) fn on_want_checkpoint(
        &mut self,
        from: PeerId,
        id: CheckpointId,
        offset: u64,
        out: &mut Vec<Output>,
    ) {
        let Some(offer) = self.offer.as_ref().filter(|offer| offer.id == id) else {
            return;
        };
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let Some(rest) = offer.bytes.get(offset..).filter(|rest| !rest.is_empty()) else {
            return;
        };
        let chunk = rest[..rest.len().min(PART_BYTES)].to_vec();
        self.send(from, &Frame::Checkpoint(id, offset as u64, chunk), out);
    }

    pub(super) fn on_checkpoint(
        &mut self,
        now_ms: u64,
        from: PeerId,
        id: CheckpointId,
        offset: u64,
        bytes: &[u8],
        out: &mut Vec<Output>,
    ) {
        let Some(download) = self.download.as_mut() else {
            return;
        };
        let is_next =
            download.from == from && download.id == id && offset == download.bytes.len() as u64;
        let missing = download.size - download.bytes.len();
        if !is_next || bytes.is_empty() || bytes.len() > missing {
            return;
        }
        download.bytes.extend_from_slice(bytes);
        download.requested_at = now_ms;
        if download.bytes.len() < download.size {
            let frame = Frame::WantCheckpoint(id, download.bytes.len() as u64);
            return self.send(from, &frame, out);
        }
        let Some(download) = self.download.take() else {
            return;
        };
        match Checkpoint::decode(&download.bytes) {
            Ok(checkpoint) if checkpoint.id() == id => {
                let bytes = Arc::from(download.bytes);
                self.replace_log(EventLog::from_checkpoint(checkpoint.clone()));
                self.offer = Some(CheckpointOffer {
                    id,
                    checkpoint: Arc::new(checkpoint),
                    bytes: Arc::clone(&bytes),
                });
                out.push(Output::Checkpoint(id, bytes));
                self.send_status(from, true, out);
            }
            _ => {
                let diagnostic = Diagnostic::BadCheckpoint("the content does not match its hash");
                self.record_bad_frame(now_ms, from, diagnostic, out);
            }
        }
    }
}
