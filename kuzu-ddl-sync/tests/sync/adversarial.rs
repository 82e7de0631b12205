//! Lying peers and malicious bytes: rejected at bounded cost, and never executed.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{Change, DdlEvent, EventId, ObjectId, Writer, pack};
use kuzu_ddl_core::fold::Rejection;
use kuzu_ddl_sync::limits::MAX_FRAME_BYTES;
use kuzu_ddl_sync::{Diagnostic, FrameError, Limits, Output, Peer, PeerId, SpaceId};

use crate::fixture::{Random, SPACE, fold, hub, id, peer, publish_random, random_events};

/// Encodes a frame as any peer could: version, kind, space, body.
pub(crate) fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&[1, kind]);
    w.raw(SpaceId::from_name(SPACE).as_bytes());
    w.raw(body);
    w.finish()
}

/// Encodes a frame of events that were not requested.
pub(crate) fn events_frame(pack: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.byte(1);
    w.bytes(pack);
    w.len(0);
    frame(3, &w.finish())
}

fn diagnostics(outputs: &[Output]) -> Vec<&Diagnostic> {
    let records = outputs.iter().filter_map(|output| match output {
        Output::Diagnostic(record) => Some(&record.diagnostic),
        _ => None,
    });
    records.collect()
}

fn new_events(outputs: &[Output]) -> usize {
    let events = outputs.iter().map(|output| match output {
        Output::Events(events) => events.len(),
        _ => 0,
    });
    events.sum()
}

fn rename(object: ObjectId, to: &str, depends_on: &[EventId]) -> DdlEvent {
    let change = Change::RenameTable { to: to.to_owned() };
    DdlEvent::new(object, depends_on.iter().copied().collect(), change)
}

/// Ids are computed, never sent: a modified event is another event, or none.
#[test]
fn s15_a_modified_byte_is_another_event_or_none() {
    let events = random_events(Default::default(), 20, &mut Random(15));
    let pack = pack::encode(events.iter());
    let known: BTreeSet<EventId> = events.iter().map(|event| event.id()).collect();
    for at in 0..pack.len() {
        let mut changed = pack.clone();
        changed[at] ^= 0x10;
        let mut peer = peer(0);
        let outputs = peer.handle(0, id(1), &events_frame(&changed));
        for event in peer.log().events() {
            assert_eq!(EventId::hash_of(&event.encode()), event.id());
            assert!(event.depends_on().iter().all(|id| peer.log().contains(id)));
        }
        let unchanged = peer.log().events().all(|event| known.contains(&event.id()));
        assert!(unchanged || new_events(&outputs) > 0);
    }
}

#[test]
fn s15_an_event_with_a_missing_dependency_times_out() {
    let mut peer = peer(0);
    let missing = EventId::hash_of(b"missing");
    let orphan = rename(ObjectId::hash_of(b"x"), "Orphan", &[missing]);
    let outputs = peer.handle(0, id(1), &events_frame(&pack::encode([&orphan])));
    assert_eq!(
        (new_events(&outputs), peer.waiting_count(), peer.log().len()),
        (0, 1, 0)
    );
    // The peer requests the dependency, and does not repeat the request at once.
    assert!(
        outputs
            .iter()
            .any(|output| matches!(output, Output::Send { bytes, .. } if bytes[1] == 4))
    );
    let again = peer.handle(1, id(1), &events_frame(&pack::encode([&orphan])));
    assert!(
        !again
            .iter()
            .any(|output| matches!(output, Output::Send { bytes, .. } if bytes[1] == 4))
    );
    let late = peer.tick(Limits::default().waiting_timeout_ms, 0);
    assert_eq!(peer.waiting_count(), 0);
    assert_eq!(diagnostics(&late), [&Diagnostic::DependencyTimeout]);
}

/// A cycle would need two hashes that contain one another. A pack can only refer to an event before
/// it is defined, which is rejected.
#[test]
fn s15_a_dependency_cycle_is_rejected() {
    // One event, "drop table", with an interned object, that depends on its own number.
    let mut columns = Writer::default();
    for n in [1, 4, 2, 0] {
        columns.len(n);
    }
    columns.raw(&[3, 1, 1, 0]);
    columns.raw(&[0, 2]);
    let columns = columns.finish();
    let mut w = Writer::default();
    w.raw(&[1, 0]);
    w.bytes(&[7; 32]);
    w.len(columns.len());
    w.raw(&columns);
    let mut peer = peer(0);
    let outputs = peer.handle(0, id(1), &events_frame(&w.finish()));
    assert!(
        matches!(diagnostics(&outputs)[..], [Diagnostic::BadPack(_)]),
        "{outputs:?}"
    );
    assert!(peer.log().is_empty());
}

#[test]
fn s15_an_event_of_an_unknown_object_is_rejected_by_every_peer() {
    let stray = rename(ObjectId::hash_of(b"no such table"), "Stray", &[]);
    let (mut hub, ids) = hub(3);
    hub.connect_all();
    publish_random(&mut hub, ids[0], 30, &mut Random(5));
    hub.publish(ids[1], vec![stray.clone()]).expect("an event");
    assert!(hub.run_until_converged(200, 50).is_some());
    for peer in hub.peers() {
        let fold = fold(peer.log());
        let object = stray.object();
        assert_eq!(
            fold.rejected_events().get(&stray.id()),
            Some(&Rejection::UnknownObject(object))
        );
        assert!(
            !fold
                .schema()
                .tables
                .values()
                .any(|table| table.name == "Stray")
        );
    }
}

#[test]
fn s15_names_cannot_inject_statements() {
    let names = [
        "x` ; MATCH (n) DETACH DELETE n; //",
        "x\u{0}",
        "a.b",
        "_kuzu_ddl_ledger",
        "",
    ];
    for name in names {
        let mut peer = peer(0);
        let event = rename(ObjectId::hash_of(b"x"), name, &[]);
        // As columns, and as canonical bytes.
        let plain = {
            let mut columns = Writer::default();
            let mut numbers = Writer::default();
            numbers.uint(0);
            numbers.bytes(&event.encode());
            let numbers = numbers.finish();
            for n in [1, numbers.len(), 0, 0] {
                columns.len(n);
            }
            columns.raw(&numbers);
            let columns = columns.finish();
            let mut w = Writer::default();
            w.raw(&[1, 0, 0]);
            w.len(columns.len());
            w.raw(&columns);
            w.finish()
        };
        for pack in [pack::encode([&event]), plain] {
            let outputs = peer.handle(0, id(1), &events_frame(&pack));
            assert_eq!(new_events(&outputs), 0, "{name}");
        }
        assert!(peer.log().is_empty() && peer.waiting_count() == 0);
    }
}

#[test]
fn s15_an_oversized_frame_is_rejected_undecoded() {
    let mut peer = peer(0);
    let large = frame(3, &vec![0; MAX_FRAME_BYTES]);
    let outputs = peer.handle(0, id(1), &large);
    let error = FrameError::TooLarge(large.len());
    assert_eq!(diagnostics(&outputs), [&Diagnostic::BadFrame(error)]);
}

/// Ten million frames of garbage cause a bounded number of diagnostics and bounded memory, and the
/// peer still works.
#[test]
fn s15_ten_million_frames_of_garbage() {
    let mut random = Random(99);
    let garbage: Vec<Vec<u8>> = (0..1_000)
        .map(|n| {
            let bytes: Vec<u8> = (0..random.below(120))
                .map(|_| random.next() as u8)
                .collect();
            match n % 3 {
                0 => bytes,
                1 => frame(random.below(12) as u8, &bytes),
                _ => events_frame(&bytes),
            }
        })
        .collect();
    let mut peer = peer(0);
    let (mut records, mut sent) = (0, 0);
    for n in 0..10_000_000_u64 {
        // A thousand frames a millisecond, from a hundred peers.
        let from = id_of(n);
        for output in peer.handle(n / 1_000, from, &garbage[(n % 1_000) as usize]) {
            match output {
                Output::Diagnostic(_) => records += 1,
                Output::Send { .. } => sent += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    // Within ten seconds: one record of each kind for each of the hundred peers.
    assert!(records < 1_000, "{records} records");
    assert!(sent < 10_000, "{sent} frames");
    assert!(peer.log().is_empty() && peer.waiting_count() == 0);
    let events = random_events(Default::default(), 10, &mut random);
    let pack = pack::encode(events.iter());
    assert_eq!(
        new_events(&peer.handle(10_000, id(1), &events_frame(&pack))),
        10
    );
}

/// One of a hundred peers, without computing a hash each time.
fn id_of(n: u64) -> PeerId {
    let mut bytes = [0xee; 32];
    bytes[0] = (n % 100) as u8;
    PeerId::from_bytes(bytes)
}

#[test]
fn s15_waiting_events_are_bounded() {
    let mut limits = Limits::default();
    limits.max_waiting_events = 100;
    limits.max_waiting_events_per_peer = 60;
    let mut peer = Peer::new(id(0), SpaceId::from_name(SPACE), limits.clone());
    for n in 0..500_u32 {
        let missing = EventId::hash_of(&n.to_be_bytes());
        let orphan = rename(ObjectId::hash_of(b"x"), "Orphan", &[missing]);
        let from = id(1 + n as usize % 2);
        peer.handle(0, from, &events_frame(&pack::encode([&orphan])));
    }
    assert!(peer.waiting_count() <= 100, "{}", peer.waiting_count());
    // One peer alone cannot use the whole buffer.
    let mut peer = Peer::new(id(0), SpaceId::from_name(SPACE), limits);
    for n in 0..500_u32 {
        let missing = EventId::hash_of(&n.to_be_bytes());
        let orphan = rename(ObjectId::hash_of(b"x"), "Orphan", &[missing]);
        peer.handle(0, id(1), &events_frame(&pack::encode([&orphan])));
    }
    assert_eq!(peer.waiting_count(), 60);
}

#[test]
fn s15_the_rate_limit_applies_per_peer() {
    let mut limits = Limits::default();
    limits.bytes_per_second = 1_000;
    limits.burst_bytes = 10_000;
    let mut peer = Peer::new(id(0), SpaceId::from_name(SPACE), limits);
    let set_push = frame(5, &[1]);
    let quiet = (0..1_000)
        .filter(|_| peer.handle(0, id(1), &set_push).is_empty())
        .count();
    assert_eq!(quiet, 999, "one diagnostic reports the dropped frames");
    let dropped = peer.handle(0, id(1), &set_push);
    assert!(dropped.is_empty());
    // Other peers are not affected.
    let events = random_events(Default::default(), 5, &mut Random(3));
    let pack = pack::encode(events.iter());
    assert_eq!(new_events(&peer.handle(0, id(2), &events_frame(&pack))), 5);
    // Later the first peer is admitted again.
    let more = random_events(Default::default(), 3, &mut Random(4));
    let pack = pack::encode(more.iter());
    assert!(new_events(&peer.handle(10_000, id(1), &events_frame(&pack))) > 0);
}

/// A peer with a false status causes traffic and nothing else.
#[test]
fn s15_a_false_status_causes_bounded_traffic() {
    let (mut hub, ids) = hub(3);
    hub.connect(ids[0], ids[1]);
    hub.connect(ids[1], ids[2]);
    let mut random = Random(66);
    publish_random(&mut hub, ids[0], 200, &mut random);
    let liar = id(77);
    for n in 0..300_u64 {
        let mut w = Writer::default();
        match n % 3 {
            // A status of a set that no peer has.
            0 => {
                w.byte(0);
                w.uint(random.next().into());
                w.raw(&[random.next() as u8; 16]);
                w.uint(0);
                w.raw(&[0; 16]);
                w.raw(&[1, 0]);
            }
            // An empty tree.
            1 => w.raw(&[0, 1, 0, 1, 0, 0]),
            // Ids of events that do not exist.
            _ => {
                w.raw(&[0, 1, 0, 0]);
                w.len(1);
                w.hash(EventId::hash_of(&n.to_be_bytes()).as_bytes());
            }
        }
        let kind = if n % 3 == 0 { 1 } else { 2 };
        let now = hub.now_ms();
        let peer = hub.peer_mut(ids[1]).expect("the peer");
        let outputs = peer.handle(now, liar, &frame(kind, &w.finish()));
        let answer: usize = outputs
            .iter()
            .map(|output| match output {
                Output::Send { bytes, .. } => bytes.len(),
                _ => 0,
            })
            .sum();
        assert!(answer < 64 * 1024, "{answer} bytes");
        hub.step(100);
    }
    assert!(hub.run_until_converged(200, 50).is_some());
    assert_eq!(hub.peer(ids[2]).expect("the peer").log().len(), 200);
}
