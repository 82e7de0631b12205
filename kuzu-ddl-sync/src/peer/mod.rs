//! One peer: a state machine without I/O, clock, randomness or threads.

mod attestations;
mod checkpoint;
mod event_pool;
mod push;
mod receive;
mod reconcile;
mod session;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use kuzu_ddl_runtime::event::{DdlEvent, EventId};

pub use event_pool::Pool;

use checkpoint::Intake;
use session::Link;

use crate::attestation::Attestations;
use crate::checkpoint::{Checkpoint, CheckpointId};
use crate::event_log::{Log, Waiting};
use crate::hash_tree::{Digest, Index};
use crate::protocol::frame::{FRAME_VERSION, Frame, FrameError, Status};
use crate::protocol::output::{Output, Report, Row};
use crate::{Limits, PeerId, Readiness, SchemaFrontier, SpaceId};

/// A database that takes part in sync.
///
/// Feed it with [`handle`](Self::handle) for each frame that comes, [`tick`](Self::tick) some times a second and
/// [`local`](Self::local) for events that its own database made; do what the outputs say. Times are milliseconds
/// of any clock that does not run backwards. Whatever is lost, doubled, reordered or made up on the way, peers
/// that can hear one another come to the same set of events.
///
/// New events are pushed along a tree that forms by itself: a peer that gets something twice tells one sender to
/// stop, and one that finds by comparing that it missed something tells the sender to start. Comparing costs one
/// small frame where all is equal, and else grows with the difference.
#[derive(Clone, Debug)]
pub struct Peer {
    me: PeerId,
    space: SpaceId,
    limits: Limits,
    log: Log,
    waiting: Waiting,
    /// Who sent a waiting event when.
    held: BTreeMap<EventId, (PeerId, u64)>,
    links: BTreeMap<PeerId, Link>,
    /// What was asked for when.
    asked: BTreeMap<EventId, u64>,
    attestations: Attestations,
    /// Of the events here, those above a checkpoint that another peer begins with.
    views: BTreeMap<CheckpointId, Index<u32>>,
    offer: Option<Offer>,
    intake: Option<Intake>,
    pool: Option<Pool>,
    /// How many events are safely stored, and what the log was then.
    kept: (usize, Digest),
    /// When the last event came.
    changed: u64,
    /// When too many peers were last reported, and how often they were not since.
    strangers: Option<(u64, u64)>,
}

/// A checkpoint that others can have.
#[derive(Clone, Debug)]
struct Offer {
    id: CheckpointId,
    checkpoint: Arc<Checkpoint>,
    bytes: Arc<[u8]>,
}

impl Peer {
    /// A peer without events.
    #[must_use]
    pub fn new(me: PeerId, space: SpaceId, limits: Limits) -> Self {
        Self {
            me,
            space,
            limits,
            log: Log::default(),
            waiting: Waiting::default(),
            held: BTreeMap::new(),
            links: BTreeMap::new(),
            asked: BTreeMap::new(),
            attestations: Attestations::default(),
            views: BTreeMap::new(),
            offer: None,
            intake: None,
            pool: None,
            kept: (0, Digest::default()),
            changed: 0,
            strangers: None,
        }
    }

    /// A peer that begins with what its database holds.
    #[must_use]
    pub fn with_log(me: PeerId, space: SpaceId, limits: Limits, log: Log) -> Self {
        let mut peer = Self::new(me, space, limits);
        peer.log = log;
        peer.stored();
        peer
    }

    /// Shares the memory of events with other peers of this program.
    #[must_use]
    pub fn share(mut self, pool: &Pool) -> Self {
        self.pool = Some(pool.clone());
        self
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> PeerId {
        self.me
    }

    /// Its events.
    #[must_use]
    pub fn log(&self) -> &Log {
        &self.log
    }

    /// How many events wait for others that have not come.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// A token for data that needs the schema as it is here now.
    #[must_use]
    pub fn token(&self) -> SchemaFrontier {
        self.log.token()
    }

    /// Whether the schema that some data needs is here.
    #[must_use]
    pub fn ready_for(&self, token: &SchemaFrontier) -> Readiness {
        self.log.ready_for(token)
    }

    /// A peer can be reached from now on, in both directions.
    pub fn connect(&mut self, now: u64, peer: PeerId) -> Vec<Output> {
        if peer == self.me {
            return Vec::new();
        }
        let mut out = Vec::new();
        let known = self.links.contains_key(&peer);
        if !known && self.links.len() >= self.limits.peers {
            self.too_many(now, peer, &mut out);
            return out;
        }
        let limits = &self.limits;
        let link = self.links.entry(peer);
        link.and_modify(|link| link.renew(now, limits))
            .or_insert_with(|| Link::new(now, limits));
        self.tell(peer, true, &mut out);
        out
    }

    /// A peer cannot be reached any more. What it has acknowledged counts until it is
    /// [forgotten](Self::forget).
    pub fn disconnect(&mut self, peer: PeerId) {
        if let Some(link) = self.links.get_mut(&peer) {
            link.connected = false;
            link.queue.clear();
            link.pushed.clear();
            link.sent.clear();
        }
    }

    /// A peer will never come back: events may be pruned without it.
    pub fn forget(&mut self, peer: PeerId) {
        self.links.remove(&peer);
    }

    /// The peers it is connected with.
    pub fn connected(&self) -> impl Iterator<Item = PeerId> {
        let connected = self.links.iter().filter(|(_, link)| link.connected);
        connected.map(|(peer, _)| *peer)
    }

    /// All events handed out until now are safely stored: others are told so.
    pub fn stored(&mut self) {
        self.kept = (self.log.len(), self.log.mark());
    }

    /// The events that this peer and all others it knows have safely stored, each after what it depends on. What
    /// is behind a [checkpoint](Self::prune) and among these needs not be kept.
    pub fn stable(&self) -> impl ExactSizeIterator<Item = &DdlEvent> {
        let others = self.links.values().map(|link| link.acknowledged);
        let all = others.min().unwrap_or(self.kept.0).min(self.kept.0);
        self.log.events().take(all)
    }

    /// Takes a frame that came from a peer.
    pub fn handle(&mut self, now: u64, from: PeerId, bytes: &[u8]) -> Vec<Output> {
        let mut out = Vec::new();
        if !self.admits(now, from, bytes.len(), &mut out) {
            return out;
        }
        match Frame::decode(bytes, &self.space) {
            Ok(frame) => self.take(now, from, frame, &mut out),
            Err(FrameError::Version(version)) => self.newer(now, from, version, &mut out),
            Err(error) => self.strike(now, from, Report::BadFrame(error), &mut out),
        }
        out
    }

    fn take(&mut self, now: u64, from: PeerId, frame: Frame, out: &mut Vec<Output>) {
        match frame {
            Frame::Versions(least, most) => {
                self.report(now, from, Report::OlderPeer(least, most), out);
            }
            Frame::Status(status) => self.on_status(now, from, status, out),
            Frame::Compare(base, places) => self.on_compare(now, from, base, places, out),
            Frame::Events {
                push,
                pack,
                attestations,
            } => self.on_events(now, from, push, &pack, attestations, out),
            Frame::Want(ids) => self.on_want(now, from, &ids, out),
            Frame::Said(places) => self.on_said(from, places, out),
            Frame::WantSaid(ids) => self.on_want_said(from, &ids),
            Frame::Push(on) => {
                if let Some(link) = self.links.get_mut(&from) {
                    link.push = on;
                }
            }
            Frame::WantBase(id) => self.on_want_base(from, id, out),
            Frame::Base(id, proof) => self.on_base(now, from, id, &proof, out),
            Frame::WantCheckpoint(id, offset) => self.on_want_checkpoint(from, id, offset, out),
            Frame::Checkpoint(id, offset, bytes) => {
                self.on_checkpoint(now, from, id, offset, &bytes, out);
            }
        }
    }

    /// Time goes on: sends what is due, tells the state, lets go of what never came. `seed` is any number that
    /// differs between peers and ticks; it spreads what would else happen everywhere at once.
    pub fn tick(&mut self, now: u64, seed: u64) -> Vec<Output> {
        let mut out = Vec::new();
        self.expire(now, &mut out);
        let peers: Vec<PeerId> = self.connected().collect();
        for (peer, n) in peers.into_iter().zip(0_u64..) {
            if let Some(link) = self.links.get_mut(&peer) {
                link.spent = 0;
                let resend_after = self.limits.resend_after;
                link.sent
                    .retain(|_, sent| now < sent.saturating_add(resend_after));
            }
            self.flush(now, peer, &mut out);
            self.tell_if_due(now, peer, seed.wrapping_add(n), &mut out);
        }
        out
    }

    fn tell_if_due(&mut self, now: u64, peer: PeerId, seed: u64, out: &mut Vec<Output>) {
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        if now < link.next_status {
            return;
        }
        link.next_status = now + link.interval + scatter(seed) % (link.interval / 4 + 1);
        link.interval = (link.interval * 2).min(self.limits.quiet_interval);
        self.tell(peer, true, out);
    }

    /// Events that this peer's own database has made and stored: they are sent at once.
    ///
    /// # Errors
    /// The events that lean on something which is not here. The others are taken.
    pub fn local(
        &mut self,
        now: u64,
        events: impl IntoIterator<Item = DdlEvent>,
    ) -> Result<Vec<Output>, Vec<EventId>> {
        let (mut out, mut new, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        let all_kept = self.kept.0 == self.log.len();
        for event in events {
            match self.log.add(event.clone()) {
                Ok(_) => new.push((self.me, event)),
                Err(_) => lost.push(event.id()),
            }
        }
        self.spread(now, &new, |_| false);
        if !lost.is_empty() {
            return Err(lost);
        }
        if all_kept {
            self.stored();
        }
        for peer in self.connected().collect::<Vec<_>>() {
            self.flush(now, peer, &mut out);
        }
        Ok(out)
    }

    /// Whether a frame is looked at. The way of a frame that is not costs next to nothing.
    fn admits(&mut self, now: u64, from: PeerId, bytes: usize, out: &mut Vec<Output>) -> bool {
        if from == self.me {
            return false;
        }
        if !self.links.contains_key(&from) {
            if self.links.len() >= self.limits.peers {
                self.too_many(now, from, out);
                return false;
            }
            self.links.insert(from, Link::new(now, &self.limits));
        }
        let Some(link) = self.links.get_mut(&from) else {
            return false;
        };
        link.connected = true;
        if now < link.muted_until {
            return false;
        }
        if !link.pays(now, bytes, &self.limits) {
            self.report(now, from, Report::TooFast, out);
            return false;
        }
        true
    }

    fn too_many(&mut self, now: u64, peer: PeerId, out: &mut Vec<Output>) {
        let (last, unsaid) = self.strangers.unwrap_or((0, 0));
        let due =
            self.strangers.is_none() || now >= last.saturating_add(self.limits.report_interval);
        if !due {
            self.strangers = Some((last, unsaid + 1));
            return;
        }
        self.strangers = Some((now, 0));
        out.push(Output::Report(Row {
            peer,
            report: Report::TooManyPeers,
            times: unsaid + 1,
        }));
    }

    fn report(&mut self, now: u64, peer: PeerId, report: Report, out: &mut Vec<Output>) {
        let link = self.links.get_mut(&peer);
        if let Some(times) = link.and_then(|link| link.row(now, report.kind(), &self.limits)) {
            out.push(Output::Report(Row {
                peer,
                report,
                times,
            }));
        }
    }

    /// A frame that no honest peer sends.
    fn strike(&mut self, now: u64, peer: PeerId, report: Report, out: &mut Vec<Output>) {
        self.report(now, peer, report, out);
        let link = self.links.get_mut(&peer);
        if link.is_some_and(|link| link.strike(now, &self.limits)) {
            self.report(now, peer, Report::Muted(self.limits.mute_time), out);
        }
    }

    /// A frame of another version: a clear answer, now and then.
    fn newer(&mut self, now: u64, peer: PeerId, version: u8, out: &mut Vec<Output>) {
        self.report(now, peer, Report::NewerVersion(version), out);
        let Some(link) = self.links.get_mut(&peer) else {
            return;
        };
        let told = link.told_versions;
        if told.is_none_or(|told| now >= told.saturating_add(self.limits.report_interval)) {
            link.told_versions = Some(now);
            self.send(peer, &Frame::Versions(FRAME_VERSION, FRAME_VERSION), out);
        }
    }

    fn send(&self, to: PeerId, frame: &Frame, out: &mut Vec<Output>) {
        let bytes = frame.encode(&self.space).into();
        out.push(Output::Send { to, bytes });
    }

    /// Says what is here: above the checkpoint that the other begins with, if that is known.
    fn tell(&mut self, peer: PeerId, asks: bool, out: &mut Vec<Output>) {
        let (mut base, mut have) = (self.log.base_id(), self.log.mark());
        let mut kept = self.kept.1;
        let theirs = self.links.get(&peer).and_then(|link| link.theirs?.base);
        if let Some((id, view)) = theirs.and_then(|id| self.views.get_key_value(&id)) {
            (base, have) = (Some(*id), view.digest());
            kept = if self.kept.0 == self.log.len() {
                have
            } else {
                Digest::default()
            };
        }
        let offer = self.offer.as_ref();
        let status = Status {
            base,
            have,
            kept,
            asks,
            offer: offer.map(|o| (o.id, o.checkpoint.count, o.bytes.len() as u64)),
        };
        self.send(peer, &Frame::Status(status), out);
    }

    /// Lets go of what was asked for, sent or waited for too long ago.
    fn expire(&mut self, now: u64, out: &mut Vec<Output>) {
        let limits = self.limits.clone();
        self.asked
            .retain(|_, asked| now < asked.saturating_add(limits.resend_after));
        let late: Vec<(EventId, PeerId)> = self
            .held
            .iter()
            .filter(|(_, (_, since))| now >= since.saturating_add(limits.waiting_time))
            .map(|(id, (from, _))| (*id, *from))
            .collect();
        for (id, from) in late {
            self.held.remove(&id);
            self.waiting.forget(&id);
            self.report(now, from, Report::NeverCame, out);
        }
        self.retry_intake(now, out);
    }

    /// All other peers are to have new events: but who sent one, and who was sent them already.
    fn spread(&mut self, now: u64, new: &[(PeerId, DdlEvent)], has: impl Fn(PeerId) -> bool) {
        if new.is_empty() {
            return;
        }
        self.changed = now;
        for view in self.views.values_mut() {
            for (id, place) in new
                .iter()
                .filter_map(|(_, e)| Some((e.id(), self.log.place(&e.id())?)))
            {
                view.insert(id, place);
            }
        }
        for (peer, link) in &mut self.links {
            link.stir(now, &self.limits);
            if !link.connected || !link.push || has(*peer) {
                continue;
            }
            for (_, event) in new.iter().filter(|(sender, _)| sender != peer) {
                if let Some(place) = self.log.place(&event.id()) {
                    link.pushes_to(place);
                }
            }
        }
    }

    /// The ids that nobody has just been asked for and that are not here.
    fn wanted(&mut self, now: u64, ids: impl IntoIterator<Item = EventId>) -> Vec<EventId> {
        let mut wanted = BTreeSet::new();
        for id in ids {
            let here = self.log.contains(&id) || self.waiting.contains(&id);
            if here || self.asked.len() >= self.limits.waiting_events {
                continue;
            }
            let asked = self.asked.get(&id);
            if asked.is_none_or(|asked| now >= asked.saturating_add(self.limits.resend_after)) {
                self.asked.insert(id, now);
                wanted.insert(id);
            }
        }
        wanted.into_iter().collect()
    }
}

/// A number that has nothing to do with its neighbours (splitmix64).
fn scatter(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}
