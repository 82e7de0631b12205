//! Histories that begin with a checkpoint: giving one, taking one, and comparing with a peer that did.

use std::sync::Arc;

use super::{Offer, Peer};
use crate::PeerId;
use crate::checkpoint::{Checkpoint, CheckpointId, frontier_of};
use crate::event_log::Log;
use crate::protocol::frame::{Frame, Status};
use crate::protocol::output::{Output, Report};

/// What is sent of a checkpoint at once, in bytes.
const CHUNK: usize = 256 * 1024;

/// Checkpoints of other peers that are told apart at the same time.
const MAX_VIEWS: usize = 4;

/// A checkpoint on its way here.
#[derive(Clone, Debug)]
pub(super) struct Intake {
    from: PeerId,
    id: CheckpointId,
    size: usize,
    bytes: Vec<u8>,
    asked: u64,
}

impl Peer {
    /// Newcomers may begin with this checkpoint of events that are here, instead of the whole history.
    ///
    /// # Errors
    /// Some of what is behind it is not here.
    pub fn offer(&mut self, checkpoint: Checkpoint) -> Result<CheckpointId, Checkpoint> {
        let id = checkpoint.id();
        if self.log.base_id() != Some(id) {
            let Some(view) = self.log.without(&checkpoint.frontier) else {
                return Err(checkpoint);
            };
            self.remember_view(id, view);
        }
        let bytes = checkpoint.encode();
        self.offer = Some(Offer {
            id,
            checkpoint: Arc::new(checkpoint),
            bytes,
        });
        Ok(id)
    }

    /// Lets go of all events behind the checkpoint that is [offered](Self::offer): the history begins with it from
    /// now on. Does so only if all of them are [stable](Self::stable), and says how many they were; else 0.
    pub fn prune(&mut self) -> usize {
        let Some(offer) = self.offer.clone() else {
            return 0;
        };
        let (stable, before) = (self.stable().len(), self.log.len());
        let Some(above) = self.views.get(&offer.id) else {
            return 0;
        };
        let mut keeps: Vec<u32> = above
            .below(&Default::default())
            .map(|(_, at)| *at)
            .collect();
        keeps.sort_unstable();
        let gone = before - keeps.len();
        // The first events in the log are stable; all that goes must be among them.
        let unstable = keeps.iter().filter(|at| (**at as usize) >= stable).count();
        if gone == 0 || before - stable != unstable {
            return 0;
        }
        let events = keeps
            .iter()
            .filter_map(|at| self.log.at(*at))
            .cloned()
            .collect::<Vec<_>>();
        let mut log = Log::above(offer.checkpoint.as_ref().clone());
        for event in events {
            // They lean on what is above the checkpoint, or named in it.
            if log.add(event).is_err() {
                return 0;
            }
        }
        self.begin_with(log);
        gone
    }

    /// Begins anew with a checkpoint and the events above it: what else was here is let go.
    pub(super) fn begin_with(&mut self, log: Log) {
        let all_kept = self.kept.0 == self.log.len();
        self.log = log;
        let log = &self.log;
        self.attestations.retain(|event| log.get(event).is_some());
        self.views.clear();
        for link in self.links.values_mut() {
            link.queue.clear();
            link.pushed.clear();
            link.sent.clear();
            link.acknowledged = 0;
        }
        self.kept = (0, self.log.digest());
        if all_kept {
            self.stored();
        }
    }

    fn remember_view(&mut self, id: CheckpointId, view: crate::hash_tree::Index<u32>) {
        if self.views.len() >= MAX_VIEWS && !self.views.contains_key(&id) {
            let ours = self.offer.as_ref().map(|offer| offer.id);
            let other = self.views.keys().find(|id| Some(**id) != ours).copied();
            other.and_then(|other| self.views.remove(&other));
        }
        self.views.insert(id, view);
    }

    /// The other begins with a checkpoint that says nothing here, or the reverse.
    pub(super) fn without_common_base(
        &mut self,
        now: u64,
        from: PeerId,
        theirs: &Status,
        out: &mut Vec<Output>,
    ) {
        let Some(base) = theirs.base else {
            // It has the whole history: it can tell what is above the checkpoint here.
            if theirs.asks {
                self.tell(from, false, out);
            }
            return;
        };
        let Some(link) = self.links.get_mut(&from) else {
            return;
        };
        let due = |at: u64| now >= at.saturating_add(self.limits.status_interval);
        if link.asked_base.is_none_or(|(id, at)| id != base || due(at)) {
            link.asked_base = Some((base, now));
            self.send(from, &Frame::WantBase(base), out);
        }
    }

    pub(super) fn on_want_base(&mut self, from: PeerId, id: CheckpointId, out: &mut Vec<Output>) {
        if let Some(checkpoint) = self.checkpoint(id) {
            let frame = Frame::Base(id, checkpoint.proof());
            self.send(from, &frame, out);
        }
    }

    fn checkpoint(&self, id: CheckpointId) -> Option<&Checkpoint> {
        let offered = self.offer.as_ref().filter(|offer| offer.id == id);
        offered
            .map(|offer| offer.checkpoint.as_ref())
            .or_else(|| self.log.base().filter(|_| self.log.base_id() == Some(id)))
    }

    pub(super) fn on_base(
        &mut self,
        now: u64,
        from: PeerId,
        id: CheckpointId,
        proof: &[u8],
        out: &mut Vec<Output>,
    ) {
        let link = self.links.get(&from);
        let asked = link.and_then(|link| link.asked_base).map(|(id, _)| id);
        if asked != Some(id) {
            return;
        }
        let Some(frontier) = frontier_of(id, proof) else {
            let report = Report::BadCheckpoint("its newest events are not those of its hash");
            return self.strike(now, from, report, out);
        };
        let Some(view) = self.log.without(&frontier) else {
            return self.report(now, from, Report::Behind(id), out);
        };
        self.remember_view(id, view);
        let theirs = self.links.get(&from).and_then(|link| link.theirs);
        if let Some(theirs) = theirs.filter(|theirs| theirs.base == Some(id)) {
            self.on_status(now, from, theirs, out);
        }
    }

    /// A peer with nothing begins with a checkpoint, if there is one and it pays.
    pub(super) fn takes_checkpoint(
        &mut self,
        now: u64,
        from: PeerId,
        theirs: &Status,
        out: &mut Vec<Output>,
    ) -> bool {
        let Some((id, count, size)) = theirs.offer else {
            return false;
        };
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let pays = count > self.limits.checkpoint_above && size <= self.limits.checkpoint_bytes;
        if !self.log.is_empty() || !pays {
            return false;
        }
        if self.intake.is_none() {
            self.want_checkpoint(now, from, id, size, out);
        }
        true
    }

    fn want_checkpoint(
        &mut self,
        now: u64,
        from: PeerId,
        id: CheckpointId,
        size: usize,
        out: &mut Vec<Output>,
    ) {
        self.send(from, &Frame::WantCheckpoint(id, 0), out);
        self.intake = Some(Intake {
            from,
            id,
            size,
            bytes: Vec::new(),
            asked: now,
        });
    }

    pub(super) fn retry_intake(&mut self, now: u64, out: &mut Vec<Output>) {
        let resend_after = self.limits.resend_after;
        let Some(intake) = self.intake.as_mut() else {
            return;
        };
        if now < intake.asked.saturating_add(resend_after) {
            return;
        }
        // Whoever does not answer at all is not waited for: another peer may offer one.
        let answered =
            !intake.bytes.is_empty() || now < intake.asked.saturating_add(4 * resend_after);
        let connected = self
            .links
            .get(&intake.from)
            .is_some_and(|link| link.connected);
        if !answered || !connected {
            self.intake = None;
            return;
        }
        intake.asked = now;
        let (from, frame) = (
            intake.from,
            Frame::WantCheckpoint(intake.id, intake.bytes.len() as u64),
        );
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
        let chunk = rest[..rest.len().min(CHUNK)].to_vec();
        self.send(from, &Frame::Checkpoint(id, offset as u64, chunk), out);
    }

    pub(super) fn on_checkpoint(
        &mut self,
        now: u64,
        from: PeerId,
        id: CheckpointId,
        offset: u64,
        bytes: &[u8],
        out: &mut Vec<Output>,
    ) {
        let Some(intake) = self.intake.as_mut() else {
            return;
        };
        let next = intake.from == from && intake.id == id && offset == intake.bytes.len() as u64;
        if !next || bytes.is_empty() || bytes.len() > intake.size - intake.bytes.len() {
            return;
        }
        intake.bytes.extend_from_slice(bytes);
        intake.asked = now;
        if intake.bytes.len() < intake.size {
            let frame = Frame::WantCheckpoint(id, intake.bytes.len() as u64);
            return self.send(from, &frame, out);
        }
        let Some(intake) = self.intake.take() else {
            return;
        };
        match Checkpoint::decode(&intake.bytes) {
            Ok(checkpoint) if checkpoint.id() == id => {
                let bytes = Arc::from(intake.bytes);
                self.begin_with(Log::above(checkpoint.clone()));
                self.offer = Some(Offer {
                    id,
                    checkpoint: Arc::new(checkpoint),
                    bytes: Arc::clone(&bytes),
                });
                out.push(Output::Checkpoint(id, bytes));
                self.tell(from, true, out);
            }
            _ => {
                let report = Report::BadCheckpoint("its hash is not the one that was announced");
                self.strike(now, from, report, out);
            }
        }
    }
}
