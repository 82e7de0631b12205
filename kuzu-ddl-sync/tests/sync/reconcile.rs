//! Peers that are far behind: by replay, by bundle, by checkpoint.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::fold::Fold;
use kuzu_ddl_sync::{
    Bundle, Checkpoint, Hub, Limits, Log, Output, Peer, PeerId, Readiness, Report, Road, SpaceId,
};

use crate::fixture::{Random, SPACE, fold, hub, id, outcome, peer, work, write};

fn checkpoint(log: &Log) -> Checkpoint {
    Checkpoint::of(&fold(log)).expect("a state")
}

/// All that a log comes to: the bytes of a checkpoint are the same whether it began with another or not.
fn state(log: &Log) -> Vec<u8> {
    fold(log).checkpoint()
}

fn newcomer(n: usize) -> Peer {
    let limits = Limits {
        checkpoint_above: 100,
        ..Limits::default()
    };
    Peer::new(id(n), SpaceId::named(SPACE), limits)
}

/// One peer with so many events, and one that is linked with it and has none.
fn far_behind(count: usize, newcomer: Peer) -> (Hub, PeerId, PeerId) {
    let (mut hub, ids) = hub(1);
    hub.local(ids[0], work(Fold::default(), count, &mut Random(7)))
        .expect("events");
    let late = hub.add(newcomer);
    (hub, ids[0], late)
}

fn log(hub: &Hub, id: PeerId) -> &Log {
    hub.peer(id).expect("a peer").log()
}

#[test]
fn s07_a_thousand_events_behind_by_replay() {
    let (mut hub, old, late) = far_behind(1_200, peer(1));
    let first: Vec<_> = log(&hub, old).events().take(200).cloned().collect();
    hub.local(late, first).expect("events");
    hub.link(old, late);
    assert!(hub.settle(200, 20).is_some());
    assert_eq!(outcome(log(&hub, late)), outcome(log(&hub, old)));
    let missed = log(&hub, old).events().skip(200);
    let canonical: usize = missed.map(|event| event.size()).sum();
    let (_, bytes) = hub.traffic();
    assert!(
        bytes < canonical as u64 / 2,
        "{bytes} bytes for {canonical}"
    );
    let delivered = hub.take(late).events;
    assert_eq!(delivered.len(), 1_000);
    // Each after what it depends on.
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
    let all = Log::of(work(Fold::default(), 1_200, &mut Random(7))).0;
    let mut late = peer(1);
    late.local(0, all.events().take(200).cloned())
        .expect("events");
    let bytes = Bundle::since(&all, late.log().frontier()).encode(&SpaceId::named(SPACE));
    let bundle = Bundle::decode(&bytes, &SpaceId::named(SPACE)).expect("a bundle");
    late.import(0, bundle.events, bundle.attestations);
    assert_eq!(outcome(late.log()), outcome(&all));
}

#[test]
fn s07_a_thousand_events_behind_by_checkpoint() {
    let (mut hub, old, late) = far_behind(1_200, newcomer(1));
    let offered = checkpoint(log(&hub, old));
    hub.peer_mut(old)
        .expect("a peer")
        .offer(offered.clone())
        .expect("all is here");
    hub.link(old, late);
    let mut random = Random(70);
    // Half of what is sent is lost, doubled or late.
    for _ in 0..150 {
        hub.round_on(200, |_, _, _| match random.below(6) {
            0 | 1 => Road::Lost,
            2 => Road::Twice,
            3 => Road::Late(3),
            _ => Road::Good,
        });
    }
    let (came, bytes) = hub.take(late).checkpoint.expect("a checkpoint");
    assert_eq!(
        (came, Checkpoint::decode(&bytes)),
        (offered.id(), Ok(offered))
    );
    assert_eq!(log(&hub, late).len(), 0);
    assert!(state(log(&hub, late)) == state(log(&hub, old)));
    // From then on both hear of one another.
    for _ in 0..3 {
        write(&mut hub, old, 20, &mut random);
        let before = fold(log(&hub, late));
        hub.local(late, work(before, 20, &mut random))
            .expect("its own events");
        (0..30).for_each(|_| hub.round(200));
        assert!(state(log(&hub, late)) == state(log(&hub, old)));
    }
    assert_eq!(log(&hub, late).len(), 120);
}

#[test]
fn s07_what_all_have_stored_is_pruned_behind_a_checkpoint() {
    let (mut hub, ids) = hub(3);
    hub.link_all();
    let mut random = Random(71);
    write(&mut hub, ids[0], 300, &mut random);
    (0..50).for_each(|_| hub.round(200));
    let all = checkpoint(log(&hub, ids[0]));
    // One more event that not all have: it is not behind the checkpoint, and stays.
    hub.unlink(ids[0], ids[1]);
    hub.unlink(ids[0], ids[2]);
    write(&mut hub, ids[0], 1, &mut random);
    let peer = hub.peer_mut(ids[0]).expect("a peer");
    assert_eq!(peer.stable().len(), 300);
    assert_eq!(peer.prune(), 0, "there is no checkpoint");
    peer.offer(all.clone()).expect("all is here");
    assert_eq!((peer.prune(), peer.log().len()), (300, 1));
    // Those who have the whole history understand one who has not, and the reverse.
    hub.link_all();
    write(&mut hub, ids[1], 10, &mut random);
    (0..50).for_each(|_| hub.round(200));
    let whole = state(log(&hub, ids[1]));
    assert!(whole == state(log(&hub, ids[2])));
    assert!(whole == state(log(&hub, ids[0])));
    // The next one prunes too, once the first has stored what came since.
    let peer = hub.peer_mut(ids[1]).expect("a peer");
    peer.offer(all).expect("all is here");
    assert_eq!(peer.prune(), 300);
    write(&mut hub, ids[2], 10, &mut random);
    (0..50).for_each(|_| hub.round(200));
    for id in &ids[..2] {
        assert!(state(log(&hub, *id)) == state(log(&hub, ids[2])));
    }
}

#[test]
fn s07_nothing_is_pruned_that_somebody_lacks() {
    let (mut hub, ids) = hub(2);
    hub.link_all();
    let mut random = Random(72);
    write(&mut hub, ids[0], 100, &mut random);
    (0..30).for_each(|_| hub.round(200));
    hub.unlink(ids[0], ids[1]);
    write(&mut hub, ids[0], 10, &mut random);
    let peer = hub.peer_mut(ids[0]).expect("a peer");
    let all = checkpoint(peer.log());
    peer.offer(all).expect("all is here");
    assert_eq!(peer.stable().len(), 100);
    assert_eq!(peer.prune(), 0);
    peer.forget(ids[1]);
    assert_eq!(peer.prune(), 110);
}

/// A peer that was set back to before the checkpoint of all others hears so, and nobody is harmed.
#[test]
fn s07_a_peer_from_before_the_checkpoint_is_told_to_start_anew() {
    let (mut hub, ids) = hub(2);
    hub.link_all();
    let mut random = Random(73);
    write(&mut hub, ids[0], 100, &mut random);
    (0..30).for_each(|_| hub.round(200));
    let peer0 = hub.peer_mut(ids[0]).expect("a peer");
    peer0.offer(checkpoint(peer0.log())).expect("all is here");
    assert_eq!(peer0.prune(), 100);
    let early: Vec<_> = log(&hub, ids[1]).events().take(40).cloned().collect();
    let restored = Peer::with_log(
        ids[1],
        SpaceId::named(SPACE),
        Limits::default(),
        Log::of(early).0,
    );
    hub.add(restored);
    (0..30).for_each(|_| hub.round(200));
    let base = checkpoint_id(&hub, ids[0]);
    let rows = hub.take(ids[1]).rows;
    assert!(
        rows.iter().any(|row| row.report == Report::Behind(base)),
        "{rows:?}"
    );
    assert_eq!((log(&hub, ids[0]).len(), log(&hub, ids[1]).len()), (0, 40));
}

fn checkpoint_id(hub: &Hub, id: PeerId) -> kuzu_ddl_sync::CheckpointId {
    log(hub, id).base().expect("a base").id()
}

/// Whoever announces a checkpoint cannot pass another off for it.
#[test]
fn s15_a_checkpoint_that_is_not_what_its_hash_says_is_refused() {
    let (mut hub, old, _) = far_behind(300, newcomer(1));
    let offered = checkpoint(log(&hub, old));
    let giver = hub.peer_mut(old).expect("a peer");
    giver.offer(offered).expect("all is here");
    let (mut server, mut late) = (hub.peer(old).expect("a peer").clone(), newcomer(1));
    let mut to_late = server.connect(0, id(1));
    let mut refused = 0;
    for now in 0..200 {
        let mut to_server = Vec::new();
        for output in std::mem::take(&mut to_late) {
            let Output::Send { bytes, .. } = output else {
                continue;
            };
            let mut bytes = bytes.to_vec();
            // The contents of a checkpoint, changed on the way.
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
                Output::Report(row) => {
                    assert!(matches!(
                        row.report,
                        Report::BadCheckpoint(_) | Report::Muted(_)
                    ));
                    refused += 1;
                }
                other => panic!("{other:?}"),
            }
        }
        to_late.extend(server.tick(now * 200, now));
    }
    assert!(refused > 0);
    assert!(late.log().is_empty());
}

#[test]
fn a_token_says_whether_the_schema_is_here() {
    let (mut hub, ids) = hub(2);
    let mut random = Random(74);
    write(&mut hub, ids[0], 200, &mut random);
    let (a, b) = (
        hub.peer(ids[0]).expect("a peer"),
        hub.peer(ids[1]).expect("a peer"),
    );
    let token = kuzu_ddl_sync::SchemaFrontier::decode(&a.token().encode()).expect("a token");
    assert_eq!(a.ready_for(&token), Readiness::Ready);
    assert!(matches!(b.ready_for(&token), Readiness::Missing(n) if n > 0));
    // Only what the data is about: a small token.
    let some: BTreeSet<_> = a
        .log()
        .events()
        .skip(100)
        .take(3)
        .map(|event| event.id())
        .collect();
    let small = kuzu_ddl_sync::SchemaFrontier::needing(&some);
    assert!(small.encode().len() < 80);
    assert_eq!(b.ready_for(&small), Readiness::Missing(3));
    hub.link_all();
    assert!(hub.settle(200, 20).is_some());
    // More came meanwhile: what the tokens need is still here.
    write(&mut hub, ids[1], 10, &mut random);
    for token in [&token, &small] {
        assert_eq!(
            hub.peer(ids[1]).expect("a peer").ready_for(token),
            Readiness::Ready
        );
    }
    for bytes in [
        &[][..],
        &[2, 0],
        &token.encode()[1..],
        &[token.encode(), vec![0]].concat(),
    ] {
        assert_eq!(kuzu_ddl_sync::SchemaFrontier::decode(bytes), None);
    }
}
