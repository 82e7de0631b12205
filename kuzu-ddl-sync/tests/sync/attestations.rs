//! Attestations reach every peer, even if frames are lost.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{EventId, pack};
use kuzu_ddl_sync::{Attestation, Checkpoint, FrameFate, Hub, PeerId};

use crate::fixture::{Random, hub, peer, publish_random};

/// Creates two connected peers with the same events, and returns the ids of the events.
fn two_peers(events: usize) -> (Hub, Vec<PeerId>, Vec<EventId>) {
    let (mut hub, ids) = hub(2);
    hub.connect_all();
    publish_random(&mut hub, ids[0], events, &mut Random(91));
    assert!(hub.run_until_converged(200, 50).is_some());
    let log = hub.peer(ids[0]).expect("the peer").log();
    let events = log.events().map(|event| event.id()).collect();
    (hub, ids, events)
}

fn attestation(event: EventId, text: &str) -> Attestation {
    let bytes = text.as_bytes().to_vec();
    Attestation { event, bytes }
}

fn attest(hub: &mut Hub, peer: PeerId, attestations: Vec<Attestation>) {
    hub.peer_mut(peer).expect("the peer").attest(attestations);
}

fn received(hub: &Hub, peer: PeerId, events: &[EventId]) -> Vec<Attestation> {
    let peer = hub.peer(peer).expect("the peer");
    let all = events.iter().flat_map(|event| peer.attestations(*event));
    all.collect()
}

/// Runs for a minute, longer than the idle status interval.
fn run_for_a_minute(hub: &mut Hub) {
    (0..300).for_each(|_| hub.step(200));
}

#[test]
fn lost_attestations_are_reconciled() {
    let (mut hub, ids, events) = two_peers(40);
    let news = vec![
        attestation(events[3], "by a"),
        attestation(events[30], "by a"),
    ];
    attest(&mut hub, ids[0], news.clone());
    attest(&mut hub, ids[1], vec![attestation(events[3], "by b")]);
    (0..3).for_each(|_| hub.step_with(200, |_, _, _| FrameFate::Drop));
    assert_eq!(
        received(&hub, ids[1], &events),
        [attestation(events[3], "by b")]
    );
    run_for_a_minute(&mut hub);
    let all = [
        news[0].clone(),
        attestation(events[3], "by b"),
        news[1].clone(),
    ];
    for id in ids {
        assert_eq!(received(&hub, id, &events), all);
    }
}

#[test]
fn new_peer_receives_all_attestations() {
    let (mut hub, ids, events) = two_peers(700);
    let by = |name: &'static str| events.iter().map(move |event| attestation(*event, name));
    attest(&mut hub, ids[0], by("a").chain(by("b")).collect());
    let late = hub.add(peer(2));
    hub.connect(ids[0], late);
    run_for_a_minute(&mut hub);
    assert_eq!(received(&hub, late, &events).len(), 1_400);
    assert_eq!(received(&hub, ids[1], &events).len(), 1_400);
}

/// Each peer retains a limited number of attestations per event. Different selections must not
/// cause continuous traffic.
#[test]
fn full_peers_with_different_attestations_stay_quiet() {
    let (mut hub, ids, events) = two_peers(40);
    hub.disconnect(ids[0], ids[1]);
    for (id, name) in ids.iter().zip(["a", "b"]) {
        let all = (0..20).map(|n| attestation(events[7], &format!("{n} by {name}")));
        attest(&mut hub, *id, all.collect());
        assert_eq!(received(&hub, *id, &events).len(), 16);
    }
    hub.connect(ids[0], ids[1]);
    run_for_a_minute(&mut hub);
    let before = hub.traffic().bytes;
    run_for_a_minute(&mut hub);
    let after = hub.traffic().bytes;
    assert!(after - before < 20_000, "{} bytes a minute", after - before);
    for id in ids {
        assert_eq!(received(&hub, id, &events).len(), 16);
    }
}

#[test]
fn pruning_removes_the_attestations_of_pruned_events() {
    let (mut hub, ids, events) = two_peers(40);
    attest(&mut hub, ids[0], vec![attestation(events[3], "by a")]);
    run_for_a_minute(&mut hub);
    let peer = hub.peer_mut(ids[0]).expect("the peer");
    let all = Checkpoint {
        count: events.len() as u64,
        frontier: peer.log().frontier().clone(),
        covered: events.iter().copied().collect::<BTreeSet<_>>(),
        state: pack::encode(peer.log().events()),
    };
    peer.offer_checkpoint(all).expect("the log has all events");
    assert_eq!(peer.prune(), 40);
    let before = hub.traffic().bytes;
    run_for_a_minute(&mut hub);
    let after = hub.traffic().bytes;
    assert!(received(&hub, ids[0], &events).is_empty());
    assert_eq!(received(&hub, ids[1], &events).len(), 1);
    assert!(after - before < 5_000, "{} bytes a minute", after - before);
}
