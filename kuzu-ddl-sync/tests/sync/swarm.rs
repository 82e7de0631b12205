//! Many peers in one process: two hundred of them with two thousand events, or, with
//! `KUZU_DDL_SWARM_ALL=1` in the environment, a thousand with ten thousand, which takes minutes.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_runtime::event::DdlEvent;
use kuzu_ddl_sync::{Hub, PeerId, Road};

use crate::fixture::{Random, fold, hub, outcome, work};

const WRITERS: usize = 100;

/// How many peers, and how many events.
fn size() -> (usize, usize) {
    match std::env::var_os("KUZU_DDL_SWARM_ALL") {
        Some(_) => (1_000, 10_000),
        None => (200, 2_000),
    }
}
/// Rounds in which events are made, links lose frames, and peers come and go.
const BUSY: usize = 20;
const ROUND: u64 = 200;

/// A random graph: each has three or four neighbours on average, and all hang together.
fn random_links(ids: &[PeerId], random: &mut Random) -> BTreeSet<(PeerId, PeerId)> {
    let mut links = BTreeSet::new();
    for n in 1..ids.len() {
        links.insert((ids[random.below(n)], ids[n]));
    }
    for _ in 0..ids.len() {
        let (a, b) = (ids[random.below(ids.len())], ids[random.below(ids.len())]);
        if a != b && !links.contains(&(b, a)) {
            links.insert((a, b));
        }
    }
    links
}

/// Each writer's events, in parts: a hundred writers who build on one common beginning and do not hear of one another in time.
fn histories(random: &mut Random) -> (Vec<DdlEvent>, Vec<Vec<DdlEvent>>) {
    let common = work(Default::default(), 100, random);
    let before = fold(&kuzu_ddl_sync::Log::of(common.clone()).0);
    let share = (size().1 - common.len()) / WRITERS;
    let all = (0..WRITERS)
        .map(|_| work(before.clone(), share, random))
        .collect();
    (common, all)
}

#[test]
fn s19_many_peers_with_many_events() {
    let (peers, events) = size();
    let mut random = Random(19);
    let (mut hub, ids) = hub(peers);
    let links = random_links(&ids, &mut random);
    links.iter().for_each(|(a, b)| hub.link(*a, *b));
    let (common, histories) = histories(&mut random);
    hub.local(ids[0], common.clone()).expect("events");
    assert!(hub.settle(ROUND, 60).is_some());
    let started = hub.traffic();
    let mut parts: Vec<_> = histories
        .iter()
        .map(|events| events.chunks(events.len() / BUSY + 1))
        .collect();
    let mut apart: Vec<(PeerId, PeerId)> = Vec::new();
    let links: Vec<(PeerId, PeerId)> = links.into_iter().collect();
    for _ in 0..BUSY {
        for (n, parts) in parts.iter_mut().enumerate() {
            let events = parts.next().unwrap_or_default().to_vec();
            hub.local(ids[n * peers / WRITERS], events)
                .expect("its own events");
        }
        // Some links break, and those that broke before come back.
        apart.drain(..).for_each(|(a, b)| hub.link(a, b));
        for _ in 0..peers / 50 {
            let (a, b) = links[random.below(links.len())];
            hub.unlink(a, b);
            apart.push((a, b));
        }
        hub.round_on(ROUND, |_, _, _| {
            if random.chance(5) {
                Road::Lost
            } else {
                Road::Good
            }
        });
    }
    apart.drain(..).for_each(|(a, b)| hub.link(a, b));
    let rounds = hub.settle(ROUND, 100).expect("they agree");
    check(&hub, &common, &histories);
    let (frames, bytes) = (hub.traffic().0 - started.0, hub.traffic().1 - started.1);
    let made = histories.iter().flatten();
    let canonical: usize = made.map(|event| event.size()).sum();
    let per_event = bytes as f64 / (peers * events) as f64;
    // About a hundred as measured; an event itself has as many.
    assert!(
        per_event < 300.0,
        "{rounds} rounds after the last event, {frames} frames, {per_event:.1} bytes per event and peer; the events have {canonical} bytes"
    );
}

fn check(hub: &Hub, common: &[DdlEvent], histories: &[Vec<DdlEvent>]) {
    let mut outcomes = BTreeMap::new();
    for peer in hub.peers() {
        outcomes.entry(peer.log().digest()).or_insert(peer);
    }
    assert_eq!(outcomes.len(), 1);
    let all: Vec<&DdlEvent> = common.iter().chain(histories.iter().flatten()).collect();
    let distinct: BTreeSet<_> = all.iter().map(|event| event.id()).collect();
    let peer = outcomes.into_values().next().expect("a peer");
    assert_eq!(peer.log().len(), distinct.len());
    let whole = kuzu_ddl_runtime::fold::Fold::of(all);
    assert_eq!(outcome(peer.log()).0, whole.schema().fingerprint());
}
