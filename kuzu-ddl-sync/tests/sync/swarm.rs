//! Many peers in one process: 200 peers with 2,000 events. The environment variable
//! `KUZU_DDL_SWARM_ALL=1` raises this to 1,000 peers with 10,000 events, which takes minutes.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_sync::{EventLog, FrameFate, Hub, PeerId};

use crate::fixture::{Random, fold, hub, outcome, random_events};

const WRITERS: usize = 100;

/// The number of peers and of events.
fn size() -> (usize, usize) {
    match std::env::var_os("KUZU_DDL_SWARM_ALL") {
        Some(_) => (1_000, 10_000),
        None => (200, 2_000),
    }
}

/// Steps in which events are published, frames are lost, and connections change.
const BUSY_STEPS: usize = 20;
const STEP_MS: u64 = 200;

/// A connected random graph with three to four neighbours per peer on average.
fn random_connections(ids: &[PeerId], random: &mut Random) -> BTreeSet<(PeerId, PeerId)> {
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

/// The common history, and the events of each writer on top of it. The writers do not see one
/// another's events in time.
fn histories(random: &mut Random) -> (Vec<DdlEvent>, Vec<Vec<DdlEvent>>) {
    let common = random_events(Default::default(), 100, random);
    let before = fold(&EventLog::from_events(common.clone()).0);
    let share = (size().1 - common.len()) / WRITERS;
    let all = (0..WRITERS)
        .map(|_| random_events(before.clone(), share, random))
        .collect();
    (common, all)
}

#[test]
fn s19_many_peers_with_many_events_converge() {
    let (peers, events) = size();
    let mut random = Random(19);
    let (mut hub, ids) = hub(peers);
    let links = random_connections(&ids, &mut random);
    links.iter().for_each(|(a, b)| hub.connect(*a, *b));
    let (common, histories) = histories(&mut random);
    hub.publish(ids[0], common.clone()).expect("events");
    assert!(hub.run_until_converged(STEP_MS, 60).is_some());
    let started = hub.traffic();
    let mut parts: Vec<_> = histories
        .iter()
        .map(|events| events.chunks(events.len() / BUSY_STEPS + 1))
        .collect();
    let mut disconnected: Vec<(PeerId, PeerId)> = Vec::new();
    let links: Vec<(PeerId, PeerId)> = links.into_iter().collect();
    for _ in 0..BUSY_STEPS {
        for (n, parts) in parts.iter_mut().enumerate() {
            let events = parts.next().unwrap_or_default().to_vec();
            hub.publish(ids[n * peers / WRITERS], events)
                .expect("events on top of the log");
        }
        // Some connections break, and those that broke before are restored.
        disconnected.drain(..).for_each(|(a, b)| hub.connect(a, b));
        for _ in 0..peers / 50 {
            let (a, b) = links[random.below(links.len())];
            hub.disconnect(a, b);
            disconnected.push((a, b));
        }
        hub.step_with(STEP_MS, |_, _, _| {
            if random.chance(5) {
                FrameFate::Drop
            } else {
                FrameFate::Deliver
            }
        });
    }
    disconnected.drain(..).for_each(|(a, b)| hub.connect(a, b));
    let steps = hub
        .run_until_converged(STEP_MS, 100)
        .expect("the peers converge");
    assert_converged(&hub, &common, &histories);
    let traffic = hub.traffic();
    let (frames, bytes) = (
        traffic.frames - started.frames,
        traffic.bytes - started.bytes,
    );
    let published = histories.iter().flatten();
    let canonical: usize = published.map(|event| event.encoded_len()).sum();
    let per_event = bytes as f64 / (peers * events) as f64;
    // Measured: about 100, the size of an event.
    assert!(
        per_event < 300.0,
        "{steps} steps after the last event, {frames} frames, {per_event:.1} bytes per event \
         and peer; the events have {canonical} bytes"
    );
}

fn assert_converged(hub: &Hub, common: &[DdlEvent], histories: &[Vec<DdlEvent>]) {
    let mut outcomes = BTreeMap::new();
    for peer in hub.peers() {
        outcomes.entry(peer.log().digest()).or_insert(peer);
    }
    assert_eq!(outcomes.len(), 1);
    let all: Vec<&DdlEvent> = common.iter().chain(histories.iter().flatten()).collect();
    let distinct: BTreeSet<_> = all.iter().map(|event| event.id()).collect();
    let peer = outcomes.into_values().next().expect("one peer");
    assert_eq!(peer.log().len(), distinct.len());
    let whole = kuzu_ddl_core::fold::Fold::from_events(all);
    assert_eq!(outcome(peer.log()).0, whole.schema().fingerprint());
}
