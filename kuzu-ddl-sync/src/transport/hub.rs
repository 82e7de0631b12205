//! A transport in one process: for programs with several databases, and for tests, which can make the roads
//! between peers as bad as they like.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kuzu_ddl_runtime::event::DdlEvent;

use crate::protocol::output::{Output, Row};
use crate::{CheckpointId, Peer, PeerId, Pool};

/// What the road between two peers does to a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Road {
    /// It arrives in the next round.
    Good,
    /// It is lost.
    Lost,
    /// It arrives in the next round, and once more later.
    Twice,
    /// It arrives after so many rounds.
    Late(u32),
}

/// Several peers in one process. Time goes on in rounds, of as many milliseconds as
/// [`round`](Self::round) is told; what is sent in one round arrives in the next.
#[derive(Debug, Default)]
pub struct Hub {
    peers: BTreeMap<PeerId, Peer>,
    links: BTreeSet<(PeerId, PeerId)>,
    /// Frames by the round they arrive in, the next one first.
    mail: VecDeque<Vec<Letter>>,
    delivered: BTreeMap<PeerId, Delivery>,
    pool: Pool,
    now: u64,
    bytes: u64,
    frames: u64,
}

/// A frame under way: from whom, to whom.
type Letter = (PeerId, PeerId, Arc<[u8]>);

/// What a peer's database is to take in.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// The checkpoint that the history begins with, if one came.
    pub checkpoint: Option<(CheckpointId, Arc<[u8]>)>,
    /// New events, each after what it depends on.
    pub events: Vec<DdlEvent>,
    /// What a person may want to know.
    pub rows: Vec<Row>,
}

impl Hub {
    /// A hub without peers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a peer. All share the memory of their events. A peer of the same name is replaced, and keeps
    /// its links.
    pub fn add(&mut self, peer: Peer) -> PeerId {
        let id = peer.id();
        self.peers.insert(id, peer.share(&self.pool));
        let links: Vec<(PeerId, PeerId)> = self
            .links
            .iter()
            .filter(|(a, b)| *a == id || *b == id)
            .copied()
            .collect();
        for (a, b) in links {
            self.link(a, b);
        }
        id
    }

    /// Two peers can reach one another from now on.
    pub fn link(&mut self, a: PeerId, b: PeerId) {
        self.links.insert((a.min(b), a.max(b)));
        for (one, other) in [(a, b), (b, a)] {
            if self.peers.contains_key(&other)
                && let Some(peer) = self.peers.get_mut(&one)
            {
                let outputs = peer.connect(self.now, other);
                self.carry(one, outputs, &mut |_, _, _| Road::Good);
            }
        }
    }

    /// All peers can reach one another.
    pub fn link_all(&mut self) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for (n, a) in ids.iter().enumerate() {
            ids[n + 1..].iter().for_each(|b| self.link(*a, *b));
        }
    }

    /// Two peers cannot reach one another any more; what is under way is lost.
    pub fn unlink(&mut self, a: PeerId, b: PeerId) {
        self.links.remove(&(a.min(b), a.max(b)));
        for (one, other) in [(a, b), (b, a)] {
            if let Some(peer) = self.peers.get_mut(&one) {
                peer.disconnect(other);
            }
        }
    }

    /// One peer.
    #[must_use]
    pub fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(&id)
    }

    /// One peer.
    pub fn peer_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.peers.get_mut(&id)
    }

    /// All peers.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// Events that a peer's own database has made.
    ///
    /// # Errors
    /// The events that lean on something which is not there; all of them if there is no such peer.
    pub fn local(
        &mut self,
        id: PeerId,
        events: Vec<DdlEvent>,
    ) -> Result<(), Vec<kuzu_ddl_runtime::event::EventId>> {
        let Some(peer) = self.peers.get_mut(&id) else {
            return Err(events.iter().map(|event| event.id()).collect());
        };
        let outputs = peer.local(self.now, events)?;
        self.carry(id, outputs, &mut |_, _, _| Road::Good);
        Ok(())
    }

    /// What came for a peer's database since the last time.
    pub fn take(&mut self, id: PeerId) -> Delivery {
        self.delivered.remove(&id).unwrap_or_default()
    }

    /// One round on good roads: everything that was sent arrives, and time goes on by so many milliseconds.
    pub fn round(&mut self, milliseconds: u64) {
        self.round_on(milliseconds, |_, _, _| Road::Good);
    }

    /// One round on roads that may be bad: asked for each frame that is sent, with sender, receiver and bytes.
    pub fn round_on(
        &mut self,
        milliseconds: u64,
        mut road: impl FnMut(PeerId, PeerId, &[u8]) -> Road,
    ) {
        self.now += milliseconds;
        for (from, to, bytes) in self.mail.pop_front().unwrap_or_default() {
            if !self.links.contains(&(from.min(to), from.max(to))) {
                continue;
            }
            if let Some(peer) = self.peers.get_mut(&to) {
                let outputs = peer.handle(self.now, from, &bytes);
                self.carry(to, outputs, &mut road);
            }
        }
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for (id, n) in ids.into_iter().zip(0_u64..) {
            if let Some(peer) = self.peers.get_mut(&id) {
                let outputs = peer.tick(self.now, self.now.wrapping_mul(1_000_003).wrapping_add(n));
                self.carry(id, outputs, &mut road);
            }
        }
    }

    /// Rounds on good roads until all peers have the same events, at most so many; how many it took, or `None` if
    /// they do not agree by then.
    pub fn settle(&mut self, milliseconds: u64, most: usize) -> Option<usize> {
        for rounds in 0..=most {
            if self.agrees() {
                return Some(rounds);
            }
            self.round(milliseconds);
        }
        None
    }

    /// Whether all peers have the same events.
    #[must_use]
    pub fn agrees(&self) -> bool {
        let mut digests = self.peers.values().map(|peer| peer.log().digest());
        let first = digests.next();
        digests.all(|digest| Some(digest) == first)
    }

    /// The milliseconds that went by.
    #[must_use]
    pub fn now(&self) -> u64 {
        self.now
    }

    /// How many frames were sent, and their bytes.
    #[must_use]
    pub fn traffic(&self) -> (u64, u64) {
        (self.frames, self.bytes)
    }

    fn carry(
        &mut self,
        from: PeerId,
        outputs: Vec<Output>,
        road: &mut impl FnMut(PeerId, PeerId, &[u8]) -> Road,
    ) {
        for output in outputs {
            match output {
                Output::Send { to, bytes } => {
                    self.frames += 1;
                    self.bytes += bytes.len() as u64;
                    match road(from, to, &bytes) {
                        Road::Good => self.post(0, from, to, bytes),
                        Road::Lost => {}
                        Road::Twice => {
                            self.post(0, from, to, Arc::clone(&bytes));
                            self.post(2, from, to, bytes);
                        }
                        Road::Late(rounds) => self.post(rounds as usize, from, to, bytes),
                    }
                }
                Output::Events(events) => {
                    self.delivered
                        .entry(from)
                        .or_default()
                        .events
                        .extend(events);
                    self.stored(from);
                }
                Output::Checkpoint(id, bytes) => {
                    let delivery = self.delivered.entry(from).or_default();
                    delivery.checkpoint = Some((id, bytes));
                    self.stored(from);
                }
                Output::Report(row) => self.delivered.entry(from).or_default().rows.push(row),
                Output::Attestations(_) => {}
            }
        }
    }

    /// What is in the process is safe enough for a hub.
    fn stored(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.stored();
        }
    }

    fn post(&mut self, rounds: usize, from: PeerId, to: PeerId, bytes: Arc<[u8]>) {
        if self.mail.len() <= rounds {
            self.mail.resize_with(rounds + 1, Vec::new);
        }
        self.mail[rounds].push((from, to, bytes));
    }
}
