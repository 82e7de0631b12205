//! The state of a peer, and what every part of the protocol needs: sending, status, diagnostics.

use std::collections::{BTreeMap, VecDeque};

use kuzu_ddl_core::event::{DdlEvent, EventId};

use super::event_pool::EventPool;
use super::session::Session;
use super::transfer::{CheckpointDownload, CheckpointOffer, View};
use crate::attestation::Attestations;
use crate::checkpoint::CheckpointId;
use crate::event_log::EventLog;
use crate::hash_tree::Digest;
use crate::identity::{PeerId, SpaceId};
use crate::limits::Limits;
use crate::protocol::diagnostic::{Diagnostic, DiagnosticRecord};
use crate::protocol::frame::{Frame, Status};
use crate::protocol::output::Output;
use crate::schema_token::{Readiness, SchemaToken};
use crate::waiting::{Arrivals, WaitingEvents};

/// A database that takes part in replication, as a state machine without I/O.
///
/// The caller passes in every received frame ([`handle`](Self::handle)), the passing of time
/// ([`tick`](Self::tick), a few times per second) and the events of the local database
/// ([`publish`](Self::publish)), and performs the returned [`Output`]s. Times are milliseconds of
/// any clock that does not run backwards. Peers that can reach one another converge to the same set
/// of events, whatever is lost, duplicated, reordered or forged on the way.
///
/// New events are pushed along a spanning tree (Plumtree). A peer that receives duplicates asks one
/// sender to stop pushing; a peer that finds during reconciliation that it missed events asks the
/// sender to start. Reconciliation costs one small frame if both peers have the same events, and
/// otherwise grows with the difference.
///
/// A `Peer` is `Send` but not `Sync`: threads can share it behind a mutex.
///
/// # Examples
///
/// ```
/// use kuzu_ddl_sync::{Limits, Output, Peer, PeerId, SpaceId};
/// use kuzu_ddl_core::event::{Change, DdlEvent, ObjectId};
///
/// let space = SpaceId::from_name("shop");
/// let (a, b) = (PeerId::from_name("a"), PeerId::from_name("b"));
/// let mut laptop = Peer::new(a, space, Limits::default());
/// let mut server = Peer::new(b, space, Limits::default());
/// laptop.connect(0, b);
///
/// let change = Change::RenameTable { to: "Human".to_owned() };
/// let event = DdlEvent::new(ObjectId::from_bytes([1; 32]), [].into(), change);
/// for output in laptop.publish(0, [event.clone()])? {
///     if let Output::Send { bytes, .. } = output {
///         let outputs = server.handle(0, a, &bytes);
///         assert_eq!(outputs, [Output::Events(vec![event.clone()])]);
///     }
/// }
/// assert_eq!(server.log().digest(), laptop.log().digest());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "replica")]
#[doc(alias = "node")]
#[doc(alias = "gossip")]
#[doc(alias = "anti_entropy")]
#[doc(alias = "plumtree")]
#[derive(Clone, Debug)]
pub struct Peer {
    pub(super) id: PeerId,
    pub(super) space: SpaceId,
    pub(super) limits: Limits,
    pub(super) log: EventLog,
    pub(super) waiting: WaitingEvents,
    /// The sender and the time of arrival of each waiting event.
    pub(super) arrivals: Arrivals,
    /// Events that were added to the log and are not delivered to the database yet.
    pub(super) undelivered: Vec<DdlEvent>,
    pub(super) sessions: BTreeMap<PeerId, Session>,
    /// The time of the last request for each requested event.
    pub(super) requested: BTreeMap<EventId, u64>,
    pub(super) attestations: Attestations,
    /// The events above each checkpoint that a remote peer starts from.
    pub(super) views: BTreeMap<CheckpointId, View>,
    /// The time at which a remote checkpoint was last compared with the local history.
    pub(super) compared_at: Option<u64>,
    /// Checkpoints that are not downloaded, oldest first.
    pub(super) rejected_checkpoints: VecDeque<CheckpointId>,
    /// The sender of the checkpoint that the log starts from.
    pub(super) checkpoint_sender: Option<PeerId>,
    pub(super) offer: Option<CheckpointOffer>,
    pub(super) download: Option<CheckpointDownload>,
    pub(super) pool: Option<EventPool>,
    /// Number of stored events, and the digest of the log at the time.
    pub(super) stored: (usize, Digest),
    /// The time at which the last event arrived.
    pub(super) last_event_at: u64,
    /// The time of the last record about excess peers, and the occurrences since.
    pub(super) excess_peers: Option<(u64, u64)>,
}

impl Peer {
    /// Creates a peer without events.
    #[must_use]
    pub fn new(id: PeerId, space: SpaceId, limits: Limits) -> Self {
        Self {
            id,
            space,
            limits,
            log: EventLog::default(),
            waiting: WaitingEvents::default(),
            arrivals: Arrivals::default(),
            undelivered: Vec::new(),
            sessions: BTreeMap::new(),
            requested: BTreeMap::new(),
            attestations: Attestations::default(),
            views: BTreeMap::new(),
            compared_at: None,
            rejected_checkpoints: VecDeque::new(),
            checkpoint_sender: None,
            offer: None,
            download: None,
            pool: None,
            stored: (0, Digest::default()),
            last_event_at: 0,
            excess_peers: None,
        }
    }

    /// Creates a peer with the events that its database has stored.
    #[must_use]
    pub fn with_log(id: PeerId, space: SpaceId, limits: Limits, log: EventLog) -> Self {
        let mut peer = Self::new(id, space, limits);
        peer.log = log;
        peer.mark_stored();
        peer
    }

    /// Shares received events with the other peers of a pool.
    #[must_use]
    pub fn with_pool(mut self, pool: &EventPool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// Returns the identifier of the peer.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.id
    }

    /// Returns the events of the peer.
    #[must_use]
    pub fn log(&self) -> &EventLog {
        &self.log
    }

    /// Returns the number of received events that wait for missing dependencies.
    #[must_use]
    pub fn waiting_count(&self) -> usize {
        self.waiting.len()
    }

    /// Creates a token for data that requires the present schema.
    #[must_use]
    pub fn schema_token(&self) -> SchemaToken {
        self.log.schema_token()
    }

    /// Checks whether the peer has the events that some data requires.
    #[must_use]
    pub fn ready_for(&self, token: &SchemaToken) -> Readiness {
        self.log.ready_for(token)
    }

    /// Returns the connected remote peers.
    pub fn connected_peers(&self) -> impl Iterator<Item = PeerId> {
        let connected = self.sessions.iter().filter(|(_, s)| s.connected);
        connected.map(|(peer, _)| *peer)
    }

    /// Records that all events returned until now are durable. Remote peers learn this from the
    /// next status.
    pub fn mark_stored(&mut self) {
        self.stored = (self.log.len(), self.log.record_digest());
    }

    /// Returns the events that this peer and all its known remote peers have stored, each after its
    /// dependencies.
    ///
    /// [`prune`](Self::prune) can remove those of them that a checkpoint covers.
    #[doc(alias = "causal_stability")]
    pub fn stable_events(&self) -> impl ExactSizeIterator<Item = &DdlEvent> {
        let remote = self.sessions.values().map(|session| session.acknowledged);
        let stable = remote.min().unwrap_or(self.stored.0).min(self.stored.0);
        self.log.events().take(stable)
    }

    pub(super) fn send(&self, to: PeerId, frame: &Frame, out: &mut Vec<Output>) {
        let bytes = frame.encode(&self.space).into();
        out.push(Output::Send { to, bytes });
    }

    /// Sends the status relative to the checkpoint that the remote peer starts from, if it is
    /// known.
    pub(super) fn send_status(&mut self, to: PeerId, wants_reply: bool, out: &mut Vec<Output>) {
        let (mut checkpoint, mut events) = (self.log.checkpoint_id(), self.log.record_digest());
        let mut stored = self.stored.1;
        let session = self.sessions.get(&to);
        let remote_checkpoint = session.and_then(|session| session.remote_status?.checkpoint);
        if let Some((id, view)) = remote_checkpoint.and_then(|id| self.views.get_key_value(&id)) {
            (checkpoint, events) = (Some(*id), view.events.digest());
            stored = if self.stored.0 == self.log.len() {
                events
            } else {
                Digest::default()
            };
        }
        let offer = self.offer.as_ref();
        let status = Status {
            checkpoint,
            events,
            stored,
            wants_reply,
            offer: offer.map(|o| (o.id, o.checkpoint.count, o.bytes.len() as u64)),
        };
        self.send(to, &Frame::Status(status), out);
    }

    pub(super) fn report(
        &mut self,
        now_ms: u64,
        peer: PeerId,
        diagnostic: Diagnostic,
        out: &mut Vec<Output>,
    ) {
        self.report_many(now_ms, peer, diagnostic, 1, out);
    }

    /// Reports several occurrences of a condition at once. What this peer did itself is reported
    /// each time.
    pub(super) fn report_many(
        &mut self,
        now_ms: u64,
        peer: PeerId,
        diagnostic: Diagnostic,
        occurrences: u64,
        out: &mut Vec<Output>,
    ) {
        let slot = if peer == self.id {
            Some(occurrences)
        } else {
            let session = self.sessions.get_mut(&peer);
            let kind = diagnostic.kind();
            session.and_then(|s| s.report_slot(now_ms, kind, occurrences, &self.limits))
        };
        if let Some(occurrences) = slot {
            out.push(Output::Diagnostic(DiagnosticRecord {
                peer,
                diagnostic,
                occurrences,
            }));
        }
    }

    /// Reports a peer beyond the maximum, which has no session.
    pub(super) fn report_excess_peer(&mut self, now_ms: u64, peer: PeerId, out: &mut Vec<Output>) {
        let (last, unreported) = self.excess_peers.unwrap_or((0, 0));
        let due = self.excess_peers.is_none()
            || now_ms >= last.saturating_add(self.limits.diagnostic_interval_ms);
        if !due {
            self.excess_peers = Some((last, unreported + 1));
            return;
        }
        self.excess_peers = Some((now_ms, 0));
        out.push(Output::Diagnostic(DiagnosticRecord {
            peer,
            diagnostic: Diagnostic::TooManyPeers,
            occurrences: unreported + 1,
        }));
    }

    /// Reports a frame that no correct peer sends, and mutes the sender after too many of them.
    pub(super) fn record_bad_frame(
        &mut self,
        now_ms: u64,
        peer: PeerId,
        diagnostic: Diagnostic,
        out: &mut Vec<Output>,
    ) {
        self.report(now_ms, peer, diagnostic, out);
        let session = self.sessions.get_mut(&peer);
        if session.is_some_and(|session| session.record_bad_frame(now_ms, &self.limits)) {
            self.report(now_ms, peer, Diagnostic::Muted(self.limits.mute_ms), out);
        }
    }
}
