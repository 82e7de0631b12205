//! The hub: a transport within one process, for applications with several databases and for tests.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kuzu_ddl_core::event::DdlEvent;

use crate::checkpoint::CheckpointId;
use crate::identity::PeerId;
use crate::peer::{EventPool, Peer, PublishError};
use crate::protocol::diagnostic::DiagnosticRecord;
use crate::protocol::output::Output;

/// What happens to a frame on its way to the receiver.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameFate {
    /// The frame arrives with the next step.
    Deliver,
    /// The frame is lost.
    Drop,
    /// The frame arrives with the next step, and again two steps later.
    Duplicate,
    /// The frame arrives this number of steps later than the next one.
    Delay(u32),
}

/// Several peers in one process.
///
/// Time passes in steps; a frame that is sent in one step arrives in the next. Tests can drop,
/// duplicate and delay frames with [`step_with`](Self::step_with).
///
/// # Examples
///
/// ```
/// use kuzu_ddl_sync::{Hub, Limits, Peer, PeerId, SpaceId};
/// use kuzu_ddl_core::event::{Change, DdlEvent, ObjectId};
///
/// let space = SpaceId::from_name("shop");
/// let mut hub = Hub::new();
/// let a = hub.add(Peer::new(PeerId::from_name("a"), space, Limits::default()));
/// let b = hub.add(Peer::new(PeerId::from_name("b"), space, Limits::default()));
/// hub.connect_all();
///
/// let change = Change::RenameTable { to: "Human".to_owned() };
/// let event = DdlEvent::new(ObjectId::from_bytes([1; 32]), [].into(), change);
/// hub.publish(a, vec![event.clone()])?;
/// hub.run_until_converged(100, 10).expect("the peers converge");
/// assert_eq!(hub.take_delivery(b).events, [event]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "relay")]
#[doc(alias = "simulation")]
#[derive(Debug, Default)]
pub struct Hub {
    peers: BTreeMap<PeerId, Peer>,
    /// Pairs of connected peers, each in ascending order.
    connections: BTreeSet<(PeerId, PeerId)>,
    /// Frames in flight by the step of their arrival, the next step first.
    in_flight: VecDeque<Vec<FrameInFlight>>,
    deliveries: BTreeMap<PeerId, HubDelivery>,
    pool: EventPool,
    now_ms: u64,
    traffic: Traffic,
}

#[derive(Debug)]
struct FrameInFlight {
    from: PeerId,
    to: PeerId,
    bytes: Arc<[u8]>,
}

/// What a peer received for its database.
///
/// The hub collects it from the outputs of the peer. An application with its own transport can do
/// the same, starting from `HubDelivery::default()`.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct HubDelivery {
    /// The checkpoint that the history is to start from, if one was downloaded.
    pub checkpoint: Option<(CheckpointId, Arc<[u8]>)>,
    /// New events, each after its dependencies.
    pub events: Vec<DdlEvent>,
    /// Diagnostics for the operator.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// The frames that the peers of a hub have sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Traffic {
    /// Number of frames.
    pub frames: u64,
    /// Total size of the frames, in bytes.
    pub bytes: u64,
}

impl Hub {
    /// Creates a hub without peers.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a peer and returns its identifier.
    ///
    /// All peers of a hub share one [`EventPool`]. A peer with the same identifier is replaced; its
    /// connections remain.
    pub fn add(&mut self, peer: Peer) -> PeerId {
        let id = peer.id();
        self.peers.insert(id, peer.with_pool(&self.pool));
        let connections: Vec<(PeerId, PeerId)> = self
            .connections
            .iter()
            .filter(|(a, b)| *a == id || *b == id)
            .copied()
            .collect();
        for (a, b) in connections {
            self.connect(a, b);
        }
        id
    }

    /// Connects two peers.
    pub fn connect(&mut self, a: PeerId, b: PeerId) {
        self.connections.insert((a.min(b), a.max(b)));
        for (one, other) in [(a, b), (b, a)] {
            if self.peers.contains_key(&other)
                && let Some(peer) = self.peers.get_mut(&one)
            {
                let outputs = peer.connect(self.now_ms, other);
                self.deliver_outputs(one, outputs, &mut |_, _, _| FrameFate::Deliver);
            }
        }
    }

    /// Connects each pair of peers.
    pub fn connect_all(&mut self) {
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for (n, a) in ids.iter().enumerate() {
            ids[n + 1..].iter().for_each(|b| self.connect(*a, *b));
        }
    }

    /// Disconnects two peers. Frames in flight between them are lost.
    pub fn disconnect(&mut self, a: PeerId, b: PeerId) {
        self.connections.remove(&(a.min(b), a.max(b)));
        for (one, other) in [(a, b), (b, a)] {
            if let Some(peer) = self.peers.get_mut(&one) {
                peer.disconnect(other);
            }
        }
    }

    /// Returns a peer.
    #[must_use]
    pub fn peer(&self, id: PeerId) -> Option<&Peer> {
        self.peers.get(&id)
    }

    /// Returns a peer for modification.
    pub fn peer_mut(&mut self, id: PeerId) -> Option<&mut Peer> {
        self.peers.get_mut(&id)
    }

    /// Returns all peers.
    pub fn peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// Publishes events that the database of a peer has created: see [`Peer::publish`].
    ///
    /// # Errors
    ///
    /// Returns the events whose dependencies are missing, or all events if the peer does not exist.
    pub fn publish(&mut self, id: PeerId, events: Vec<DdlEvent>) -> Result<(), PublishError> {
        let Some(peer) = self.peers.get_mut(&id) else {
            let events = events.iter().map(|event| event.id()).collect();
            return Err(PublishError::new(events));
        };
        let outputs = peer.publish(self.now_ms, events)?;
        self.deliver_outputs(id, outputs, &mut |_, _, _| FrameFate::Deliver);
        Ok(())
    }

    /// Returns what a peer received for its database since the last call.
    pub fn take_delivery(&mut self, id: PeerId) -> HubDelivery {
        self.deliveries.remove(&id).unwrap_or_default()
    }

    /// Advances time by one step and delivers all frames in flight.
    pub fn step(&mut self, elapsed_ms: u64) {
        self.step_with(elapsed_ms, |_, _, _| FrameFate::Deliver);
    }

    /// Advances time by one step; `fate` decides what happens to each frame that is sent, given its
    /// sender, its receiver and its bytes.
    #[doc(alias = "fault_injection")]
    pub fn step_with(
        &mut self,
        elapsed_ms: u64,
        mut fate: impl FnMut(PeerId, PeerId, &[u8]) -> FrameFate,
    ) {
        self.now_ms += elapsed_ms;
        for FrameInFlight { from, to, bytes } in self.in_flight.pop_front().unwrap_or_default() {
            if !self.connections.contains(&(from.min(to), from.max(to))) {
                continue;
            }
            if let Some(peer) = self.peers.get_mut(&to) {
                let outputs = peer.handle(self.now_ms, from, &bytes);
                self.deliver_outputs(to, outputs, &mut fate);
            }
        }
        let ids: Vec<PeerId> = self.peers.keys().copied().collect();
        for (id, n) in ids.into_iter().zip(0_u64..) {
            if let Some(peer) = self.peers.get_mut(&id) {
                let seed = self.now_ms.wrapping_mul(1_000_003).wrapping_add(n);
                let outputs = peer.tick(self.now_ms, seed);
                self.deliver_outputs(id, outputs, &mut fate);
            }
        }
    }

    /// Advances time until all peers have the same events.
    ///
    /// Returns the number of steps, or `None` if the peers differ after `max_steps` steps.
    pub fn run_until_converged(&mut self, elapsed_ms: u64, max_steps: usize) -> Option<usize> {
        for steps in 0..=max_steps {
            if self.is_converged() {
                return Some(steps);
            }
            self.step(elapsed_ms);
        }
        None
    }

    /// Returns whether all peers have the same events.
    #[must_use]
    pub fn is_converged(&self) -> bool {
        let mut digests = self.peers.values().map(|peer| peer.log().digest());
        let first = digests.next();
        digests.all(|digest| Some(digest) == first)
    }

    /// Returns the elapsed time, in milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.now_ms
    }

    /// Returns the number and the size of the frames sent so far.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.traffic
    }

    fn deliver_outputs(
        &mut self,
        from: PeerId,
        outputs: Vec<Output>,
        fate: &mut impl FnMut(PeerId, PeerId, &[u8]) -> FrameFate,
    ) {
        for output in outputs {
            match output {
                Output::Send { to, bytes } => {
                    self.traffic.frames += 1;
                    self.traffic.bytes += bytes.len() as u64;
                    let fate = fate(from, to, &bytes);
                    self.enqueue_frame(FrameInFlight { from, to, bytes }, fate);
                }
                Output::Events(events) => {
                    self.delivery(from).events.extend(events);
                    self.mark_stored(from);
                }
                Output::Checkpoint(id, bytes) => {
                    self.delivery(from).checkpoint = Some((id, bytes));
                    self.mark_stored(from);
                }
                Output::Diagnostic(record) => self.delivery(from).diagnostics.push(record),
                Output::Attestations(_) => {}
            }
        }
    }

    fn delivery(&mut self, id: PeerId) -> &mut HubDelivery {
        self.deliveries.entry(id).or_default()
    }

    /// Treats a delivery as durable: it stays in this process until the application takes it.
    fn mark_stored(&mut self, id: PeerId) {
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.mark_stored();
        }
    }

    fn enqueue_frame(&mut self, frame: FrameInFlight, fate: FrameFate) {
        match fate {
            FrameFate::Deliver => self.enqueue_frame_in(0, frame),
            FrameFate::Drop => {}
            FrameFate::Duplicate => {
                let duplicate = FrameInFlight {
                    bytes: Arc::clone(&frame.bytes),
                    ..frame
                };
                self.enqueue_frame_in(0, frame);
                self.enqueue_frame_in(2, duplicate);
            }
            FrameFate::Delay(steps) => self.enqueue_frame_in(steps as usize, frame),
        }
    }

    fn enqueue_frame_in(&mut self, steps: usize, frame: FrameInFlight) {
        if self.in_flight.len() <= steps {
            self.in_flight.resize_with(steps + 1, Vec::new);
        }
        self.in_flight[steps].push(frame);
    }
}
