//! Sending events: the queues of the sessions.

use kuzu_ddl_core::event::{DdlEvent, EventId, MAX_EVENT_BYTES, pack};

use super::state::Peer;
use crate::attestation::Attestation;
use crate::identity::PeerId;
use crate::protocol::frame::Frame;
use crate::protocol::output::Output;

/// Maximum number of attestations that are sent in one frame.
const MAX_SENT_ATTESTATIONS: usize = 512;

impl Peer {
    /// Queues new events for all remote peers, except the sender of each event and the peers that
    /// `has_received` names.
    pub(super) fn enqueue_for_peers(
        &mut self,
        now_ms: u64,
        new: &[(PeerId, DdlEvent)],
        has_received: impl Fn(PeerId) -> bool,
    ) {
        if new.is_empty() {
            return;
        }
        self.last_event_at = now_ms;
        for view in self.views.values_mut() {
            for (_, event) in new {
                if let Some(position) = self.log.position_of(&event.id()) {
                    view.events.insert(event.id(), position);
                }
            }
        }
        for (peer, session) in &mut self.sessions {
            session.wake(now_ms, &self.limits);
            if !session.connected || !session.push_enabled || has_received(*peer) {
                continue;
            }
            for (_, event) in new.iter().filter(|(sender, _)| sender != peer) {
                if let Some(position) = self.log.position_of(&event.id()) {
                    session.enqueue_push(position);
                }
            }
        }
    }

    pub(super) fn on_want_events(
        &mut self,
        now_ms: u64,
        from: PeerId,
        ids: &[EventId],
        out: &mut Vec<Output>,
    ) {
        if let Some(session) = self.sessions.get_mut(&from) {
            // A request proves that earlier transmissions were lost.
            session
                .queue
                .extend(ids.iter().filter_map(|id| self.log.position_of(id)));
        }
        self.flush(now_ms, from, out);
    }

    /// Sends the queue of a peer within the limit per tick.
    pub(super) fn flush(&mut self, now_ms: u64, peer: PeerId, out: &mut Vec<Output>) {
        while let Some((push, events)) = self.next_batch(now_ms, peer) {
            let attestations = events
                .iter()
                .flat_map(|event| self.attestations.of(event.id()))
                .take(MAX_SENT_ATTESTATIONS)
                .collect();
            self.send_events(peer, push, &events, attestations, out);
        }
        let Some(session) = self.sessions.get_mut(&peer) else {
            return;
        };
        if session.connected && !session.attestations.is_empty() {
            let next = std::iter::from_fn(|| session.attestations.pop_first());
            let attestations = next.take(MAX_SENT_ATTESTATIONS).collect();
            self.send_events(peer, true, &[], attestations, out);
        }
    }

    fn send_events(
        &mut self,
        peer: PeerId,
        push: bool,
        events: &[DdlEvent],
        attestations: Vec<Attestation>,
        out: &mut Vec<Output>,
    ) {
        let pack = pack::encode(events.iter());
        if let Some(session) = self.sessions.get_mut(&peer) {
            session.sent_bytes += pack.len();
        }
        let frame = Frame::Events {
            push,
            pack,
            attestations,
        };
        self.send(peer, &frame, out);
    }

    /// Takes the next events from the queue of a peer, each after its dependencies.
    ///
    /// The first value is whether none of the queued events was requested.
    fn next_batch(&mut self, now_ms: u64, peer: PeerId) -> Option<(bool, Vec<DdlEvent>)> {
        let session = self.sessions.get_mut(&peer)?;
        if !session.connected || session.sent_bytes >= self.limits.bytes_per_tick {
            return None;
        }
        let push = session.queue.len() == session.unrequested.len();
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some(position) = session.queue.first().copied() {
            let event = self.log.get_at(position);
            bytes += event.map_or(0, |event| event.encoded_len());
            if bytes > MAX_EVENT_BYTES && !events.is_empty() {
                break;
            }
            session.queue.pop_first();
            session.unrequested.remove(&position);
            if !push {
                session.sent.insert(position, now_ms);
            }
            events.extend(event.cloned());
        }
        (!events.is_empty()).then_some((push, events))
    }
}
