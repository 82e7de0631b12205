//! Taking in events.

use std::sync::Arc;

use kuzu_ddl_runtime::event::{DdlEvent, EventId, pack};

use super::Peer;
use crate::frame::Frame;
use crate::limits::MAX_FRAME_EVENT_BYTES;
use crate::output::{Output, Report};
use crate::{Attestation, PeerId};

impl Peer {
    pub(super) fn on_events(
        &mut self,
        now: u64,
        from: PeerId,
        push: bool,
        bytes: &[u8],
        attestations: Vec<Attestation>,
        out: &mut Vec<Output>,
    ) {
        // What comes while a checkpoint does is found by comparing, afterwards.
        if self.intake.is_some() {
            return;
        }
        let events = match pack::decode(bytes, MAX_FRAME_EVENT_BYTES) {
            Ok(events) => events,
            Err(error) => return self.strike(now, from, Report::BadPack(error), out),
        };
        let (came, mut new, mut missing) = (!events.is_empty(), Vec::new(), Vec::new());
        let mut waits = false;
        for event in events {
            let event = match &self.pool {
                Some(pool) => pool.share(event),
                None => Arc::new(event),
            };
            let lacks: Vec<EventId> = self.log.lacks(event.depends_on()).collect();
            if lacks.is_empty() {
                new.extend(self.settle(now, from, event));
            } else if self.has_room(now, from, &event, out) {
                waits = true;
                self.held.entry(event.id()).or_insert((from, now));
                self.waiting.hold(event, lacks.clone());
                missing.extend(lacks);
            }
        }
        self.ask(now, from, missing, out);
        self.choose_pushes(
            from,
            push,
            came && new.is_empty() && !waits,
            !new.is_empty(),
            out,
        );
        if !new.is_empty() {
            out.push(Output::Events(new));
        }
        self.on_attestations(from, attestations, out);
    }

    /// Adds an event and all that waited for it.
    fn settle(&mut self, now: u64, from: PeerId, event: Arc<DdlEvent>) -> Vec<Arc<DdlEvent>> {
        self.asked.remove(&event.id());
        if let (Some(place), Some(link)) = (self.log.place(&event.id()), self.links.get_mut(&from))
        {
            link.has(place);
            return Vec::new();
        }
        let new = self.log.settle(event, &mut self.waiting);
        for event in &new {
            // What waited may have come from others, who then get it once more.
            self.asked.remove(&event.id());
            let sender = self
                .held
                .remove(&event.id())
                .map_or(from, |(sender, _)| sender);
            self.spread(now, event.id(), Some(sender));
        }
        new
    }

    fn has_room(
        &mut self,
        now: u64,
        from: PeerId,
        event: &DdlEvent,
        out: &mut Vec<Output>,
    ) -> bool {
        if self.waiting.contains(&event.id()) {
            return true;
        }
        let limits = &self.limits;
        let of_peer = || {
            self.held
                .values()
                .filter(|(sender, _)| *sender == from)
                .count()
        };
        let room = self.waiting.len() < limits.waiting_events
            && self.waiting.bytes() + event.size() <= limits.waiting_bytes
            && (self.waiting.len() < limits.waiting_events_per_peer
                || of_peer() < limits.waiting_events_per_peer);
        if !room {
            self.report(now, from, Report::NoRoom, out);
        }
        room
    }

    /// Who gets everything twice tells one sender to stop, who missed something tells it to start.
    fn choose_pushes(
        &mut self,
        from: PeerId,
        push: bool,
        nothing: bool,
        something: bool,
        out: &mut Vec<Output>,
    ) {
        let Some(link) = self.links.get_mut(&from) else {
            return;
        };
        let wanted = if push && nothing {
            false
        } else if !push && something {
            true
        } else {
            return;
        };
        if link.pushes != wanted || (push && !wanted) {
            link.pushes = wanted;
            self.send(from, &Frame::Push(wanted), out);
        }
    }

    /// What was said about events that are here is kept and passed on.
    fn on_attestations(&mut self, from: PeerId, said: Vec<Attestation>, out: &mut Vec<Output>) {
        let new = self.add_attestations(said, Some(from));
        if !new.is_empty() {
            out.push(Output::Attestations(new));
        }
    }

    fn add_attestations(
        &mut self,
        said: Vec<Attestation>,
        from: Option<PeerId>,
    ) -> Vec<Attestation> {
        let mut new = Vec::new();
        for attestation in said {
            let id = &attestation.event;
            let here = self.log.get(id).is_some() || self.waiting.contains(id);
            if here && self.attestations.add(attestation.clone()) {
                new.push(attestation);
            }
        }
        for (peer, link) in &mut self.links {
            if link.connected && Some(*peer) != from {
                link.attestations.extend(new.iter().cloned());
            }
        }
        new
    }

    /// Says something about events that are here; it goes to the others with the next tick. What is too long, or
    /// one too many about an event, is not kept.
    pub fn attest(&mut self, attestations: Vec<Attestation>) {
        self.add_attestations(attestations, None);
    }
}
