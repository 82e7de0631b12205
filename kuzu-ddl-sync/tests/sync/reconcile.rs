//! Peers that are far behind catch up by replay, by bundle and by checkpoint.

use std::collections::BTreeSet;

use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_sync::{
    Bundle, Checkpoint, CheckpointId, Diagnostic, EventLog, FrameFate, Hub, Limits, Output, Peer,
    PeerId, Readiness, SchemaToken, SpaceId,
};

use crate::fixture::{Random, SPACE, fold, hub, id, outcome, peer, publish_random, random_events};

fn checkpoint(log: &EventLog) -> Checkpoint {
    Checkpoint::from_fold(&fold(log)).expect("a valid state")
}

/// The encoded state of a log, which does not depend on the checkpoint that the log starts from.
fn state(log: &EventLog) -> Vec<u8> {
    fold(log).checkpoint()
}

fn new_peer(n: usize) -> Peer {
    let mut limits = Limits::default();
    limits.checkpoint_threshold_events = 100;
    Peer::new(id(n), SpaceId::from_name(SPACE), limits)
}

/// Creates a peer with `count` events, and adds a second peer that is not connected yet.
fn far_behind(count: usize, late: Peer) -> (Hub, PeerId, PeerId) {
    let (mut hub, ids) = hub(1);
    hub.publish(
        ids[0],
        random_events(Fold::default(), count, &mut Random(7)),
    )
    .expect("events");
    let late = hub.add(late);
    (hub, ids[0], late)
}

fn log(hub: &Hub, id: PeerId) -> &EventLog {
    hub.peer(id).expect("the peer").log()
}

#[test]
fn s07_a_thousand_events_behind_by_replay() {
    let (mut hub, old, late) = far_behind(1_200, peer(1));
    let first: Vec<_> = log(&hub, old).events().take(200).cloned().collect();
    hub.publish(late, first).expect("events");
    hub.connect(old, late);
    assert!(hub.run_until_converged(200, 20).is_some());
    assert_eq!(outcome(log(&hub, late)), outcome(log(&hub, old)));
    let missed = log(&hub, old).events().skip(200);
    let canonical: usize = missed.map(|event| event.encoded_len()).sum();
    let bytes = hub.traffic().bytes;
    assert!(
        bytes < canonical as u64 / 2,
        "{bytes} bytes for {canonical}"
    );
    let delivered = hub.take_delivery(late).events;
    assert_eq!(delivered.len(), 1_000);
    // Each event follows its dependencies.
    let mut seen: BTreeSet<_> = log(&hub, old)
        .events()
        .take(200)
        .map(|event| event.id())
        .collect();
    for event in delivered {
        assert!(event.depends_on().iter().all(|id| seen.contains(id)));
        seen.insert(event.id());
    }
}

#[test]
fn s07_a_thousand_events_behind_by_bundle() {
    let all = EventLog::from_events(random_events(Fold::default(), 1_200, &mut Random(7))).0;
    let mut late = peer(1);
    late.publish(0, all.events().take(200).cloned())
        .expect("events");
    let bytes = Bundle::since(&all, late.log().frontier()).encode(&SpaceId::from_name(SPACE));
    let bundle = Bundle::decode(&bytes, &SpaceId::from_name(SPACE)).expect("a bundle");
    late.import(0, bundle.events, bundle.attestations);
    assert_eq!(outcome(late.log()), outcome(&all));
}

#[test]
fn s07_a_thousand_events_behind_by_checkpoint() {
    let (mut hub, old, late) = far_behind(1_200, new_peer(1));
    let offered = checkpoint(log(&hub, old));
    hub.peer_mut(old)
        .expect("the peer")
        .offer_checkpoint(offered.clone())
        .expect("the log has all events");
    hub.connect(old, late);
    let mut random = Random(70);
    // Two thirds of the frames are lost, duplicated or delayed.
    for _ in 0..150 {
        hub.step_with(200, |_, _, _| match random.below(6) {
            0 | 1 => FrameFate::Drop,
            2 => FrameFate::Duplicate,
            3 => FrameFate::Delay(3),
            _ => FrameFate::Deliver,
        });
    }
    let (id, bytes) = hub.take_delivery(late).checkpoint.expect("a checkpoint");
    assert_eq!(
        (id, Checkpoint::decode(&bytes)),
        (offered.id(), Ok(offered))
    );
    assert_eq!(log(&hub, late).len(), 0);
    assert!(state(log(&hub, late)) == state(log(&hub, old)));
    // From then on the two peers exchange events.
    for _ in 0..3 {
        publish_random(&mut hub, old, 20, &mut random);
        let before = fold(log(&hub, late));
        hub.publish(late, random_events(before, 20, &mut random))
            .expect("events on top of the log");
        (0..30).for_each(|_| hub.step(200));
        assert!(state(log(&hub, late)) == state(log(&hub, old)));
    }
    assert_eq!(log(&hub, late).len(), 120);
}

#[test]
fn s07_stable_events_are_pruned_below_a_checkpoint() {
    let (mut hub, ids) = hub(3);
    hub.connect_all();
    let mut random = Random(71);
    publish_random(&mut hub, ids[0], 300, &mut random);
    (0..50).for_each(|_| hub.step(200));
    let all = checkpoint(log(&hub, ids[0]));
    // One more event that other peers lack: the checkpoint does not cover it, and it is retained.
    hub.disconnect(ids[0], ids[1]);
    hub.disconnect(ids[0], ids[2]);
    publish_random(&mut hub, ids[0], 1, &mut random);
    let peer = hub.peer_mut(ids[0]).expect("the peer");
    assert_eq!(peer.stable_events().len(), 300);
    assert_eq!(peer.prune(), 0, "no checkpoint is offered");
    peer.offer_checkpoint(all.clone())
        .expect("the log has all events");
    assert_eq!((peer.prune(), peer.log().len()), (300, 1));
    // Peers with the whole history reconcile with a pruned peer, and the reverse.
    hub.connect_all();
    publish_random(&mut hub, ids[1], 10, &mut random);
    (0..50).for_each(|_| hub.step(200));
    let whole = state(log(&hub, ids[1]));
    assert!(whole == state(log(&hub, ids[2])));
    assert!(whole == state(log(&hub, ids[0])));
    // The next peer prunes as well, after the first has stored the later events.
    let peer = hub.peer_mut(ids[1]).expect("the peer");
    peer.offer_checkpoint(all).expect("the log has all events");
    assert_eq!(peer.prune(), 300);
    publish_random(&mut hub, ids[2], 10, &mut random);
    (0..50).for_each(|_| hub.step(200));
    for id in &ids[..2] {
        assert!(state(log(&hub, *id)) == state(log(&hub, ids[2])));
    }
}

#[test]
fn s07_nothing_is_pruned_that_a_peer_lacks() {
    let (mut hub, ids) = hub(2);
    hub.connect_all();
    let mut random = Random(72);
    publish_random(&mut hub, ids[0], 100, &mut random);
    (0..30).for_each(|_| hub.step(200));
    hub.disconnect(ids[0], ids[1]);
    publish_random(&mut hub, ids[0], 10, &mut random);
    let peer = hub.peer_mut(ids[0]).expect("the peer");
    let all = checkpoint(peer.log());
    peer.offer_checkpoint(all).expect("the log has all events");
    assert_eq!(peer.stable_events().len(), 100);
    assert_eq!(peer.prune(), 0);
    peer.forget(ids[1]);
    assert_eq!(peer.prune(), 110);
}

/// A peer that was restored to a state older than the checkpoint of the others is informed, and no
/// peer loses events.
#[test]
fn s07_a_peer_older_than_the_checkpoint_is_informed() {
    let (mut hub, ids) = hub(2);
    hub.connect_all();
    let mut random = Random(73);
    publish_random(&mut hub, ids[0], 100, &mut random);
    (0..30).for_each(|_| hub.step(200));
    let peer0 = hub.peer_mut(ids[0]).expect("the peer");
    peer0
        .offer_checkpoint(checkpoint(peer0.log()))
        .expect("the log has all events");
    assert_eq!(peer0.prune(), 100);
    let early: Vec<_> = log(&hub, ids[1]).events().take(40).cloned().collect();
    let restored = Peer::with_log(
        ids[1],
        SpaceId::from_name(SPACE),
        Limits::default(),
        EventLog::from_events(early).0,
    );
    hub.add(restored);
    (0..30).for_each(|_| hub.step(200));
    let checkpoint = checkpoint_id(&hub, ids[0]);
    let records = hub.take_delivery(ids[1]).diagnostics;
    assert!(
        records
            .iter()
            .any(|record| record.diagnostic == Diagnostic::CheckpointUnknown(checkpoint)),
        "{records:?}"
    );
    assert_eq!((log(&hub, ids[0]).len(), log(&hub, ids[1]).len()), (0, 40));
}

fn checkpoint_id(hub: &Hub, id: PeerId) -> CheckpointId {
    log(hub, id).checkpoint().expect("a checkpoint").id()
}

/// A peer cannot substitute another checkpoint for the one that it offered.
#[test]
fn s15_a_checkpoint_that_does_not_match_its_hash_is_rejected() {
    let (mut hub, old, _) = far_behind(300, new_peer(1));
    let offered = checkpoint(log(&hub, old));
    let sender = hub.peer_mut(old).expect("the peer");
    sender
        .offer_checkpoint(offered)
        .expect("the log has all events");
    let (mut server, mut late) = (hub.peer(old).expect("the peer").clone(), new_peer(1));
    let mut to_late = server.connect(0, id(1));
    let mut rejected = 0;
    for now in 0..200 {
        let mut to_server = Vec::new();
        for output in std::mem::take(&mut to_late) {
            let Output::Send { bytes, .. } = output else {
                continue;
            };
            let mut bytes = bytes.to_vec();
            // Modifies the content of the checkpoint in flight.
            if bytes[1] == 9 {
                let last = bytes.len() - 1;
                bytes[last] ^= 1;
            }
            to_server.extend(late.handle(now * 200, old, &bytes));
        }
        to_server.extend(late.tick(now * 200, now));
        for output in to_server {
            match output {
                Output::Send { bytes, .. } => {
                    to_late.extend(server.handle(now * 200, id(1), &bytes))
                }
                Output::Diagnostic(record) => {
                    assert!(matches!(
                        record.diagnostic,
                        Diagnostic::BadCheckpoint(_) | Diagnostic::Muted(_)
                    ));
                    rejected += 1;
                }
                // The newcomer starts with the events instead.
                Output::Events(_) => assert!(rejected > 0),
                other => panic!("{other:?}"),
            }
        }
        to_late.extend(server.tick(now * 200, now));
    }
    assert!(rejected > 0);
    assert_eq!(late.log().checkpoint(), None);
    assert_eq!(late.log().digest(), server.log().digest());
}

#[test]
fn a_token_reports_whether_the_schema_has_arrived() {
    let (mut hub, ids) = hub(2);
    let mut random = Random(74);
    publish_random(&mut hub, ids[0], 200, &mut random);
    let (a, b) = (
        hub.peer(ids[0]).expect("the peer"),
        hub.peer(ids[1]).expect("the peer"),
    );
    let token = SchemaToken::decode(&a.schema_token().encode()).expect("a token");
    assert_eq!(a.ready_for(&token), Readiness::Ready);
    assert!(matches!(b.ready_for(&token), Readiness::Missing(n) if n > 0));
    // A small token of the events that the data requires.
    let some: BTreeSet<_> = a
        .log()
        .events()
        .skip(100)
        .take(3)
        .map(|event| event.id())
        .collect();
    let small = SchemaToken::requiring(&some);
    assert!(small.encode().len() < 80);
    assert_eq!(b.ready_for(&small), Readiness::Missing(3));
    hub.connect_all();
    assert!(hub.run_until_converged(200, 20).is_some());
    // After more events, those that the tokens require are still present.
    publish_random(&mut hub, ids[1], 10, &mut random);
    for token in [&token, &small] {
        assert_eq!(
            hub.peer(ids[1]).expect("the peer").ready_for(token),
            Readiness::Ready
        );
    }
    for bytes in [
        &[][..],
        &[2, 0],
        &token.encode()[1..],
        &[token.encode(), vec![0]].concat(),
    ] {
        assert_eq!(SchemaToken::decode(bytes), None);
    }
}
