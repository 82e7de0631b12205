//! Reconciliation: two peers find the events that one of them lacks.

use super::reconcile_step::{ReconcileStep, root, split_into_frames};
use super::state::Peer;
use super::transfer::View;
use crate::checkpoint::CheckpointId;
use crate::hash_tree::{Digest, HashTree, Prefix};
use crate::identity::PeerId;
use crate::protocol::frame::{Frame, Status, Subtree};
use crate::protocol::output::Output;

/// Factor by which the interval between reconciliations grows while new events arrive.
const BUSY_FACTOR: u64 = 5;

impl Peer {
    pub(super) fn on_status(
        &mut self,
        now_ms: u64,
        from: PeerId,
        remote: Status,
        out: &mut Vec<Output>,
    ) {
        let Some(session) = self.sessions.get_mut(&from) else {
            return;
        };
        session.remote_status = Some(remote);
        if self.wants_checkpoint(now_ms, from, &remote, out) {
            return;
        }
        let Some(local) = self.events_above(remote.checkpoint).map(HashTree::digest) else {
            self.resolve_unknown_checkpoint(now_ms, from, &remote, out);
            return;
        };
        self.acknowledge(from, &remote, &local);
        self.request_proof_if_due(now_ms, from, &remote, out);
        if local == remote.events {
            if remote.wants_reply {
                self.send_status(from, false, out);
                self.reconcile_attestations(from, &remote, out);
            }
            return;
        }
        if let Some(session) = self.sessions.get_mut(&from) {
            session.wake(now_ms, &self.limits);
        }
        // Exactly one of the two starts, and both determine which. An empty peer first learns
        // whether a checkpoint is offered.
        let starts = if local.count == 0 && remote.offer.is_some() {
            true
        } else if remote.events.count == 0 && remote.checkpoint.is_none() && self.offer.is_some() {
            false
        } else {
            local > remote.events
        };
        if starts {
            self.start_reconcile(now_ms, from, remote.checkpoint, out);
        } else if remote.wants_reply {
            self.send_status(from, false, out);
        }
    }

    /// Records how many local events the remote peer has stored. A peer that was restored from a
    /// backup acknowledges fewer than before.
    ///
    /// A peer that starts from a checkpoint has stored what that checkpoint says, which may not be
    /// what the events say: it acknowledges nothing unless the local history proves the checkpoint.
    fn acknowledge(&mut self, from: PeerId, remote: &Status, local: &Digest) {
        let shares_base = remote.checkpoint == self.log.checkpoint_id();
        let view = remote.checkpoint.and_then(|id| self.views.get(&id));
        let is_proven = shares_base || view.is_some_and(View::is_proven);
        let acknowledged = if !is_proven {
            Some(0)
        } else if remote.stored == *local {
            Some(self.log.len())
        } else if shares_base {
            self.log.len_at(&remote.stored)
        } else {
            None
        };
        if let (Some(session), Some(acknowledged)) = (self.sessions.get_mut(&from), acknowledged) {
            session.acknowledged = acknowledged;
            session.has_contributed |= acknowledged > 0;
        }
    }

    fn start_reconcile(
        &mut self,
        now_ms: u64,
        from: PeerId,
        checkpoint: Option<CheckpointId>,
        out: &mut Vec<Output>,
    ) {
        // While events arrive, two peers always differ a little, and the missing events are already
        // on their way.
        let interval = self.limits.status_interval_ms;
        let busy = now_ms < self.last_event_at.saturating_add(interval);
        let pause = if busy { BUSY_FACTOR } else { 1 } * interval;
        let session = self.sessions.get(&from);
        let reconciled_at = session.and_then(|session| session.reconciled_at);
        if reconciled_at.is_some_and(|at| now_ms < at.saturating_add(pause)) {
            return;
        }
        if let Some(session) = self.sessions.get_mut(&from) {
            session.reconciled_at = Some(now_ms);
        }
        if let Some(tree) = self.events_above(checkpoint) {
            self.send(from, &Frame::Reconcile(checkpoint, root(tree)), out);
        }
    }

    /// Returns the events above a checkpoint, if they are known.
    pub(super) fn events_above(&self, checkpoint: Option<CheckpointId>) -> Option<&HashTree<u32>> {
        if checkpoint == self.log.checkpoint_id() {
            return Some(self.log.tree());
        }
        self.views.get(&checkpoint?).map(|view| &view.events)
    }

    pub(super) fn on_reconcile(
        &mut self,
        now_ms: u64,
        from: PeerId,
        checkpoint: Option<CheckpointId>,
        subtrees: Vec<(Prefix, Subtree)>,
        out: &mut Vec<Output>,
    ) {
        let tree = self.events_above(checkpoint);
        let Some(tree) = tree.filter(|_| self.download.is_none()) else {
            return;
        };
        let step = ReconcileStep::new(tree, subtrees);
        if let Some(session) = self.sessions.get_mut(&from) {
            for position in step.remote_lacks {
                session.enqueue(now_ms, position, &self.limits);
            }
        }
        for subtrees in split_into_frames(step.reply) {
            self.send(from, &Frame::Reconcile(checkpoint, subtrees), out);
        }
        self.request_events(now_ms, from, step.local_lacks, out);
        self.flush(now_ms, from, out);
    }
}
