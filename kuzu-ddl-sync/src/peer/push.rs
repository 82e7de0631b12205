//! Sending events.

use kuzu_ddl_runtime::event::{DdlEvent, MAX_EVENT_BYTES, pack};

use super::Peer;
use crate::protocol::frame::Frame;
use crate::protocol::output::Output;
use crate::{Attestation, PeerId};

/// Attestations that are sent in one frame beside those of its events.
const ATTESTATIONS: usize = 512;

impl Peer {
    /// Sends what a peer needs, as much as it may have in one tick: what it asked for first, then what is pushed.
    pub(super) fn flush(&mut self, now: u64, peer: PeerId, out: &mut Vec<Output>) {
        while let Some((push, events)) = self.next_batch(now, peer) {
            let attestations = events
                .iter()
                .flat_map(|event| self.attestations.of(event.id()));
            let attestations: Vec<Attestation> = attestations.take(ATTESTATIONS).collect();
            self.send_events(peer, push, &events, attestations, out);
        }
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        if link.connected && !link.attestations.is_empty() {
            let next = std::iter::from_fn(|| link.attestations.pop_first());
            let said = next.take(ATTESTATIONS).collect();
            self.send_events(peer, true, &[], said, out);
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
        if let Some(link) = self.links.get_mut(&peer) {
            link.spent += pack.len();
        }
        let frame = Frame::Events {
            push,
            pack,
            attestations,
        };
        self.send(peer, &frame, out);
    }

    /// The next events for a peer, each after what it depends on.
    fn next_batch(&mut self, now: u64, peer: PeerId) -> Option<(bool, Vec<DdlEvent>)> {
        let link = self.links.get_mut(&peer)?;
        if !link.connected || link.spent >= self.limits.bytes_per_tick {
            return None;
        }
        let push = link.queue.len() == link.pushed.len();
        let (mut events, mut bytes) = (Vec::new(), 0);
        while let Some(place) = link.queue.first().copied() {
            let event = self.log.at(place);
            bytes += event.map_or(0, |event| event.size());
            if bytes > MAX_EVENT_BYTES && !events.is_empty() {
                break;
            }
            link.queue.pop_first();
            link.pushed.remove(&place);
            if !push {
                link.sent.insert(place, now);
            }
            events.extend(event.cloned());
        }
        (!events.is_empty()).then_some((push, events))
    }
}
