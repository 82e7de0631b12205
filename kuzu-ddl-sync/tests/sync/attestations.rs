//! What is said about events: it reaches everybody, also when frames are lost.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{EventId, pack};
use kuzu_ddl_sync::{Attestation, Checkpoint, Hub, PeerId, Road};

use crate::fixture::{Random, hub, peer, write};

/// Two linked peers with the same events, and the ids of these.
fn two(events: usize) -> (Hub, Vec<PeerId>, Vec<EventId>) {
    let (mut hub, ids) = hub(2);
    hub.link_all();
    write(&mut hub, ids[0], events, &mut Random(91));
    assert!(hub.settle(200, 50).is_some());
    let log = hub.peer(ids[0]).expect("a peer").log();
    let events = log.events().map(|event| event.id()).collect();
    (hub, ids, events)
}

fn said(event: EventId, text: &str) -> Attestation {
    let bytes = text.as_bytes().to_vec();
    Attestation { event, bytes }
}

fn attest(hub: &mut Hub, peer: PeerId, said: Vec<Attestation>) {
    hub.peer_mut(peer).expect("a peer").attest(said);
}

fn heard(hub: &Hub, peer: PeerId, events: &[EventId]) -> Vec<Attestation> {
    let peer = hub.peer(peer).expect("a peer");
    let all = events.iter().flat_map(|event| peer.attestations(*event));
    all.collect()
}

/// A minute: longer than peers that agree are silent.
fn rest(hub: &mut Hub) {
    (0..300).for_each(|_| hub.round(200));
}

#[test]
fn what_was_lost_is_heard_later() {
    let (mut hub, ids, events) = two(40);
    let news = vec![said(events[3], "by a"), said(events[30], "by a")];
    attest(&mut hub, ids[0], news.clone());
    attest(&mut hub, ids[1], vec![said(events[3], "by b")]);
    (0..3).for_each(|_| hub.round_on(200, |_, _, _| Road::Lost));
    assert_eq!(heard(&hub, ids[1], &events), [said(events[3], "by b")]);
    rest(&mut hub);
    let all = [news[0].clone(), said(events[3], "by b"), news[1].clone()];
    for id in ids {
        assert_eq!(heard(&hub, id, &events), all);
    }
}

#[test]
fn what_many_have_said_is_heard_by_a_newcomer() {
    let (mut hub, ids, events) = two(700);
    let by = |name: &'static str| events.iter().map(move |event| said(*event, name));
    attest(&mut hub, ids[0], by("a").chain(by("b")).collect());
    let late = hub.add(peer(2));
    hub.link(ids[0], late);
    rest(&mut hub);
    assert_eq!(heard(&hub, late, &events).len(), 1_400);
    assert_eq!(heard(&hub, ids[1], &events).len(), 1_400);
}

/// Each keeps so much about an event and no more: what the other keeps is not taken, and costs next to nothing.
#[test]
fn who_cannot_agree_stays_quiet() {
    let (mut hub, ids, events) = two(40);
    hub.unlink(ids[0], ids[1]);
    for (id, name) in ids.iter().zip(["a", "b"]) {
        let all = (0..20).map(|n| said(events[7], &format!("{n} by {name}")));
        attest(&mut hub, *id, all.collect());
        assert_eq!(heard(&hub, *id, &events).len(), 16);
    }
    hub.link(ids[0], ids[1]);
    rest(&mut hub);
    let (_, before) = hub.traffic();
    rest(&mut hub);
    let (_, after) = hub.traffic();
    assert!(after - before < 20_000, "{} bytes a minute", after - before);
    for id in ids {
        assert_eq!(heard(&hub, id, &events).len(), 16);
    }
}

#[test]
fn what_is_said_about_pruned_events_goes_with_them() {
    let (mut hub, ids, events) = two(40);
    attest(&mut hub, ids[0], vec![said(events[3], "by a")]);
    rest(&mut hub);
    let peer = hub.peer_mut(ids[0]).expect("a peer");
    let all = Checkpoint {
        count: events.len() as u64,
        frontier: peer.log().frontier().clone(),
        known: events.iter().copied().collect::<BTreeSet<_>>(),
        state: pack::encode(peer.log().events()),
    };
    peer.offer(all).expect("all is here");
    assert_eq!(peer.prune(), 40);
    let (_, before) = hub.traffic();
    rest(&mut hub);
    let (_, after) = hub.traffic();
    assert!(heard(&hub, ids[0], &events).is_empty());
    assert_eq!(heard(&hub, ids[1], &events).len(), 1);
    assert!(after - before < 5_000, "{} bytes a minute", after - before);
}
