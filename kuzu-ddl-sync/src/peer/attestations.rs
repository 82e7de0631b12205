//! What was said about events, and who has not heard it.
//!
//! An attestation goes to all with its event, or once when it is made. Where it is lost on the way, two peers that have the same
//! events find by comparing that what was said about them differs.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::EventId;

use super::Peer;
use super::reconcile::{Found, batches, summary};
use crate::hash_tree::Prefix;
use crate::limits::MAX_FRAME_IDS;
use crate::protocol::frame::{Below, Frame, Status};
use crate::protocol::output::Output;
use crate::{Attestation, PeerId};

impl Peer {
    /// Shows a peer with the same events what was said about them. Who has heard nothing has nothing to show.
    pub(super) fn compare_said(&self, from: PeerId, theirs: &Status, out: &mut Vec<Output>) {
        let index = self.attestations.index();
        // Behind a checkpoint only one of the two has them all.
        if index.is_empty() || theirs.base != self.log.base_id() {
            return;
        }
        let root = vec![(Prefix::default(), summary(index, &Prefix::default()))];
        self.send(from, &Frame::Said(root), out);
    }

    pub(super) fn on_said(
        &mut self,
        from: PeerId,
        places: Vec<(Prefix, Below)>,
        out: &mut Vec<Output>,
    ) {
        let found = Found::at(self.attestations.index(), places);
        self.say(from, found.lacking);
        for places in batches(found.answer) {
            self.send(from, &Frame::Said(places), out);
        }
        for ids in found.wanted.chunks(MAX_FRAME_IDS) {
            self.send(from, &Frame::WantSaid(ids.to_vec()), out);
        }
    }

    pub(super) fn on_want_said(&mut self, from: PeerId, ids: &[EventId]) {
        let index = self.attestations.index();
        let events = ids.iter().filter_map(|id| index.get(id).copied()).collect();
        self.say(from, events);
    }

    /// Tells a peer with the next tick all that was said about these events.
    fn say(&mut self, to: PeerId, events: Vec<EventId>) {
        let events: BTreeSet<EventId> = events.into_iter().collect();
        if let Some(link) = self.links.get_mut(&to) {
            let said = events.iter().flat_map(|event| self.attestations.of(*event));
            link.attestations.extend(said);
        }
    }

    /// What was said about events that are here is kept and passed on.
    pub(super) fn on_attestations(
        &mut self,
        from: PeerId,
        said: Vec<Attestation>,
        out: &mut Vec<Output>,
    ) {
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

    /// What was said about an event.
    #[must_use]
    pub fn attestations(&self, event: EventId) -> Vec<Attestation> {
        self.attestations.of(event).collect()
    }

    /// Says something about events that are here; it goes to the others with the next tick. What is too long, or
    /// one too many about an event, is not kept.
    pub fn attest(&mut self, attestations: Vec<Attestation>) {
        self.add_attestations(attestations, None);
    }
}
