//! Peers that lie, and bytes that mean harm: refused within bounds, and nothing is executed.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{Change, DdlEvent, EventId, ObjectId, Writer, pack};
use kuzu_ddl_runtime::fold::Rejection;
use kuzu_ddl_sync::limits::MAX_FRAME_BYTES;
use kuzu_ddl_sync::{FrameError, Limits, Output, Peer, Report, SpaceId};

use crate::fixture::{Random, SPACE, fold, hub, id, peer, work, write};

/// A frame as anybody can make one: version, kind, space, body.
pub(crate) fn frame(kind: u8, body: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.raw(&[1, kind]);
    w.raw(SpaceId::named(SPACE).as_bytes());
    w.raw(body);
    w.finish()
}

/// A frame of events that nobody asked for.
pub(crate) fn events_frame(pack: &[u8]) -> Vec<u8> {
    let mut w = Writer::default();
    w.byte(1);
    w.bytes(pack);
    w.len(0);
    frame(3, &w.finish())
}

fn reports(outputs: &[Output]) -> Vec<&Report> {
    let rows = outputs.iter().filter_map(|output| match output {
        Output::Report(row) => Some(&row.report),
        _ => None,
    });
    rows.collect()
}

fn taken(outputs: &[Output]) -> usize {
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

/// An id is never sent, so it cannot be wrong: whatever was changed on the way is another event, or none.
#[test]
fn s15_a_changed_byte_is_another_event_or_none() {
    let events = work(Default::default(), 20, &mut Random(15));
    let pack = pack::encode(events.iter());
    let known: BTreeSet<EventId> = events.iter().map(|event| event.id()).collect();
    for at in 0..pack.len() {
        let mut changed = pack.clone();
        changed[at] ^= 0x10;
        let mut peer = peer(0);
        let outputs = peer.handle(0, id(1), &events_frame(&changed));
        for event in peer.log().events() {
            assert_eq!(EventId::of(&event.encode()), event.id());
            assert!(event.depends_on().iter().all(|id| peer.log().contains(id)));
        }
        let whole = peer.log().events().all(|event| known.contains(&event.id()));
        assert!(whole || taken(&outputs) > 0);
    }
}

#[test]
fn s15_an_event_that_depends_on_what_never_comes_waits_and_is_let_go() {
    let mut peer = peer(0);
    let nowhere = EventId::of(b"nowhere");
    let orphan = rename(ObjectId::of(b"x"), "Orphan", &[nowhere]);
    let outputs = peer.handle(0, id(1), &events_frame(&pack::encode([&orphan])));
    assert_eq!(
        (taken(&outputs), peer.waiting(), peer.log().len()),
        (0, 1, 0)
    );
    // It asks for what is missing, and once only in a while.
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
    let late = peer.tick(Limits::default().waiting_time, 0);
    assert_eq!(peer.waiting(), 0);
    assert_eq!(reports(&late), [&Report::NeverCame]);
}

/// A circle would need two hashes that contain one another. What can be written is a pack that speaks of an event
/// before it is there, and that is refused.
#[test]
fn s15_a_circle_cannot_be_said() {
    // One event, "drop table", of an object that is told, and on an event with the number that it will have itself.
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
        matches!(reports(&outputs)[..], [Report::BadPack(_)]),
        "{outputs:?}"
    );
    assert!(peer.log().is_empty());
}

#[test]
fn s15_an_event_about_an_unknown_object_is_kept_and_rejected_by_all_alike() {
    let stray = rename(ObjectId::of(b"no such table"), "Stray", &[]);
    let (mut hub, ids) = hub(3);
    hub.link_all();
    write(&mut hub, ids[0], 30, &mut Random(5));
    hub.local(ids[1], vec![stray.clone()]).expect("an event");
    assert!(hub.settle(200, 50).is_some());
    for peer in hub.peers() {
        let fold = fold(peer.log());
        let object = stray.object();
        assert_eq!(
            fold.rejected().get(&stray.id()),
            Some(&Rejection::NoObject(object))
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
fn s15_names_cannot_carry_statements() {
    let harm = [
        "x` ; MATCH (n) DETACH DELETE n; //",
        "x\u{0}",
        "a.b",
        "_kuzu_ddl_ledger",
        "",
    ];
    for name in harm {
        let mut peer = peer(0);
        let event = rename(ObjectId::of(b"x"), name, &[]);
        // In columns, and as canonical bytes.
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
            assert_eq!(taken(&outputs), 0, "{name}");
        }
        assert!(peer.log().is_empty() && peer.waiting() == 0);
    }
}

#[test]
fn s15_an_oversized_frame_is_refused_unread() {
    let mut peer = peer(0);
    let large = frame(3, &vec![0; MAX_FRAME_BYTES]);
    let outputs = peer.handle(0, id(1), &large);
    let refused = FrameError::TooLarge(large.len());
    assert_eq!(reports(&outputs), [&Report::BadFrame(refused)]);
}

/// Ten million frames of rubbish from peers that do not tire: a bounded number of rows, bounded memory, and the peer
/// still works.
#[test]
fn s15_ten_million_frames_of_rubbish() {
    let mut random = Random(99);
    let rubbish: Vec<Vec<u8>> = (0..1_000)
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
    let (mut rows, mut sent) = (0, 0);
    for n in 0..10_000_000_u64 {
        // A thousand frames a millisecond, from a hundred peers.
        let from = id_of(n);
        for output in peer.handle(n / 1_000, from, &rubbish[(n % 1_000) as usize]) {
            match output {
                Output::Report(_) => rows += 1,
                Output::Send { .. } => sent += 1,
                other => panic!("{other:?}"),
            }
        }
    }
    // Ten seconds: each of the hundred peers may have a row of each of a few kinds.
    assert!(rows < 1_000, "{rows} rows");
    assert!(sent < 10_000, "{sent} frames");
    assert!(peer.log().is_empty() && peer.waiting() == 0);
    let events = work(Default::default(), 10, &mut random);
    let pack = pack::encode(events.iter());
    assert_eq!(taken(&peer.handle(10_000, id(1), &events_frame(&pack))), 10);
}

/// One of a hundred peers, without a hash each time.
fn id_of(n: u64) -> kuzu_ddl_sync::PeerId {
    let mut bytes = [0xee; 32];
    bytes[0] = (n % 100) as u8;
    kuzu_ddl_sync::PeerId::from_bytes(bytes)
}

#[test]
fn s15_what_waits_is_bounded() {
    let limits = Limits {
        waiting_events: 100,
        waiting_events_per_peer: 60,
        ..Limits::default()
    };
    let mut peer = Peer::new(id(0), SpaceId::named(SPACE), limits);
    for n in 0..500_u32 {
        let nowhere = EventId::of(&n.to_be_bytes());
        let orphan = rename(ObjectId::of(b"x"), "Orphan", &[nowhere]);
        let from = id(1 + n as usize % 2);
        peer.handle(0, from, &events_frame(&pack::encode([&orphan])));
    }
    assert!(peer.waiting() <= 100, "{}", peer.waiting());
    // One peer alone cannot take all the room.
    let mut peer = Peer::new(
        id(0),
        SpaceId::named(SPACE),
        Limits {
            waiting_events: 100,
            waiting_events_per_peer: 60,
            ..Limits::default()
        },
    );
    for n in 0..500_u32 {
        let nowhere = EventId::of(&n.to_be_bytes());
        let orphan = rename(ObjectId::of(b"x"), "Orphan", &[nowhere]);
        peer.handle(0, id(1), &events_frame(&pack::encode([&orphan])));
    }
    assert_eq!(peer.waiting(), 60);
}

#[test]
fn s15_a_rate_is_a_rate() {
    let limits = Limits {
        bytes_per_second: 1_000,
        burst_bytes: 10_000,
        ..Limits::default()
    };
    let mut peer = Peer::new(id(0), SpaceId::named(SPACE), limits);
    let asks = frame(5, &[1]);
    let quiet = (0..1_000)
        .filter(|_| peer.handle(0, id(1), &asks).is_empty())
        .count();
    assert_eq!(quiet, 999, "one row says that frames are dropped");
    let dropped = peer.handle(0, id(1), &asks);
    assert!(dropped.is_empty());
    // Another peer is not punished for it.
    let events = work(Default::default(), 5, &mut Random(3));
    let pack = pack::encode(events.iter());
    assert_eq!(taken(&peer.handle(0, id(2), &events_frame(&pack))), 5);
    // And later the first is heard again.
    let more = work(Default::default(), 3, &mut Random(4));
    let pack = pack::encode(more.iter());
    assert!(taken(&peer.handle(10_000, id(1), &events_frame(&pack))) > 0);
}

/// A peer that says that it has what it does not, or lacks what it has, costs traffic and nothing else.
#[test]
fn s15_a_peer_that_lies_about_what_it_has() {
    let (mut hub, ids) = hub(3);
    hub.link(ids[0], ids[1]);
    hub.link(ids[1], ids[2]);
    let mut random = Random(66);
    write(&mut hub, ids[0], 200, &mut random);
    let liar = id(77);
    for n in 0..300_u64 {
        let mut w = Writer::default();
        match n % 3 {
            // A status of a set that nobody has.
            0 => {
                w.byte(0);
                w.uint(random.next().into());
                w.raw(&[random.next() as u8; 16]);
                w.uint(0);
                w.raw(&[0; 16]);
                w.raw(&[1, 0]);
            }
            // All is missing.
            1 => w.raw(&[0, 1, 0, 1, 0, 0]),
            // Ids that are none.
            _ => {
                w.raw(&[0, 1, 0, 0]);
                w.len(1);
                w.hash(EventId::of(&n.to_be_bytes()).as_bytes());
            }
        }
        let kind = if n % 3 == 0 { 1 } else { 2 };
        let now = hub.now();
        let peer = hub.peer_mut(ids[1]).expect("a peer");
        let outputs = peer.handle(now, liar, &frame(kind, &w.finish()));
        let answer: usize = outputs
            .iter()
            .map(|output| match output {
                Output::Send { bytes, .. } => bytes.len(),
                _ => 0,
            })
            .sum();
        assert!(answer < 64 * 1024, "{answer} bytes");
        hub.round(100);
    }
    assert!(hub.settle(200, 50).is_some());
    assert_eq!(hub.peer(ids[2]).expect("a peer").log().len(), 200);
}
