//! Taking in events.

use std::collections::BTreeSet;
use std::sync::Arc;

use kuzu_ddl_runtime::event::{DdlEvent, EventId, PackError, pack};

use super::{Link, Peer};
use crate::limits::MAX_FRAME_EVENT_BYTES;
use crate::protocol::frame::Frame;
use crate::protocol::output::{Output, Report};
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
        let events = match self.read(bytes) {
            Ok(events) => events,
            Err(error) => return self.strike(now, from, Report::BadPack(error), out),
        };
        let waiting = self.waiting.len();
        let new = self.take_in(now, from, events.iter().cloned(), out);
        // A pack of nothing but news goes on as it came, at once: nothing is written anew.
        let relayed = if new.len() == events.len() && !new.is_empty() {
            self.relay(from, bytes, &attestations, out)
        } else {
            BTreeSet::new()
        };
        self.spread(now, &new, |peer| relayed.contains(&peer));
        let nothing = !events.is_empty() && new.is_empty() && self.waiting.len() == waiting;
        self.choose_pushes(from, push, nothing, !new.is_empty(), out);
        self.deliver(new, out);
        self.on_attestations(from, attestations, out);
    }

    fn deliver(&self, new: Vec<(PeerId, DdlEvent)>, out: &mut Vec<Output>) {
        if !new.is_empty() {
            out.push(Output::Events(
                new.into_iter().map(|(_, event)| event).collect(),
            ));
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Arc<[DdlEvent]>, PackError> {
        match &self.pool {
            Some(pool) => pool.read(bytes),
            None => {
                let events = pack::decode(bytes, MAX_FRAME_EVENT_BYTES)?;
                Ok(events.into())
            }
        }
    }

    /// Passes a pack on to those who have all that was pushed to them before; to whom it went.
    fn relay(
        &mut self,
        from: PeerId,
        pack: &[u8],
        said: &[Attestation],
        out: &mut Vec<Output>,
    ) -> BTreeSet<PeerId> {
        let most = self.limits.bytes_per_tick;
        let due = |(peer, link): &(&PeerId, &mut Link)| {
            **peer != from
                && link.connected
                && link.push
                && link.queue.is_empty()
                && link.spent < most
        };
        let (mut bytes, mut relayed): (Option<Arc<[u8]>>, _) = (None, BTreeSet::new());
        for (peer, link) in self.links.iter_mut().filter(due) {
            link.spent += pack.len();
            let bytes = bytes.get_or_insert_with(|| {
                let frame = Frame::Events {
                    push: true,
                    pack: pack.to_vec(),
                    attestations: said.to_vec(),
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

    /// Takes in events from a file: a [`Bundle`](crate::Bundle), or what the application kept of one. They go to
    /// the others with the next tick.
    pub fn import(
        &mut self,
        now: u64,
        events: impl IntoIterator<Item = DdlEvent>,
        attestations: Vec<Attestation>,
    ) -> Vec<Output> {
        let mut out = Vec::new();
        let new = self.take_in(now, self.me, events, &mut out);
        self.spread(now, &new, |_| false);
        self.deliver(new, &mut out);
        self.on_attestations(self.me, attestations, &mut out);
        out
    }

    /// Adds events, and those that waited for them; the new ones, each with who sent it.
    fn take_in(
        &mut self,
        now: u64,
        from: PeerId,
        events: impl IntoIterator<Item = DdlEvent>,
        out: &mut Vec<Output>,
    ) -> Vec<(PeerId, DdlEvent)> {
        let (mut new, mut missing) = (Vec::new(), Vec::new());
        for event in events {
            let lacks: Vec<EventId> = self.log.lacks(event.depends_on()).collect();
            if lacks.is_empty() {
                new.extend(self.settle(from, event));
            } else if self.has_room(now, from, &event, out) {
                self.held.entry(event.id()).or_insert((from, now));
                self.waiting.hold(event, lacks.clone());
                missing.extend(lacks);
            }
        }
        if from != self.me {
            self.ask(now, from, missing, out);
        }
        new
    }

    /// Adds an event and all that waited for it.
    fn settle(&mut self, from: PeerId, event: DdlEvent) -> Vec<(PeerId, DdlEvent)> {
        self.asked.remove(&event.id());
        if let Some(place) = self.log.place(&event.id()) {
            if let Some(link) = self.links.get_mut(&from) {
                link.has(place);
            }
            return Vec::new();
        }
        let new = self.log.settle(event, &mut self.waiting);
        let sent = |event: DdlEvent| {
            // What waited may have come from others, who then get it once more.
            self.asked.remove(&event.id());
            let held = self.held.remove(&event.id());
            (held.map_or(from, |(sender, _)| sender), event)
        };
        new.into_iter().map(sent).collect()
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
        &self,
        from: PeerId,
        push: bool,
        nothing: bool,
        something: bool,
        out: &mut Vec<Output>,
    ) {
        let wanted = if push && nothing {
            false
        } else if !push && something {
            true
        } else {
            return;
        };
        // Each time, since the last one may have been lost.
        self.send(from, &Frame::Push(wanted), out);
    }
}
