//! Many peers, bad roads: in the end all have the same.

use kuzu_ddl_runtime::event::DdlEvent;
use kuzu_ddl_sync::{Hub, Limits, Log, Peer, Road, SpaceId};

use crate::fixture::{Random, SPACE, fold, hub, outcome, work, write};

/// Some roads lose, some double, some are slow.
fn bad_road(random: &mut Random) -> Road {
    match random.below(10) {
        0..=2 => Road::Lost,
        3 => Road::Twice,
        4..=5 => Road::Late(random.below(8) as u32),
        _ => Road::Good,
    }
}

fn bad_rounds(hub: &mut Hub, rounds: usize, random: &mut Random) {
    for _ in 0..rounds {
        hub.round_on(200, |_, _, _| bad_road(random));
    }
}

fn all_equal(hub: &Hub) {
    let outcomes: Vec<_> = hub.peers().map(|peer| outcome(peer.log())).collect();
    assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]));
    assert!(hub.peers().all(|peer| peer.waiting() == 0));
}

/// All orders of a few events, and very many of more; each with repeats.
#[test]
fn s01_every_order_of_arrival_gives_the_same() {
    let events = branches(5);
    let wanted = outcome(&Log::of(events.clone()).0);
    let mut orders = 0;
    permutations(&mut events.clone(), 0, &mut |order| {
        let twice = order.iter().chain(order).cloned();
        let (log, lost) = Log::of(twice);
        assert!(lost.is_empty());
        assert_eq!(outcome(&log), wanted);
        orders += 1;
    });
    assert_eq!(orders, (1..=events.len()).product::<usize>());
    let mut random = Random(1);
    let mut events = branches(60);
    let wanted = outcome(&Log::of(events.clone()).0);
    for _ in 0..100 {
        random.shuffle(&mut events);
        let (log, lost) = Log::of(events.iter().cloned());
        assert!(lost.is_empty());
        assert_eq!(outcome(&log), wanted);
    }
}

/// Events of three writers that do not know of one another, after a common beginning.
fn branches(count: usize) -> Vec<DdlEvent> {
    let mut random = Random(count as u64);
    let common = work(Default::default(), count / 4 + 1, &mut random);
    let before = fold(&Log::of(common.clone()).0);
    let mut all = common;
    for _ in 0..3 {
        all.extend(work(before.clone(), count / 4, &mut random));
    }
    all
}

fn permutations<T>(items: &mut [T], at: usize, with: &mut impl FnMut(&[T])) {
    if at == items.len() {
        return with(items);
    }
    for other in at..items.len() {
        items.swap(at, other);
        permutations(items, at + 1, with);
        items.swap(at, other);
    }
}

#[test]
fn s01_loss_doubles_and_delay_change_nothing() {
    for seed in 0..20 {
        let mut random = Random(seed);
        let (mut hub, ids) = hub(4);
        hub.link_all();
        for id in &ids {
            write(&mut hub, *id, 10, &mut random);
        }
        bad_rounds(&mut hub, 30, &mut random);
        for id in &ids {
            write(&mut hub, *id, 10, &mut random);
            bad_rounds(&mut hub, 5, &mut random);
        }
        let rounds = hub.settle(200, 100);
        assert!(rounds.is_some(), "seed {seed}: they do not agree");
        all_equal(&hub);
        assert!(hub.peer(ids[0]).expect("a peer").log().len() > 40);
    }
}

#[test]
fn s17_a_partition_heals_and_an_old_copy_catches_up() {
    let mut random = Random(17);
    let (mut hub, ids) = hub(5);
    hub.link_all();
    write(&mut hub, ids[0], 50, &mut random);
    assert!(hub.settle(200, 50).is_some());
    let old = hub.peer(ids[4]).expect("a peer").log().clone();
    let split = |hub: &mut Hub, apart: bool| {
        for a in &ids[..3] {
            for b in &ids[3..] {
                if apart {
                    hub.unlink(*a, *b)
                } else {
                    hub.link(*a, *b)
                }
            }
        }
    };
    split(&mut hub, true);
    for id in &ids {
        write(&mut hub, *id, 40, &mut random);
    }
    (0..50).for_each(|_| hub.round(200));
    assert!(!hub.agrees());
    let sides: Vec<usize> = ids
        .iter()
        .map(|id| hub.peer(*id).expect("a peer").log().len())
        .collect();
    assert!(sides[..3].iter().all(|len| *len == sides[0]) && sides[3] == sides[4]);
    split(&mut hub, false);
    assert!(hub.settle(200, 60).is_some());
    all_equal(&hub);
    // One peer is restored from a copy of before the partition, and works on from there.
    let space = SpaceId::named(SPACE);
    hub.add(Peer::with_log(ids[4], space, Limits::default(), old));
    write(&mut hub, ids[4], 20, &mut random);
    assert!(hub.settle(200, 60).is_some());
    all_equal(&hub);
}

#[test]
fn s17_links_that_come_and_go() {
    let mut random = Random(170);
    let (mut hub, ids) = hub(8);
    for _ in 0..40 {
        let (a, b) = (ids[random.below(8)], ids[random.below(8)]);
        if random.chance(60) {
            hub.link(a, b)
        } else {
            hub.unlink(a, b)
        }
        write(&mut hub, a, 3, &mut random);
        bad_rounds(&mut hub, 3, &mut random);
    }
    hub.link_all();
    assert!(hub.settle(200, 100).is_some());
    all_equal(&hub);
}
