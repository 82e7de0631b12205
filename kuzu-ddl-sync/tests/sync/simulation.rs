//! Convergence of many peers over an unreliable network.

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_sync::{EventLog, FrameFate, Hub, Limits, Peer, SpaceId};

use crate::fixture::{Random, SPACE, fold, hub, outcome, publish_random, random_events};

/// Drops, duplicates or delays some frames.
fn random_fate(random: &mut Random) -> FrameFate {
    match random.below(10) {
        0..=2 => FrameFate::Drop,
        3 => FrameFate::Duplicate,
        4..=5 => FrameFate::Delay(random.below(8) as u32),
        _ => FrameFate::Deliver,
    }
}

fn run_unreliably(hub: &mut Hub, steps: usize, random: &mut Random) {
    for _ in 0..steps {
        hub.step_with(200, |_, _, _| random_fate(random));
    }
}

fn assert_converged(hub: &Hub) {
    let outcomes: Vec<_> = hub.peers().map(|peer| outcome(peer.log())).collect();
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(hub.peers().all(|peer| peer.waiting_count() == 0));
}

/// All orders of five events, and random orders of many; each with duplicates.
#[test]
fn s01_every_order_of_arrival_gives_the_same_schema() {
    let events = branches(5);
    let expected = outcome(&EventLog::from_events(events.clone()).0);
    let mut orders = 0;
    for_each_permutation(&mut events.clone(), 0, &mut |order| {
        let duplicated = order.iter().chain(order).cloned();
        let (log, waiting) = EventLog::from_events(duplicated);
        assert!(waiting.is_empty());
        assert_eq!(outcome(&log), expected);
        orders += 1;
    });
    assert_eq!(orders, (1..=events.len()).product::<usize>());
    let mut random = Random(1);
    let mut events = branches(60);
    let expected = outcome(&EventLog::from_events(events.clone()).0);
    for _ in 0..100 {
        random.shuffle(&mut events);
        let (log, waiting) = EventLog::from_events(events.iter().cloned());
        assert!(waiting.is_empty());
        assert_eq!(outcome(&log), expected);
    }
}

/// Events of three independent writers on top of a common history.
fn branches(count: usize) -> Vec<DdlEvent> {
    let mut random = Random(count as u64);
    let common = random_events(Default::default(), count / 4 + 1, &mut random);
    let before = fold(&EventLog::from_events(common.clone()).0);
    let mut all = common;
    for _ in 0..3 {
        all.extend(random_events(before.clone(), count / 4, &mut random));
    }
    all
}

fn for_each_permutation<T>(items: &mut [T], at: usize, f: &mut impl FnMut(&[T])) {
    if at == items.len() {
        return f(items);
    }
    for other in at..items.len() {
        items.swap(at, other);
        for_each_permutation(items, at + 1, f);
        items.swap(at, other);
    }
}

#[test]
fn s01_peers_converge_despite_loss_duplication_and_delay() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let (mut hub, ids) = hub(4);
        hub.connect_all();
        for id in &ids {
            publish_random(&mut hub, *id, 10, &mut random);
        }
        run_unreliably(&mut hub, 30, &mut random);
        for id in &ids {
            publish_random(&mut hub, *id, 10, &mut random);
            run_unreliably(&mut hub, 5, &mut random);
        }
        let steps = hub.run_until_converged(200, 100);
        assert!(steps.is_some(), "seed {seed}: not converged");
        assert_converged(&hub);
        assert!(hub.peer(ids[0]).expect("the peer").log().len() > 40);
    }
}

#[test]
fn s17_peers_converge_after_a_partition_and_a_restore() {
    let mut random = Random(17);
    let (mut hub, ids) = hub(5);
    hub.connect_all();
    publish_random(&mut hub, ids[0], 50, &mut random);
    assert!(hub.run_until_converged(200, 50).is_some());
    let old = hub.peer(ids[4]).expect("the peer").log().clone();
    let set_partition = |hub: &mut Hub, partitioned: bool| {
        for a in &ids[..3] {
            for b in &ids[3..] {
                if partitioned {
                    hub.disconnect(*a, *b)
                } else {
                    hub.connect(*a, *b)
                }
            }
        }
    };
    set_partition(&mut hub, true);
    for id in &ids {
        publish_random(&mut hub, *id, 40, &mut random);
    }
    (0..50).for_each(|_| hub.step(200));
    assert!(!hub.is_converged());
    let sides: Vec<usize> = ids
        .iter()
        .map(|id| hub.peer(*id).expect("the peer").log().len())
        .collect();
    assert!(sides[..3].iter().all(|len| *len == sides[0]) && sides[3] == sides[4]);
    set_partition(&mut hub, false);
    assert!(hub.run_until_converged(200, 60).is_some());
    assert_converged(&hub);
    // One peer is restored from a backup older than the partition, and continues from there.
    let space = SpaceId::from_name(SPACE);
    hub.add(Peer::with_log(ids[4], space, Limits::default(), old));
    publish_random(&mut hub, ids[4], 20, &mut random);
    assert!(hub.run_until_converged(200, 60).is_some());
    assert_converged(&hub);
}

#[test]
fn s17_peers_converge_while_connections_come_and_go() {
    let mut random = Random(170);
    let (mut hub, ids) = hub(8);
    for _ in 0..40 {
        let (a, b) = (ids[random.below(8)], ids[random.below(8)]);
        if random.chance(60) {
            hub.connect(a, b)
        } else {
            hub.disconnect(a, b)
        }
        publish_random(&mut hub, a, 3, &mut random);
        run_unreliably(&mut hub, 3, &mut random);
    }
    hub.connect_all();
    assert!(hub.run_until_converged(200, 100).is_some());
    assert_converged(&hub);
}
