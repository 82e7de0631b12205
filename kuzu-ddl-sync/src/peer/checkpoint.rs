//! Histories that start from a checkpoint: offer, download, prune, and comparison with such a peer.

use std::sync::Arc;

use kuzu_ddl_core::event::DdlEvent;

use super::state::Peer;
use super::transfer::{CheckpointDownload, CheckpointOffer, Verdict, View};
use crate::checkpoint::{Checkpoint, CheckpointId, verified_head};
use crate::event_log::{EventLog, MissingEventsError};
use crate::identity::PeerId;
use crate::protocol::diagnostic::Diagnostic;
use crate::protocol::frame::{Frame, Status};
use crate::protocol::output::Output;

/// Size of one part of a checkpoint, in bytes.
const PART_BYTES: usize = 256 * 1024;

/// Maximum number of rejected checkpoints that are remembered.
const MAX_REJECTED: usize = 64;

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
            if let Some(events) = self.log.events_above(&checkpoint.frontier) {
                let verdict = Verdict::Proven;
                self.remember_view(id, View { events, verdict });
            }
        }
        let bytes = checkpoint.encode_for_transfer();
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
        let mut retained: Vec<u32> = above.events.values().copied().collect();
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

    fn remember_view(&mut self, id: CheckpointId, view: View) {
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
        self.request_proof(now_ms, from, checkpoint, out);
    }

    /// Requests the head of a remote checkpoint that was not compared with the local history yet.
    pub(super) fn request_proof_if_due(
        &mut self,
        now_ms: u64,
        from: PeerId,
        remote: &Status,
        out: &mut Vec<Output>,
    ) {
        let is_open = |id: &CheckpointId| {
            let view = self.views.get(id);
            view.is_some_and(|view| view.verdict == Verdict::Open)
        };
        if let Some(id) = remote.checkpoint.filter(is_open) {
            self.request_proof(now_ms, from, id, out);
        }
    }

    fn request_proof(
        &mut self,
        now_ms: u64,
        from: PeerId,
        checkpoint: CheckpointId,
        out: &mut Vec<Output>,
    ) {
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
            return self.on_objection(now_ms, from, id, proof, out);
        }
        let Some((_, frontier)) = verified_head(id, proof) else {
            let diagnostic = Diagnostic::BadCheckpoint("the frontier does not match its hash");
            return self.record_bad_frame(now_ms, from, diagnostic, out);
        };
        let Some(events) = self.log.events_above(&frontier) else {
            if self.log.checkpoint().is_none() && !self.log.is_empty() {
                self.send(from, &Frame::CheckpointProof(id, Vec::new()), out);
            }
            return self.report(now_ms, from, Diagnostic::CheckpointUnknown(id), out);
        };
        // The comparison folds the history, so its rate is limited over all peers together.
        let is_due = self
            .compared_at
            .is_none_or(|at| now_ms >= at.saturating_add(self.limits.resend_after_ms));
        let mut verdict = Verdict::Open;
        if is_due {
            self.compared_at = Some(now_ms);
            verdict = Verdict::Unproven;
            if let Some(own) = self.log.checkpoint_at(&frontier) {
                if own.id() == id {
                    verdict = Verdict::Proven;
                } else {
                    let diagnostic = Diagnostic::CheckpointDisputed(id);
                    self.report(now_ms, from, diagnostic, out);
                    let objection = Frame::CheckpointProof(own.id(), own.proof());
                    self.send(from, &objection, out);
                }
            }
        }
        let is_judged = self
            .views
            .get(&id)
            .is_some_and(|view| view.verdict != Verdict::Open);
        if !is_judged {
            self.remember_view(id, View { events, verdict });
        }
        let session = self.sessions.get(&from);
        let remote = session.and_then(|session| session.remote_status);
        if let Some(remote) = remote.filter(|remote| remote.checkpoint == Some(id)) {
            self.on_status(now_ms, from, remote, out);
        }
    }

    /// Handles a proof that was not requested: the answer of a peer whose history contradicts the
    /// checkpoint that this one starts from, or lacks its events.
    fn on_objection(
        &mut self,
        now_ms: u64,
        from: PeerId,
        id: CheckpointId,
        proof: &[u8],
        out: &mut Vec<Output>,
    ) {
        let Some(own) = self.log.checkpoint() else {
            return;
        };
        let own_id = own.id();
        if id == own_id && proof.is_empty() {
            let diagnostic = Diagnostic::CheckpointUnconfirmed(own_id);
            return self.report(now_ms, from, diagnostic, out);
        }
        let is_same_head = verified_head(id, proof)
            .is_some_and(|(count, frontier)| count == own.count && frontier == own.frontier);
        if id != own_id && is_same_head {
            self.report(now_ms, from, Diagnostic::CheckpointDisputed(own_id), out);
        }
    }

    /// Rejects a checkpoint that has turned out to be wrong.
    ///
    /// It is not downloaded again, and no other one from its sender. If the history of this peer
    /// starts from it, the peer starts again, from the history or the checkpoint of another peer;
    /// the database has to start again as well. What the peer received above the checkpoint is
    /// returned again as far as its dependencies are known.
    pub fn reject_checkpoint(&mut self, now_ms: u64, id: CheckpointId) -> Vec<Output> {
        let mut out = Vec::new();
        self.refuse_checkpoint(id);
        if let Some(download) = self.download.take_if(|download| download.id == id) {
            self.strike_off(download.from);
        }
        if self.log.checkpoint_id() != Some(id) {
            return out;
        }
        if let Some(sender) = self.checkpoint_sender.take() {
            self.strike_off(sender);
        }
        let above: Vec<DdlEvent> = self.log.events().cloned().collect();
        self.replace_log(EventLog::default());
        let new = self.insert_events(now_ms, self.id, above, &mut out);
        self.output_events(new, &mut out);
        for peer in self.connected_peers().collect::<Vec<_>>() {
            self.send_status(peer, true, &mut out);
        }
        out
    }

    /// Neither downloads nor offers a checkpoint again.
    fn refuse_checkpoint(&mut self, id: CheckpointId) {
        if self.rejected_checkpoints.len() == MAX_REJECTED {
            self.rejected_checkpoints.pop_front();
        }
        self.rejected_checkpoints.push_back(id);
        self.offer.take_if(|offer| offer.id == id);
    }

    /// Downloads no further checkpoint from a peer.
    fn strike_off(&mut self, sender: PeerId) {
        if let Some(session) = self.sessions.get_mut(&sender) {
            session.sent_bad_checkpoint = true;
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
        let session = self.sessions.get(&from);
        let is_struck_off = self.rejected_checkpoints.contains(&id)
            || session.is_none_or(|session| session.sent_bad_checkpoint);
        let is_eligible = count > self.limits.checkpoint_threshold_events
            && size <= self.limits.max_checkpoint_bytes
            && !is_struck_off;
        if !self.log.is_empty() || !is_eligible {
            return false;
        }
        if self.download.is_none() {
            self.start_download(now_ms, from, (id, count), size, out);
        }
        true
    }

    fn start_download(
        &mut self,
        now_ms: u64,
        from: PeerId,
        (id, count): (CheckpointId, u64),
        size: usize,
        out: &mut Vec<Output>,
    ) {
        self.send(from, &Frame::WantCheckpoint(id, 0), out);
        self.download = Some(CheckpointDownload {
            from,
            id,
            count,
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
        // A part is full unless it is the last: a download does not take longer than the checkpoint.
        if !is_next || bytes.is_empty() || bytes.len() != missing.min(PART_BYTES) {
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
        match judged_checkpoint(&download) {
            Ok(checkpoint) => self.start_from(now_ms, checkpoint, download, out),
            Err(reason) => {
                self.refuse_checkpoint(id);
                self.strike_off(from);
                self.record_bad_frame(now_ms, from, Diagnostic::BadCheckpoint(reason), out);
                // The peer starts elsewhere, or with the events.
                for peer in self.connected_peers().collect::<Vec<_>>() {
                    self.send_status(peer, true, out);
                }
            }
        }
    }

    /// Starts the history from a downloaded checkpoint. Nothing here proves that its sender has the
    /// events, so it is not offered to others unless the caller does.
    fn start_from(
        &mut self,
        now_ms: u64,
        checkpoint: Checkpoint,
        download: CheckpointDownload,
        out: &mut Vec<Output>,
    ) {
        let bytes = checkpoint.encode();
        self.replace_log(EventLog::from_checkpoint(checkpoint));
        self.checkpoint_sender = Some(download.from);
        out.push(Output::Checkpoint(download.id, bytes));
        // The checkpoint may cover what events here waited for.
        let waiting = self.waiting.take_all();
        let senders: Vec<PeerId> = waiting
            .iter()
            .map(|event| self.arrivals.remove(&event.id()).unwrap_or(download.from))
            .collect();
        let mut new = Vec::new();
        for (sender, event) in senders.into_iter().zip(waiting) {
            new.extend(self.insert_events(now_ms, sender, [event], out));
        }
        self.enqueue_for_peers(now_ms, &new, |_| false);
        self.output_events(new, out);
        self.send_status(download.from, true, out);
    }
}

/// Decodes a downloaded checkpoint, folds its state and compares it with the head and the offer.
fn judged_checkpoint(download: &CheckpointDownload) -> Result<Checkpoint, &'static str> {
    let checkpoint = Checkpoint::decode(&download.bytes);
    let checkpoint = checkpoint.map_err(|_| "the content is malformed")?;
    if checkpoint.id() != download.id {
        return Err("the content does not match its hash");
    }
    if checkpoint.count != download.count {
        return Err("the number of events differs from the offer");
    }
    match checkpoint.to_fold() {
        Ok(_) => Ok(checkpoint),
        Err(_) => Err("the state is invalid, or belongs to another head"),
    }
}
