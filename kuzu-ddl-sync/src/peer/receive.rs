//! Receiving events: insertion, waiting for dependencies, relaying, requests.

use std::collections::BTreeSet;
use std::sync::Arc;

use kuzu_ddl_core::event::pack::PackError;
use kuzu_ddl_core::event::{DdlEvent, EventId, pack};

use super::session::Session;
use super::state::Peer;
use crate::attestation::Attestation;
use crate::identity::PeerId;
use crate::limits::{MAX_FRAME_EVENT_BYTES, MAX_FRAME_IDS};
use crate::protocol::diagnostic::Diagnostic;
use crate::protocol::frame::Frame;
use crate::protocol::output::Output;
use crate::waiting::in_dependency_order;

impl Peer {
    pub(super) fn on_events(
        &mut self,
        now_ms: u64,
        from: PeerId,
        push: bool,
        bytes: &[u8],
        attestations: Vec<Attestation>,
        out: &mut Vec<Output>,
    ) {
        // Reconciliation finds these events after the download.
        if self.download.is_some() {
            return;
        }
        let events = match self.decode_pack(bytes) {
            Ok(events) => events,
            Err(error) => {
                return self.record_bad_frame(now_ms, from, Diagnostic::BadPack(error), out);
            }
        };
        let waiting = self.waiting.len();
        let new = self.insert_events(now_ms, from, events.iter().cloned(), out);
        // A pack of new events alone is relayed at once, without encoding it again.
        let relayed = if new.len() == events.len() && !new.is_empty() {
            self.relay(from, bytes, &attestations, out)
        } else {
            BTreeSet::new()
        };
        self.enqueue_for_peers(now_ms, &new, |peer| relayed.contains(&peer));
        if let Some(session) = self.sessions.get_mut(&from)
            && new.iter().any(|(sender, _)| *sender == from)
        {
            session.has_contributed = true;
        }
        let only_duplicates = !events.is_empty() && new.is_empty() && self.waiting.len() == waiting;
        self.adjust_push(from, push, only_duplicates, !new.is_empty(), out);
        self.output_events(new, out);
        self.on_attestations(from, attestations, out);
    }

    pub(super) fn output_events(&self, new: Vec<(PeerId, DdlEvent)>, out: &mut Vec<Output>) {
        if !new.is_empty() {
            out.push(Output::Events(
                new.into_iter().map(|(_, event)| event).collect(),
            ));
        }
    }

    fn decode_pack(&self, bytes: &[u8]) -> Result<Arc<[DdlEvent]>, PackError> {
        match &self.pool {
            Some(pool) => pool.decode(bytes),
            None => {
                let events = pack::decode(bytes, MAX_FRAME_EVENT_BYTES)?;
                Ok(events.into())
            }
        }
    }

    /// Relays a pack to the peers with an empty queue, and returns these peers.
    fn relay(
        &mut self,
        from: PeerId,
        pack: &[u8],
        attestations: &[Attestation],
        out: &mut Vec<Output>,
    ) -> BTreeSet<PeerId> {
        let bytes_per_tick = self.limits.bytes_per_tick;
        let is_ready = |(peer, session): &(&PeerId, &mut Session)| {
            **peer != from
                && session.connected
                && session.push_enabled
                && session.queue.is_empty()
                && session.sent_bytes < bytes_per_tick
        };
        let (mut bytes, mut relayed): (Option<Arc<[u8]>>, _) = (None, BTreeSet::new());
        for (peer, session) in self.sessions.iter_mut().filter(is_ready) {
            session.sent_bytes += pack.len();
            let bytes = bytes.get_or_insert_with(|| {
                let frame = Frame::Events {
                    push: true,
                    pack: pack.to_vec(),
                    attestations: attestations.to_vec(),
                };
                frame.encode(&self.space).into()
            });
            out.push(Output::Send {
                to: *peer,
                bytes: Arc::clone(bytes),
            });
            relayed.insert(*peer);
        }
        relayed
    }

    /// Inserts events, and the events that waited for them. Returns the new ones, each with its
    /// sender.
    ///
    /// The order of the events does not matter: only what lacks a dependency that is not among them
    /// waits, and only that is subject to the limits on waiting events.
    pub(super) fn insert_events(
        &mut self,
        now_ms: u64,
        from: PeerId,
        events: impl IntoIterator<Item = DdlEvent>,
        out: &mut Vec<Output>,
    ) -> Vec<(PeerId, DdlEvent)> {
        let (mut new, mut later, mut all_missing) = (Vec::new(), Vec::new(), Vec::new());
        for event in events {
            if self.log.missing(event.depends_on()).next().is_none() {
                new.extend(self.insert_event(from, event));
            } else {
                later.push(event);
            }
        }
        let mut without_room = 0;
        for event in in_dependency_order(later) {
            let missing: Vec<EventId> = self.log.missing(event.depends_on()).collect();
            if missing.is_empty() {
                new.extend(self.insert_event(from, event));
            } else if self.has_room(from, &event) {
                self.arrivals.insert(event.id(), from, now_ms);
                all_missing.extend(missing.iter().copied());
                self.waiting.insert(event, missing);
            } else {
                without_room += 1;
            }
        }
        if without_room > 0 {
            self.report_many(
                now_ms,
                from,
                Diagnostic::WaitingBufferFull,
                without_room,
                out,
            );
        }
        if from != self.id {
            self.request_events(now_ms, from, all_missing, out);
        }
        new
    }

    /// Inserts an event whose dependencies are in the log, and the events that waited for it.
    pub(super) fn insert_event(
        &mut self,
        from: PeerId,
        event: DdlEvent,
    ) -> Vec<(PeerId, DdlEvent)> {
        self.requested.remove(&event.id());
        if let Some(position) = self.log.position_of(&event.id()) {
            if let Some(session) = self.sessions.get_mut(&from) {
                session.dequeue(position);
            }
            return Vec::new();
        }
        let new = self.log.insert_with_waiting(event, &mut self.waiting);
        let with_sender = |event: DdlEvent| {
            // Only the first sender of a waiting event is recorded: any other sender receives it as
            // a duplicate.
            self.requested.remove(&event.id());
            let arrival = self.arrivals.remove(&event.id());
            (arrival.unwrap_or(from), event)
        };
        new.into_iter().map(with_sender).collect()
    }

    /// Returns whether the limits allow an event to wait for its dependencies.
    fn has_room(&self, from: PeerId, event: &DdlEvent) -> bool {
        let limits = &self.limits;
        self.waiting.contains(&event.id())
            || self.waiting.len() < limits.max_waiting_events
                && self.waiting.bytes() + event.encoded_len() <= limits.max_waiting_bytes
                && self.arrivals.count_from(from) < limits.max_waiting_events_per_peer
    }

    /// Disables the push of a sender of duplicates; enables that of a sender of events that a push
    /// should have delivered.
    fn adjust_push(
        &self,
        from: PeerId,
        push: bool,
        only_duplicates: bool,
        has_new: bool,
        out: &mut Vec<Output>,
    ) {
        let enabled = if push && only_duplicates {
            false
        } else if !push && has_new {
            true
        } else {
            return;
        };
        // Sent each time, because the previous frame may have been lost.
        self.send(from, &Frame::SetPush(enabled), out);
    }

    /// Requests missing events from a peer.
    pub(super) fn request_events(
        &mut self,
        now_ms: u64,
        from: PeerId,
        ids: impl IntoIterator<Item = EventId>,
        out: &mut Vec<Output>,
    ) {
        let ids = self.not_yet_requested(now_ms, ids);
        for ids in ids.chunks(MAX_FRAME_IDS) {
            self.send(from, &Frame::WantEvents(ids.to_vec()), out);
        }
    }

    /// Returns the ids of missing events that were not requested within the resend interval.
    fn not_yet_requested(
        &mut self,
        now_ms: u64,
        ids: impl IntoIterator<Item = EventId>,
    ) -> Vec<EventId> {
        let mut missing = BTreeSet::new();
        for id in ids {
            let is_here = self.log.contains(&id) || self.waiting.contains(&id);
            if is_here || self.requested.len() >= self.limits.max_waiting_events {
                continue;
            }
            let at = self.requested.get(&id);
            if at.is_none_or(|at| now_ms >= at.saturating_add(self.limits.resend_after_ms)) {
                self.requested.insert(id, now_ms);
                missing.insert(id);
            }
        }
        missing.into_iter().collect()
    }
}
