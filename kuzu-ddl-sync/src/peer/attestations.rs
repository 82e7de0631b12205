//! Replication of attestations.
//!
//! An attestation is sent with its event, or once when it is created. If that frame is lost, two
//! peers with the same events find the difference by reconciling the trees of their attestations.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::EventId;

use super::reconcile_step::{ReconcileStep, root, split_into_frames};
use super::state::Peer;
use crate::attestation::Attestation;
use crate::hash_tree::Prefix;
use crate::identity::PeerId;
use crate::limits::MAX_FRAME_IDS;
use crate::protocol::frame::{Frame, Status, Subtree};
use crate::protocol::output::Output;

impl Peer {
    /// Starts the reconciliation of attestations with a peer that has the same events. A peer
    /// without attestations leaves it to the other.
    pub(super) fn reconcile_attestations(
        &self,
        from: PeerId,
        remote: &Status,
        out: &mut Vec<Output>,
    ) {
        let tree = self.attestations.tree();
        // A peer that starts from a checkpoint lacks the attestations of covered events.
        if tree.is_empty() || remote.checkpoint != self.log.checkpoint_id() {
            return;
        }
        self.send(from, &Frame::AttestationTree(root(tree)), out);
    }

    pub(super) fn on_attestation_tree(
        &mut self,
        from: PeerId,
        subtrees: Vec<(Prefix, Subtree)>,
        out: &mut Vec<Output>,
    ) {
        let step = ReconcileStep::new(self.attestations.tree(), subtrees);
        self.enqueue_attestations(from, step.remote_lacks);
        for subtrees in split_into_frames(step.reply) {
            self.send(from, &Frame::AttestationTree(subtrees), out);
        }
        for ids in step.local_lacks.chunks(MAX_FRAME_IDS) {
            self.send(from, &Frame::WantAttestations(ids.to_vec()), out);
        }
    }

    pub(super) fn on_want_attestations(&mut self, from: PeerId, ids: &[EventId]) {
        let tree = self.attestations.tree();
        let events = ids.iter().filter_map(|id| tree.get(id).copied()).collect();
        self.enqueue_attestations(from, events);
    }

    /// Queues all attestations of these events for a peer.
    fn enqueue_attestations(&mut self, to: PeerId, events: Vec<EventId>) {
        let events: BTreeSet<EventId> = events.into_iter().collect();
        if let Some(session) = self.sessions.get_mut(&to) {
            let attestations = events.iter().flat_map(|event| self.attestations.of(*event));
            session.attestations.extend(attestations);
        }
    }

    /// Stores and forwards received attestations of known events.
    pub(super) fn on_attestations(
        &mut self,
        from: PeerId,
        attestations: Vec<Attestation>,
        out: &mut Vec<Output>,
    ) {
        let new = self.insert_attestations(attestations, Some(from));
        if !new.is_empty() {
            out.push(Output::Attestations(new));
        }
    }

    fn insert_attestations(
        &mut self,
        attestations: Vec<Attestation>,
        from: Option<PeerId>,
    ) -> Vec<Attestation> {
        let mut new = Vec::new();
        for attestation in attestations {
            let id = &attestation.event;
            let is_known = self.log.get(id).is_some() || self.waiting.contains(id);
            if is_known && self.attestations.insert(attestation.clone()) {
                new.push(attestation);
            }
        }
        for (peer, session) in &mut self.sessions {
            if session.connected && Some(*peer) != from {
                session.attestations.extend(new.iter().cloned());
            }
        }
        new
    }

    /// Returns the attestations of an event.
    #[must_use]
    pub fn attestations(&self, event: EventId) -> Vec<Attestation> {
        self.attestations.of(event).collect()
    }

    /// Adds attestations of known events; they are sent with the next tick.
    ///
    /// An attestation larger than
    /// [`MAX_ATTESTATION_BYTES`](crate::limits::MAX_ATTESTATION_BYTES), or beyond
    /// [`MAX_ATTESTATIONS`](crate::limits::MAX_ATTESTATIONS) of its event, is discarded.
    #[doc(alias = "sign")]
    pub fn attest(&mut self, attestations: Vec<Attestation>) {
        self.insert_attestations(attestations, None);
    }
}
