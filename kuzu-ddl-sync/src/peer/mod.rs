//! The peer: a state machine without I/O, clock, randomness or threads.
//!
//! This file contains the entry points; the other files contain one part of the protocol each.

mod attestations;
mod checkpoint;
mod event_pool;
mod push;
mod receive;
mod reconcile;
mod reconcile_step;
mod session;
mod state;
mod transfer;

use std::collections::BTreeSet;

pub use event_pool::EventPool;
use kuzu_ddl_core::event::{DdlEvent, EventId};
use session::Session;
pub use state::Peer;

use crate::attestation::Attestation;
use crate::identity::PeerId;
use crate::protocol::diagnostic::Diagnostic;
use crate::protocol::frame::{FRAME_VERSION, Frame, FrameError};
use crate::protocol::output::Output;

/// Bytes accepted in one burst from a peer that took the place of another, so that new identifiers
/// do not raise the rate.
const REPLACED_BURST_BYTES: u64 = 64 * 1024;

/// Error returned when events cannot be published because their dependencies are missing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "{} {} not published: dependencies are missing from the log",
    events.len(),
    if events.len() == 1 { "event was" } else { "events were" }
)]
#[non_exhaustive]
pub struct PublishError {
    /// The events that were not published.
    pub events: Vec<EventId>,
}

impl PublishError {
    pub(crate) fn new(events: Vec<EventId>) -> Self {
        Self { events }
    }
}

impl Peer {
    /// Starts or restarts the session with a remote peer that can be reached in both directions.
    pub fn connect(&mut self, now_ms: u64, peer: PeerId) -> Vec<Output> {
        if peer == self.id {
            return Vec::new();
        }
        let mut out = Vec::new();
        if !self.admit_peer(now_ms, peer, &mut out) {
            return out;
        }
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.reset(now_ms, &self.limits);
        }
        self.send_status(peer, true, &mut out);
        out
    }

    /// Ends the session with a remote peer that cannot be reached any more.
    ///
    /// Its acknowledgements remain valid, and unacknowledged events cannot be pruned, until the
    /// peer is [forgotten](Self::forget).
    pub fn disconnect(&mut self, peer: PeerId) {
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.connected = false;
            session.clear_queue();
        }
    }

    /// Removes a remote peer that will not return: events can be pruned without its
    /// acknowledgement.
    pub fn forget(&mut self, peer: PeerId) {
        self.sessions.remove(&peer);
    }

    /// Adds events that the local database has created and stored, and sends them.
    ///
    /// Received events that waited for them are added too, and returned to be stored.
    ///
    /// # Errors
    ///
    /// Returns the events whose dependencies are missing. The other events are added, and sent with
    /// the next tick.
    pub fn publish(
        &mut self,
        now_ms: u64,
        events: impl IntoIterator<Item = DdlEvent>,
    ) -> Result<Vec<Output>, PublishError> {
        let (mut out, mut new, mut rejected) = (Vec::new(), Vec::new(), Vec::new());
        let mut published = BTreeSet::new();
        let all_stored = self.stored.0 == self.log.len();
        for event in events {
            if self.log.require(event.depends_on()).is_ok() {
                published.insert(event.id());
                new.extend(self.insert_event(self.id, event));
            } else {
                rejected.push(event.id());
            }
        }
        let awakened = new.iter().map(|(_, event)| event);
        let awakened = awakened.filter(|event| !published.contains(&event.id()));
        self.undelivered.extend(awakened.cloned());
        self.enqueue_for_peers(now_ms, &new, |_| false);
        if !rejected.is_empty() {
            return Err(PublishError::new(rejected));
        }
        // The database has stored the published events, but not those that waited for them.
        if all_stored && self.undelivered.is_empty() {
            self.mark_stored();
        }
        self.deliver(&mut out);
        for peer in self.connected_peers().collect::<Vec<_>>() {
            self.flush(now_ms, peer, &mut out);
        }
        Ok(out)
    }

    /// Outputs the events that the database does not have yet.
    fn deliver(&mut self, out: &mut Vec<Output>) {
        let events = std::mem::take(&mut self.undelivered);
        if !events.is_empty() {
            out.push(Output::Events(events));
        }
    }

    /// Adds events from a file, such as a [`Bundle`](crate::Bundle), in any order.
    ///
    /// They are sent to remote peers with the next tick. An event with a dependency that is missing
    /// waits for it. Where the [`Limits`](crate::Limits) leave no room to wait, a
    /// [`WaitingBufferFull`](Diagnostic::WaitingBufferFull) record of this peer has the number of
    /// events that were dropped: import the file again once it has their dependencies.
    pub fn import(
        &mut self,
        now_ms: u64,
        events: impl IntoIterator<Item = DdlEvent>,
        attestations: Vec<Attestation>,
    ) -> Vec<Output> {
        let mut out = Vec::new();
        let new = self.insert_events(now_ms, self.id, events, &mut out);
        self.enqueue_for_peers(now_ms, &new, |_| false);
        self.output_events(new, &mut out);
        self.on_attestations(self.id, attestations, &mut out);
        out
    }

    /// Handles a frame received from a remote peer.
    #[doc(alias = "receive")]
    pub fn handle(&mut self, now_ms: u64, from: PeerId, bytes: &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        if !self.admit_frame(now_ms, from, bytes.len(), &mut out) {
            return out;
        }
        match Frame::decode(bytes, &self.space) {
            Ok(frame) => self.dispatch(now_ms, from, frame, &mut out),
            Err(FrameError::Version(version)) => {
                self.reply_with_versions(now_ms, from, version, &mut out);
            }
            Err(error) => {
                self.record_bad_frame(now_ms, from, Diagnostic::BadFrame(error), &mut out);
            }
        }
        out
    }

    /// Advances time: sends what is due and discards what has timed out.
    ///
    /// `seed` must differ between peers and between ticks. It spreads timers that would otherwise
    /// expire everywhere at the same time.
    #[doc(alias = "poll")]
    pub fn tick(&mut self, now_ms: u64, seed: u64) -> Vec<Output> {
        let mut out = Vec::new();
        self.deliver(&mut out);
        self.expire(now_ms, &mut out);
        let peers: Vec<PeerId> = self.connected_peers().collect();
        for (peer, n) in peers.into_iter().zip(0_u64..) {
            if let Some(session) = self.sessions.get_mut(&peer) {
                session.sent_bytes = 0;
                let resend_after_ms = self.limits.resend_after_ms;
                session
                    .sent
                    .retain(|_, sent| now_ms < sent.saturating_add(resend_after_ms));
            }
            self.flush(now_ms, peer, &mut out);
            self.send_status_if_due(now_ms, peer, seed.wrapping_add(n), &mut out);
        }
        out
    }

    /// Creates the session of a peer if there is none, and returns whether there is one now.
    ///
    /// If the table of peers is full, a peer that has neither sent an event nor stored one gives
    /// way, the one with the oldest frame first: identifiers cost nothing, so peers that exist in
    /// name only must not keep others out.
    fn admit_peer(&mut self, now_ms: u64, peer: PeerId, out: &mut Vec<Output>) -> bool {
        if self.sessions.contains_key(&peer) {
            return true;
        }
        let mut session = Session::new(now_ms, &self.limits);
        if self.sessions.len() >= self.limits.max_peers {
            let strangers = self.sessions.iter().filter(|(_, s)| !s.has_contributed);
            let oldest = strangers.min_by_key(|(_, session)| session.last_frame_at);
            let Some(oldest) = oldest.map(|(peer, _)| *peer) else {
                self.report_excess_peer(now_ms, peer, out);
                return false;
            };
            self.sessions.remove(&oldest);
            session.limit_burst(REPLACED_BURST_BYTES);
        }
        self.sessions.insert(peer, session);
        true
    }

    /// Returns whether a frame is decoded at all. A rejected frame costs next to nothing.
    fn admit_frame(
        &mut self,
        now_ms: u64,
        from: PeerId,
        bytes: usize,
        out: &mut Vec<Output>,
    ) -> bool {
        if from == self.id {
            return false;
        }
        if !self.admit_peer(now_ms, from, out) {
            return false;
        }
        let Some(session) = self.sessions.get_mut(&from) else {
            return false;
        };
        session.connected = true;
        session.last_frame_at = now_ms;
        if now_ms < session.muted_until {
            return false;
        }
        if !session.charge(now_ms, bytes, &self.limits) {
            self.report(now_ms, from, Diagnostic::RateLimited, out);
            return false;
        }
        true
    }

    fn dispatch(&mut self, now_ms: u64, from: PeerId, frame: Frame, out: &mut Vec<Output>) {
        match frame {
            Frame::Versions(min, max) => {
                self.report(now_ms, from, Diagnostic::PeerOutdated(min, max), out);
            }
            Frame::Status(status) => self.on_status(now_ms, from, status, out),
            Frame::Reconcile(checkpoint, subtrees) => {
                self.on_reconcile(now_ms, from, checkpoint, subtrees, out);
            }
            Frame::Events {
                push,
                pack,
                attestations,
            } => self.on_events(now_ms, from, push, &pack, attestations, out),
            Frame::WantEvents(ids) => self.on_want_events(now_ms, from, &ids, out),
            Frame::SetPush(enabled) => {
                if let Some(session) = self.sessions.get_mut(&from) {
                    session.push_enabled = enabled;
                }
            }
            Frame::WantCheckpointProof(id) => self.on_want_checkpoint_proof(from, id, out),
            Frame::CheckpointProof(id, proof) => {
                self.on_checkpoint_proof(now_ms, from, id, &proof, out);
            }
            Frame::WantCheckpoint(id, offset) => self.on_want_checkpoint(from, id, offset, out),
            Frame::Checkpoint(id, offset, bytes) => {
                self.on_checkpoint(now_ms, from, id, offset, &bytes, out);
            }
            Frame::AttestationTree(subtrees) => self.on_attestation_tree(from, subtrees, out),
            Frame::WantAttestations(ids) => self.on_want_attestations(from, &ids),
        }
    }

    /// Answers a frame of an unknown version, at a limited rate.
    fn reply_with_versions(
        &mut self,
        now_ms: u64,
        peer: PeerId,
        version: u8,
        out: &mut Vec<Output>,
    ) {
        self.report(now_ms, peer, Diagnostic::NewerVersion(version), out);
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        let interval = self.limits.diagnostic_interval_ms;
        let sent_at = session.versions_sent_at;
        if sent_at.is_none_or(|sent_at| now_ms >= sent_at.saturating_add(interval)) {
            session.versions_sent_at = Some(now_ms);
            self.send(peer, &Frame::Versions(FRAME_VERSION, FRAME_VERSION), out);
        }
    }

    fn send_status_if_due(&mut self, now_ms: u64, peer: PeerId, seed: u64, out: &mut Vec<Output>) {
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        if now_ms < session.next_status_at {
            return;
        }
        let interval = session.status_interval_ms;
        session.next_status_at = now_ms + interval + splitmix64(seed) % (interval / 4 + 1);
        session.status_interval_ms = (interval * 2).min(self.limits.idle_status_interval_ms);
        self.send_status(peer, true, out);
    }

    /// Discards requests, downloads and waiting events that have timed out.
    fn expire(&mut self, now_ms: u64, out: &mut Vec<Output>) {
        let resend_after_ms = self.limits.resend_after_ms;
        let waiting_timeout_ms = self.limits.waiting_timeout_ms;
        self.requested
            .retain(|_, at| now_ms < at.saturating_add(resend_after_ms));
        let expired: Vec<(EventId, PeerId)> = match now_ms.checked_sub(waiting_timeout_ms) {
            Some(at) => self.arrivals.until(at).collect(),
            None => Vec::new(),
        };
        for (id, from) in expired {
            self.arrivals.remove(&id);
            self.waiting.remove(&id);
            self.report(now_ms, from, Diagnostic::DependencyTimeout, out);
        }
        self.retry_download(now_ms, out);
    }
}

/// Scrambles a seed so that adjacent seeds give unrelated numbers.
fn splitmix64(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
