//! The state is the same for every order in which events arrive.

use super::super::state::Fold;
use super::swarm::{Dice, Peer, edit};
use crate::event::DdlEvent;

/// Returns the events of peers that changed their schemas concurrently.
fn swarm(seed: u64, peers: usize, steps: usize) -> Vec<DdlEvent> {
    let mut dice = Dice::new(seed);
    let mut swarm = vec![Peer::default(); peers];
    for _ in 0..steps {
        let at = dice.below(peers);
        if dice.below(4) == 0 {
            let other = swarm[dice.below(peers)].clone();
            swarm[at].receive(&other);
        } else {
            swarm[at].change(|draft| edit(draft, &mut dice));
        }
    }
    let mut all = Peer::default();
    swarm.iter().for_each(|peer| all.receive(peer));
    all.events.into_values().collect()
}

#[test]
fn every_order_gives_one_state() {
    let mut conflicts = 0;
    for seed in 0..600 {
        let mut events = swarm(seed, 3, 40);
        let whole = Fold::from_events(events.iter());
        assert!(whole.held_events().is_empty(), "seed {seed}");
        assert!(
            whole.rejected_events().is_empty(),
            "seed {seed}: {:?}",
            whole.rejected_events()
        );
        conflicts += whole.conflicts().len();
        let mut dice = Dice::new(seed + 1_000_000);
        for _ in 0..4 {
            dice.shuffle(&mut events);
            let mut fold = Fold::default();
            for event in &events {
                fold.insert(event.clone());
                if dice.below(10) == 0 {
                    fold.insert(event.clone());
                }
            }
            assert_eq!(fold.schema(), whole.schema(), "seed {seed}");
            assert_eq!(fold.conflicts(), whole.conflicts(), "seed {seed}");
            let state = |fold: &Fold| {
                let objects: Vec<_> = fold.objects().collect();
                format!("{objects:#?}")
            };
            similar(&state(&fold), &state(&whole), seed);
            assert!(fold == whole, "seed {seed}: the states differ");
        }
    }
    assert!(conflicts > 500, "{conflicts} conflicts are too few to tell");
}

/// The state of a subset of the events follows from that subset alone.
#[test]
fn a_part_of_the_events_in_two_orders() {
    for seed in 0..200 {
        let mut events = swarm(seed, 3, 30);
        let mut dice = Dice::new(seed);
        dice.shuffle(&mut events);
        events.truncate(events.len() / 2);
        let one = Fold::from_events(events.iter());
        dice.shuffle(&mut events);
        let other = Fold::from_events(events.iter());
        assert_eq!(one.held_events(), other.held_events(), "seed {seed}");
        assert!(one == other, "seed {seed}");
    }
}

/// Asserts equal states; otherwise shows the difference.
fn similar(one: &str, other: &str, seed: u64) {
    let differ = one.lines().zip(other.lines()).position(|(a, b)| a != b);
    if let Some(at) = differ {
        let near = |text: &str| {
            let lines = text.lines().skip(at.saturating_sub(40)).take(60);
            lines.collect::<Vec<_>>().join("\n")
        };
        panic!("seed {seed}:\n{}\n--- whole:\n{}", near(one), near(other));
    }
}
