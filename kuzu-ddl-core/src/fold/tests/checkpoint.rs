//! A fold that starts from a checkpoint equals the fold of the whole history.

use super::super::builder::ChangeBuilder;
use super::super::checkpoint::format::CheckpointError;
use super::super::state::Fold;
use super::swarm::{Dice, Peer, edit};
use crate::event::{Aspect, Change, DdlEvent, ObjectKind};

/// Lets each peer change its state, and sometimes receive another peer's events.
fn work(swarm: &mut [Peer], steps: usize, dice: &mut Dice) {
    for _ in 0..steps {
        let at = dice.below(swarm.len());
        if dice.below(4) == 0 {
            let other = swarm[dice.below(swarm.len())].clone();
            swarm[at].receive(&other);
        } else {
            swarm[at].change(|draft| edit(draft, dice));
            swarm[at].change(|draft| scribble(draft, dice));
        }
    }
}

/// Overwrites aspects that were written before.
fn scribble(draft: &mut ChangeBuilder, dice: &mut Dice) {
    let live = draft.fold().objects().filter(|object| object.is_live());
    let live: Vec<_> = live.map(|object| (object.id, object.kind())).collect();
    for _ in 0..dice.below(6) {
        let Some((id, kind)) = dice.of(&live).copied() else {
            return;
        };
        let named = kind.is_table() || kind == ObjectKind::Property;
        match dice.below(3) {
            0 if named => draft.rename(id, ["x", "y", "X"][dice.below(3)]),
            1 if kind == ObjectKind::Property => {
                let nullable = dice.below(2) == 0;
                draft.change(id, Change::SetNullable { nullable });
            }
            _ if named => draft.set_comment(id, Some(dice.below(1_000).to_string())),
            _ => {}
        }
    }
}

/// Delivers all events to all peers.
fn meet(swarm: &mut [Peer]) -> Peer {
    let mut all = Peer::default();
    swarm.iter().for_each(|peer| all.receive(peer));
    swarm.iter_mut().for_each(|peer| peer.receive(&all));
    all
}

fn same(one: &Fold, whole: &Fold, seed: u64) {
    let rows = |fold: &Fold| -> Vec<String> {
        let objects = fold.objects().map(|object| format!("{object:#?}"));
        objects
            .chain(
                fold.store
                    .name_entries()
                    .iter()
                    .map(|place| format!("{place:?}")),
            )
            .collect()
    };
    let (rows, wanted) = (rows(one), rows(whole));
    for (row, wanted) in rows.iter().zip(&wanted) {
        let differ = row.lines().zip(wanted.lines()).find(|(a, b)| a != b);
        assert!(
            row == wanted,
            "seed {seed}: {differ:?}\n{row}\n--- wanted:\n{wanted}"
        );
    }
    assert!(one.store == whole.store, "seed {seed}");
    assert_eq!(one.name_collisions, whole.name_collisions, "seed {seed}");
    assert_eq!(one.conflicted, whole.conflicted, "seed {seed}");
    assert_eq!(one.conflicts(), whole.conflicts(), "seed {seed}");
    assert_eq!(
        one.conflict_reports(),
        whole.conflict_reports(),
        "seed {seed}"
    );
    assert_eq!(one.frontier(), whole.frontier(), "seed {seed}");
    assert_eq!(one.schema(), whole.schema(), "seed {seed}");
    assert_eq!(one.count(), whole.count(), "seed {seed}");
}

/// Asserts equal bytes; otherwise shows the difference.
fn fold_both_ways(one: &[u8], whole: &[u8], seed: u64) {
    if one == whole {
        return;
    }
    let [one, whole] =
        [one, whole].map(|bytes| Fold::from_checkpoint(bytes).expect("a checkpoint"));
    for (who, a, b) in [("more", &one, &whole), ("less", &whole, &one)] {
        let only: Vec<_> = a
            .events()
            .into_iter()
            .filter(|e| !b.contains(e.id()) || !b.log.contains_key(&e.id()))
            .collect();
        assert!(only.is_empty(), "seed {seed}: the one has {who}: {only:#?}");
    }
    for event in whole.events() {
        let [one, whole] = [&one, &whole].map(|fold| fold.log.get(&event.id()));
        assert_eq!(one, whole, "seed {seed}");
    }
    assert_eq!(one.checkpointed, whole.checkpointed, "seed {seed}");
    panic!("seed {seed}: the states differ");
}

/// Number of seeds; more with `KUZU_DDL_CHECKPOINTS`.
fn seeds() -> u64 {
    let asked = std::env::var("KUZU_DDL_CHECKPOINTS").ok();
    asked.and_then(|n| n.parse().ok()).unwrap_or(25)
}

#[test]
fn a_history_that_goes_on_from_checkpoint_to_checkpoint() {
    let (mut left_out, mut kept) = (0, 0);
    for seed in 0..seeds() {
        let mut dice = Dice::new(seed);
        let mut swarm = vec![Peer::default(); 3];
        let mut based: Option<Fold> = None;
        for _ in 0..4 {
            work(&mut swarm, 30, &mut dice);
            let all = meet(&mut swarm);
            let mut events: Vec<DdlEvent> = all.events.values().cloned().collect();
            // One peer started from an early checkpoint, and receives the rest in some order.
            if let Some(based) = &mut based {
                dice.shuffle(&mut events);
                let first = events.len() / 2;
                based.extend(events[..first].iter().cloned());
                based.extend(events[first / 2..].iter().cloned());
                same(based, &all.fold, seed);
                fold_both_ways(&based.checkpoint(), &all.fold.checkpoint(), seed);
            }
            let bytes = all.fold.checkpoint();
            let fresh = Fold::from_checkpoint(&bytes).expect("a checkpoint");
            same(&fresh, &all.fold, seed);
            assert!(
                fresh.checkpoint() == bytes,
                "seed {seed}: read and written again"
            );
            left_out += all.fold.len() - fresh.len();
            kept += fresh.len();
            // Elided events arrive again, from a peer that lags behind: nothing changes.
            let mut again = fresh.clone();
            dice.shuffle(&mut events);
            again.extend(events);
            same(&again, &all.fold, seed);
            based = Some(fresh);
        }
    }
    assert!(
        left_out > 1_000,
        "only {left_out} events were left out, {kept} kept"
    );
}

/// Events whose creator had not seen the elided events, although all their dependencies are
/// retained.
#[test]
fn events_concurrent_with_a_checkpoint() {
    let mut compared = 0;
    for seed in 0..100 {
        let mut dice = Dice::new(seed + 7_000);
        let mut swarm = vec![Peer::default(); 3];
        work(&mut swarm, 40, &mut dice);
        meet(&mut swarm);
        let mut apart = swarm.clone();
        work(&mut apart, 4, &mut dice);
        let mut late: Vec<DdlEvent> = meet(&mut apart).events.into_values().collect();
        work(&mut swarm, 1, &mut dice);
        let all = meet(&mut swarm);
        late.retain(|event| !all.fold.contains(event.id()));
        let mut whole = all.fold.clone();
        whole.extend(late.iter().cloned());
        let mut based = Fold::from_checkpoint(&all.fold.checkpoint()).expect("a checkpoint");
        based.extend(late);
        // A peer that acknowledges a checkpoint verifies this first.
        if based.held_events().is_empty() {
            same(&based, &whole, seed);
            compared += 1;
        }
    }
    assert!(compared > 50, "{compared}");
}

#[test]
fn what_was_written_over_is_left_out() {
    let size = |comments: usize| {
        let mut draft = ChangeBuilder::new(Fold::default());
        let key = crate::fold::tests::swarm::spec(crate::schema::Type::Int64);
        let table = draft.create_node_table("Person", "id", key);
        for n in 0..comments {
            draft.set_comment(table, Some(format!("{n:06}")));
            draft.rename(table, if n % 2 == 0 { "Human" } else { "Person" });
        }
        let (fold, _) = draft.finish();
        fold.checkpoint().len()
    };
    // A greater depth of the last event takes one more byte.
    assert!(size(10_000) < size(10) + 8);
}

/// A rejected event retains no other event.
#[test]
fn what_a_rejected_event_names_is_left_out() {
    let mut draft = ChangeBuilder::new(Fold::default());
    let key = crate::fold::tests::swarm::spec(crate::schema::Type::Int64);
    let table = draft.create_node_table("Person", "id", key.clone());
    let other = draft.create_node_table("City", "id", key);
    for n in 0..3 {
        draft.set_comment(table, Some(n.to_string()));
    }
    let (mut fold, events) = draft.finish();
    let before = fold.checkpoint();
    let [first, written_over] = [1, 3].map(|at: usize| events[at].id());
    let change = Change::Resolve {
        aspect: Aspect::Comment,
        keep: written_over,
    };
    fold.insert(DdlEvent::new(other, [first, written_over].into(), change));
    assert_eq!(fold.rejected_events().len(), 1);
    assert!(fold.checkpoint() == before);
}

#[test]
fn no_damage_is_believed() {
    let mut swarm = vec![Peer::default(); 2];
    let mut dice = Dice::new(3);
    work(&mut swarm, 60, &mut dice);
    let whole = meet(&mut swarm).fold;
    let bytes = whole.checkpoint();
    assert_eq!(
        Fold::from_checkpoint(&[9]).expect_err("no checkpoint"),
        CheckpointError::Version(9)
    );
    for end in 0..bytes.len() {
        assert!(Fold::from_checkpoint(&bytes[..end]).is_err(), "{end} bytes");
    }
    // Where a changed byte is still valid, the result is a state that can be used like any other.
    for at in 1..bytes.len() {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1 << dice.below(8);
        if let Ok(mut fold) = Fold::from_checkpoint(&bytes) {
            let _ = (fold.conflict_reports(), fold.schema());
            let _ = Fold::from_checkpoint(&fold.checkpoint());
            fold.extend(whole.events());
            let mut draft = ChangeBuilder::new(fold);
            (0..3).for_each(|_| edit(&mut draft, &mut dice));
        }
    }
}
