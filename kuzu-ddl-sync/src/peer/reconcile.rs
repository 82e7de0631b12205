//! Finding what two peers differ by.

use kuzu_ddl_runtime::event::EventId;

use super::Peer;
use crate::checkpoint::CheckpointId;
use crate::hash_tree::{Digest, Hash, Index, Prefix};
use crate::limits::{MAX_FRAME_IDS, MAX_FRAME_PLACES};
use crate::protocol::frame::{Below, Frame, Status};
use crate::protocol::output::Output;
use crate::{Limits, PeerId};

/// While events come in, two peers compare so many times less often.
const BUSY_PAUSE: u64 = 5;

/// Up to so many ids of a place are listed rather than hashed.
const FEW: usize = 24;

impl Peer {
    pub(super) fn on_status(
        &mut self,
        now: u64,
        from: PeerId,
        theirs: Status,
        out: &mut Vec<Output>,
    ) {
        let Some(link) = self.links.get_mut(&from) else {
            return;
        };
        link.theirs = Some(theirs);
        if self.takes_checkpoint(now, from, &theirs, out) {
            return;
        }
        let Some(mine) = self.above(theirs.base).map(Index::digest) else {
            self.without_common_base(now, from, &theirs, out);
            return;
        };
        self.acknowledge(from, &theirs, &mine);
        if mine == theirs.have {
            if theirs.asks {
                self.tell(from, false, out);
                self.compare_said(from, &theirs, out);
            }
            return;
        }
        if let Some(link) = self.links.get_mut(&from) {
            link.stir(now, &self.limits);
        }
        // One of the two begins, and both know which. A newcomer first hears whether there is a checkpoint.
        let begins = if mine.count == 0 && theirs.offer.is_some() {
            true
        } else if theirs.have.count == 0 && theirs.base.is_none() && self.offer.is_some() {
            false
        } else {
            mine > theirs.have
        };
        if begins {
            self.begin(now, from, theirs.base, out);
        } else if theirs.asks {
            self.tell(from, false, out);
        }
    }

    /// What the other has safely stored of what is here. A peer that was set back says less than before.
    fn acknowledge(&mut self, from: PeerId, theirs: &Status, mine: &Digest) {
        let acknowledged = if theirs.kept == *mine {
            Some(self.log.len())
        } else if theirs.base == self.log.base_id() {
            self.log.was(&theirs.kept)
        } else {
            None
        };
        if let (Some(link), Some(acknowledged)) = (self.links.get_mut(&from), acknowledged) {
            link.acknowledged = acknowledged;
        }
    }

    fn begin(&mut self, now: u64, from: PeerId, base: Option<CheckpointId>, out: &mut Vec<Output>) {
        // Where much happens two peers always differ a little, and what one lacks is on its way already.
        let busy = now < self.changed.saturating_add(self.limits.status_interval);
        let pause = if busy { BUSY_PAUSE } else { 1 } * self.limits.status_interval;
        let link = self.links.get(&from);
        let compared = link.and_then(|link| link.compared);
        if compared.is_some_and(|compared| now < compared.saturating_add(pause)) {
            return;
        }
        if let Some(link) = self.links.get_mut(&from) {
            link.compared = Some(now);
        }
        if let Some(index) = self.above(base) {
            let root = vec![(Prefix::default(), summary(index, &Prefix::default()))];
            self.send(from, &Frame::Compare(base, root), out);
        }
    }

    /// The events here above a checkpoint, if it can be told which they are.
    pub(super) fn above(&self, base: Option<CheckpointId>) -> Option<&Index<u32>> {
        if base == self.log.base_id() {
            return Some(self.log.index());
        }
        self.views.get(&base?)
    }

    pub(super) fn on_compare(
        &mut self,
        now: u64,
        from: PeerId,
        base: Option<CheckpointId>,
        places: Vec<(Prefix, Below)>,
        out: &mut Vec<Output>,
    ) {
        let Some(index) = self.above(base).filter(|_| self.intake.is_none()) else {
            return;
        };
        let found = Found::at(index, places);
        if let Some(link) = self.links.get_mut(&from) {
            let limits: &Limits = &self.limits;
            found
                .lacking
                .iter()
                .for_each(|place| link.needs(now, *place, limits));
        }
        for places in batches(found.answer) {
            self.send(from, &Frame::Compare(base, places), out);
        }
        self.ask(now, from, found.wanted, out);
        self.flush(now, from, out);
    }

    /// Asks a peer for events.
    pub(super) fn ask(
        &mut self,
        now: u64,
        from: PeerId,
        ids: impl IntoIterator<Item = EventId>,
        out: &mut Vec<Output>,
    ) {
        let wanted = self.wanted(now, ids);
        for ids in wanted.chunks(MAX_FRAME_IDS) {
            self.send(from, &Frame::Want(ids.to_vec()), out);
        }
    }

    pub(super) fn on_want(
        &mut self,
        now: u64,
        from: PeerId,
        ids: &[EventId],
        out: &mut Vec<Output>,
    ) {
        if let Some(link) = self.links.get_mut(&from) {
            // It says so itself: what was sent to it before is lost.
            link.queue
                .extend(ids.iter().filter_map(|id| self.log.place(id)));
        }
        self.flush(now, from, out);
    }
}

/// What is below a place here.
pub(super) fn summary<V>(index: &Index<V>, prefix: &Prefix) -> Below {
    let ids: Vec<EventId> = index
        .below(prefix)
        .map(|(id, _)| *id)
        .take(FEW + 1)
        .collect();
    if ids.len() <= FEW {
        return Below::Ids(ids);
    }
    let mut hashes = [Hash::default(); 16];
    for (digit, hash) in (0..).zip(&mut hashes) {
        *hash = index.hash(&prefix.child(digit));
    }
    Below::Hashes(Box::new(hashes))
}

/// What one frame of the other's brought to light.
pub(super) struct Found<V> {
    pub(super) answer: Vec<(Prefix, Below)>,
    /// The values of ids that the other lacks.
    pub(super) lacking: Vec<V>,
    pub(super) wanted: Vec<EventId>,
}

impl<V: Copy> Found<V> {
    /// In which of its places the other differs from what is here.
    pub(super) fn at(index: &Index<V>, places: Vec<(Prefix, Below)>) -> Self {
        let mut found = Self {
            answer: Vec::new(),
            lacking: Vec::new(),
            wanted: Vec::new(),
        };
        for (prefix, below) in places {
            match below {
                Below::Hashes(theirs) => found.hashes(index, &prefix, &theirs),
                Below::Ids(theirs) => found.ids(index, &prefix, &theirs),
            }
        }
        found
    }

    fn hashes(&mut self, index: &Index<V>, prefix: &Prefix, theirs: &[Hash; 16]) {
        for (digit, theirs) in (0..).zip(theirs) {
            let child = prefix.child(digit);
            if index.hash(&child) == *theirs {
                continue;
            }
            if *theirs == Hash::default() {
                self.lacking
                    .extend(index.below(&child).map(|(_, value)| *value));
            } else {
                self.answer.push((child, summary(index, &child)));
            }
        }
    }

    fn ids(&mut self, index: &Index<V>, prefix: &Prefix, theirs: &[EventId]) {
        let mut theirs = theirs.iter().peekable();
        for (id, value) in index.below(prefix) {
            while let Some(other) = theirs.next_if(|other| *other < id) {
                self.wanted.push(*other);
            }
            if theirs.next_if(|other| *other == id).is_none() {
                self.lacking.push(*value);
            }
        }
        self.wanted.extend(theirs);
    }
}

/// So many places to a frame as it may have.
pub(super) fn batches(places: Vec<(Prefix, Below)>) -> Vec<Vec<(Prefix, Below)>> {
    let (mut batches, mut places) = (Vec::new(), places);
    while !places.is_empty() {
        let rest = places.split_off(places.len().min(MAX_FRAME_PLACES));
        batches.push(std::mem::replace(&mut places, rest));
    }
    batches
}
