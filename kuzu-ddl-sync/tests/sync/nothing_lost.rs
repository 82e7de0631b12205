//! Nothing on the way is lost: events in any order, files in any order, and dependencies that come
//! last.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{Change, DdlEvent, EventId, ObjectId, pack};
use kuzu_ddl_sync::{
    Diagnostic, DiagnosticRecord, EventLog, Limits, Output, Peer, PeerId, SpaceId,
};

use crate::adversarial::events_frame;
use crate::fixture::{SPACE, hub, id, peer};

pub(crate) fn space() -> SpaceId {
    SpaceId::from_name(SPACE)
}

fn rename(to: &str, depends_on: &[EventId]) -> DdlEvent {
    let object = ObjectId::hash_of(b"person");
    let change = Change::RenameTable { to: to.to_owned() };
    DdlEvent::new(object, depends_on.iter().copied().collect(), change)
}

/// Each event depends on the one before.
pub(crate) fn chain(length: usize, after: Option<EventId>) -> Vec<DdlEvent> {
    let mut events: Vec<DdlEvent> = Vec::new();
    for n in 0..length {
        let last = events.last().map(DdlEvent::id).or(after);
        events.push(rename(&format!("Name{n}"), last.as_slice()));
    }
    events
}

/// Events that depend on one another event each.
pub(crate) fn leaves(count: usize, on: EventId) -> Vec<DdlEvent> {
    let leaf = |n| rename(&format!("Leaf{n}"), &[on]);
    (0..count).map(leaf).collect()
}

pub(crate) fn delivered(outputs: &[Output]) -> Vec<EventId> {
    let events = outputs.iter().flat_map(|output| match output {
        Output::Events(events) => events.as_slice(),
        _ => &[],
    });
    events.map(DdlEvent::id).collect()
}

fn records(outputs: &[Output]) -> Vec<&DiagnosticRecord> {
    let records = outputs.iter().filter_map(|output| match output {
        Output::Diagnostic(record) => Some(record),
        _ => None,
    });
    records.collect()
}

/// The numbers of events for which there was no room to wait, by sender.
pub(crate) fn without_room(outputs: &[Output]) -> Vec<(PeerId, u64)> {
    let records = records(outputs).into_iter();
    let full = records.filter(|record| record.diagnostic == Diagnostic::WaitingBufferFull);
    full.map(|record| (record.peer, record.occurrences))
        .collect()
}

fn peer_with(limits: Limits) -> Peer {
    Peer::new(id(0), space(), limits)
}

/// A peer where few events may wait.
pub(crate) fn narrow() -> Peer {
    let mut limits = Limits::default();
    limits.max_waiting_events_per_peer = 10;
    peer_with(limits)
}

#[test]
fn a_long_chain_in_reverse_is_imported_whole() {
    let mut events = chain(20_001, None);
    let expected = EventLog::from_events(events.clone()).0.digest();
    events.reverse();
    let mut newcomer = peer(0);
    let outputs = newcomer.import(0, events.clone(), Vec::new());
    assert_eq!(newcomer.log().digest(), expected);
    assert_eq!(newcomer.waiting_count(), 0);
    // Each event is delivered after its dependency.
    events.reverse();
    let ids: Vec<EventId> = events.iter().map(DdlEvent::id).collect();
    assert_eq!(delivered(&outputs), ids);
    // The same from a peer, in one frame, where few events may wait.
    let mut events = chain(500, None);
    events.reverse();
    let mut newcomer = narrow();
    let outputs = newcomer.handle(0, id(1), &events_frame(&pack::encode(&events)));
    assert_eq!(delivered(&outputs).len(), 500);
}

#[test]
fn what_an_import_has_no_room_for_is_reported_and_fits_later() {
    let base = chain(2, None);
    let later = leaves(50, base[1].id());
    let mut newcomer = narrow();
    let outputs = newcomer.import(0, later.clone(), Vec::new());
    assert_eq!(without_room(&outputs), [(newcomer.id(), 40)]);
    let outputs = newcomer.import(0, base, Vec::new());
    assert_eq!(delivered(&outputs).len(), 12);
    let outputs = newcomer.import(0, later, Vec::new());
    assert_eq!(delivered(&outputs).len(), 40);
    assert_eq!(newcomer.log().len(), 52);
}

#[test]
fn what_a_peer_has_no_room_for_is_requested_again() {
    let (mut hub, ids) = hub(1);
    let base = chain(2, None);
    let later = leaves(300, base[1].id());
    hub.publish(ids[0], [base, later.clone()].concat())
        .expect("events");
    let mut limits = Limits::default();
    limits.max_waiting_events_per_peer = 10;
    let late = hub.add(Peer::new(id(1), space(), limits));
    // The end of the history arrives first.
    let peer = hub.peer_mut(late).expect("the peer");
    let outputs = peer.handle(0, ids[0], &events_frame(&pack::encode(&later)));
    assert!(delivered(&outputs).is_empty());
    assert_eq!(peer.waiting_count(), 10);
    hub.connect_all();
    assert!(hub.run_until_converged(500, 40).is_some());
    assert_eq!(hub.peer(late).expect("the peer").waiting_count(), 0);
}

#[test]
fn published_events_wake_those_that_wait_for_them() {
    let base = chain(2, None);
    let later = leaves(2_000, base[1].id());
    let mut peer = peer(0);
    peer.handle(0, id(1), &events_frame(&pack::encode(&later)));
    assert_eq!(peer.waiting_count(), 2_000);
    let outputs = peer.publish(1, base.clone()).expect("events");
    let expected: BTreeSet<EventId> = later.iter().map(DdlEvent::id).collect();
    let awakened: BTreeSet<EventId> = delivered(&outputs).into_iter().collect();
    // The database has the published events already.
    assert!(awakened == expected, "{} events", awakened.len());
    assert_eq!((peer.log().len(), peer.waiting_count()), (2_002, 0));
    // They are not stored before the caller says so.
    assert_eq!(peer.stable_events().len(), 0);
    peer.mark_stored();
    peer.forget(id(1));
    assert_eq!(peer.stable_events().len(), 2_002);
}

#[test]
fn awakened_events_are_delivered_even_if_others_are_rejected() {
    let base = chain(2, None);
    let later = leaves(3, base[1].id());
    let stray = rename("Stray", &[EventId::hash_of(b"missing")]);
    let mut peer = peer(0);
    peer.handle(0, id(1), &events_frame(&pack::encode(&later)));
    let error = peer.publish(1, [base, vec![stray.clone()]].concat());
    assert_eq!(
        error.expect_err("a missing dependency").events,
        [stray.id()]
    );
    assert_eq!(delivered(&peer.tick(2, 0)).len(), 3);
    assert!(delivered(&peer.tick(3, 0)).is_empty());
}

/// Identifiers cost nothing: those that have shown nothing give way to others.
#[test]
fn made_up_peers_do_not_keep_others_out() {
    let mut peer = peer(0);
    let status = [&[1, 5][..], space().as_bytes(), &[1]].concat();
    let invented = |n: u32| PeerId::from_name(&format!("invented {n}"));
    // A peer that has sent an event.
    let honest = id(1);
    let first = rename("Human", &[]);
    peer.handle(0, honest, &events_frame(&pack::encode([&first])));
    for n in 0..1_000 {
        peer.handle(1 + u64::from(n), invented(n), &status);
    }
    let max = Limits::default().max_peers;
    assert_eq!(peer.connected_peers().count(), max);
    assert!(peer.connected_peers().any(|peer| peer == honest));
    // A new peer is admitted, and its events go in.
    let second = rename("Person", &[first.id()]);
    let outputs = peer.handle(2_000, id(2), &events_frame(&pack::encode([&second])));
    assert_eq!(delivered(&outputs), [second.id()]);
    assert!(!peer.connect(2_001, id(3)).is_empty());
    assert_eq!(peer.connected_peers().count(), max);
    for honest in [honest, id(2)] {
        assert!(peer.connected_peers().any(|peer| peer == honest));
    }
    // Peers that have contributed keep their places.
    let mut limits = Limits::default();
    limits.max_peers = 2;
    let mut small = peer_with(limits);
    for (n, event) in [&first, &second].into_iter().enumerate() {
        small.handle(0, id(1 + n), &events_frame(&pack::encode([event])));
    }
    let outputs = small.handle(1, id(9), &status);
    let [record] = records(&outputs)[..] else {
        panic!("{outputs:?}")
    };
    assert_eq!(record.diagnostic, Diagnostic::TooManyPeers);
}
