//! Every pair and every triple of kinds of change, made concurrently by different peers.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use expect_test::expect;

use super::super::conflict::{Conflict, ConflictKind};
use super::super::state::Fold;
use super::edits::{EDITS, Edit, base};
use super::swarm::Peer;
use crate::event::Aspect;

fn edited(base: &Peer, edit: &Edit) -> Peer {
    let mut peer = base.clone();
    peer.change(edit.1);
    peer
}

fn kinds(conflicts: &[Conflict]) -> BTreeSet<ConflictKind> {
    conflicts.iter().map(|conflict| conflict.kind).collect()
}

/// Without a conflict, the merged state is what either peer would have produced after seeing the
/// other's change. With one, the table below specifies the result; it is the table of the design.
#[test]
fn s02_every_pair_of_kinds_on_two_peers() {
    let base = base();
    let mut table = String::new();
    for (i, one) in EDITS.iter().enumerate() {
        for other in &EDITS[i..] {
            let (a, b) = (edited(&base, one), edited(&base, other));
            let (mut ab, mut ba) = (a.clone(), b.clone());
            ab.receive(&b);
            ba.receive(&a);
            let what = format!("{} + {}", one.0, other.0);
            assert!(ab.fold == ba.fold, "{what}");
            assert!(
                ab.fold.rejected_events().is_empty(),
                "{what}: {:?}",
                ab.fold.rejected_events()
            );
            let conflicts = ab.fold.conflicts();
            if one.0 == other.0 {
                assert!(ab.fold == a.fold, "{what}: the same change is one");
                continue;
            }
            if conflicts.is_empty() && is_unanimous(&ab.fold, (&a, other), (&b, one), &what) {
                continue;
            }
            let _ = writeln!(table, "{what}");
            if conflicts.is_empty() {
                table.push_str("  joined\n");
            }
            for conflict in &conflicts {
                let _ = writeln!(table, "  {:?}", conflict.kind);
            }
            resolve_every_way(&ab, &what);
        }
    }
    expect![[r#"
        create C(id) + create C(id INT32)
          joined
        create C(id) + create C(code)
          NameCollision
        create C(id) + create rel C
          NameCollision
        create C(id) + create rel C, loose
          NameCollision
        create C(id) + rename A to C
          NameCollision
        create C(id) + rename Lone to C
          NameCollision
        create C(id INT32) + create C(code)
          NameCollision
        create C(id INT32) + create rel C
          NameCollision
        create C(id INT32) + create rel C, loose
          NameCollision
        create C(id INT32) + rename A to C
          NameCollision
        create C(id INT32) + rename Lone to C
          NameCollision
        create C(code) + create rel C
          NameCollision
        create C(code) + create rel C, loose
          NameCollision
        create C(code) + rename A to C
          NameCollision
        create C(code) + rename Lone to C
          NameCollision
        create rel C + create rel C, loose
          Multiplicity
          Multiplicity
        create rel C + rename A to C
          NameCollision
        create rel C + rename Lone to C
          NameCollision
        create rel C, loose + rename A to C
          NameCollision
        create rel C, loose + rename Lone to C
          NameCollision
        drop R + add R.n
          DropBlocked
        drop R + add pair B -> A
          DropBlocked
        drop R + add pair A -> Lone
          DropBlocked
        drop R + R is one to many
          DropBlocked
        drop R + R is one to one
          DropBlocked
        drop R + R is stored both ways
          DropBlocked
        drop Lone + rename Lone to C
          DropBlocked
        drop Lone + add Lone.n
          DropBlocked
        drop Lone + add pair A -> Lone
          DropBlocked
        restore Old + purge Old
          DropBlocked
        rename A to C + rename A to D
          Rename
        rename A to C + rename Lone to C
          NameCollision
        add A.n INT32 + add A.n INT64
          joined
        add A.n INT32 + add A.n STRING
          Type
        add A.n INT32 + rename A.q to n
          NameCollision
        add A.n INT64 + add A.n STRING
          Type
        add A.n INT64 + rename A.q to n
          NameCollision
        add A.n STRING + rename A.q to n
          NameCollision
        drop A.q + rename A.q to n
          DropBlocked
        drop A.q + rename A.q to m
          DropBlocked
        drop A.q + comment on A.q
          DropBlocked
        drop A.q + A.q is INT128
          DropBlocked
        drop A.q + A.q is DECIMAL
          DropBlocked
        drop A.q + A.q is STRING
          DropBlocked
        drop A.q + A.q defaults to 7
          DropBlocked
        drop A.q + A.q is required
          DropBlocked
        drop A.q + A.q may be NULL
          DropBlocked
        drop A.q + the key of A is q
          DropBlocked
        drop A.q + index A.q
          DropBlocked
        rename A.q to n + rename A.q to m
          Rename
        A.q is INT128 + A.q is DECIMAL
          Type
        A.q is INT128 + A.q is STRING
          Type
        A.q is DECIMAL + A.q is STRING
          Type
        A.q is required + A.q may be NULL
          Nullability
        the key of A is q + the key of A is p
          PrimaryKey
        R is one to many + R is one to one
          Multiplicity
        index A.q + index A.p by that name
          Definition
        create sequence t + create sequence t from 2
          Definition
    "#]]
    .assert_eq(&table);
}

/// Returns whether the merged state equals that of both sequential orders; where neither order is
/// possible (a name is taken by then), the table specifies the result.
fn is_unanimous(merged: &Fold, first: (&Peer, &Edit), second: (&Peer, &Edit), what: &str) -> bool {
    let later = [first, second].map(|(peer, edit)| {
        let mut peer = peer.clone();
        peer.change(edit.1);
        peer.fold
    });
    if later.iter().all(|fold| !fold.conflicts().is_empty()) {
        return false;
    }
    let same = later.iter().any(|fold| fold.schema() == merged.schema());
    assert!(same, "{what}: {:#?}", merged.schema());
    true
}

/// Every conflict can be resolved by every choice, on any peer, and then no longer exists; two
/// peers that resolve it concurrently have at most that one conflict again.
fn resolve_every_way(peer: &Peer, what: &str) {
    for conflict in peer.fold.conflicts() {
        for keep in peer.fold.resolutions(&conflict) {
            let mut resolved = peer.clone();
            resolved.change(|draft| assert!(draft.resolve(&conflict, keep), "{what}"));
            assert!(resolved.fold.rejected_events().is_empty(), "{what}");
            let left = resolved.fold.conflicts();
            let same = |c: &&Conflict| c.object == conflict.object && c.kind == conflict.kind;
            let before = peer.fold.conflicts();
            assert!(!left.iter().any(|c| same(&c)), "{what}: {left:?}");
            assert!(left.len() < before.len() + 1, "{what}: {left:?}");
        }
        if conflict.kind == ConflictKind::NameCollision {
            let mut resolved = peer.clone();
            resolved.change(|draft| draft.rename(conflict.object, "another"));
            assert!(!resolved.fold.conflicts().contains(&conflict), "{what}");
        }
        let choices: Vec<_> = peer.fold.resolutions(&conflict).into_iter().collect();
        if let [first, .., last] = choices[..] {
            let (mut one, mut other) = (peer.clone(), peer.clone());
            one.change(|draft| assert!(draft.resolve(&conflict, first), "{what}"));
            other.change(|draft| assert!(draft.resolve(&conflict, last), "{what}"));
            one.receive(&other);
            other.receive(&one);
            assert!(one.fold == other.fold, "{what}");
            let aspect = conflict.kind.aspect();
            let rows = one.fold.conflicts();
            let about = rows
                .iter()
                .filter(|c| c.object == conflict.object && c.kind.aspect() == aspect);
            assert!(
                aspect == Aspect::Lifecycle || about.count() <= 2,
                "{what}: {rows:?}"
            );
        }
    }
}

/// Three peers: one state in every order of delivery, and every kind of conflict among the three
/// already arises between two of them.
#[test]
fn s02_every_triple_of_kinds_on_three_peers() {
    let base = base();
    let mut peers: Vec<Peer> = EDITS.iter().map(|edit| edited(&base, edit)).collect();
    let mut pairs: BTreeMap<(usize, usize), BTreeSet<ConflictKind>> = BTreeMap::new();
    for i in 0..peers.len() {
        for j in i + 1..peers.len() {
            let mut both = peers[i].clone();
            both.receive(&peers[j]);
            pairs.insert((i, j), kinds(&both.fold.conflicts()));
        }
    }
    for peer in &mut peers {
        peer.events.retain(|id, _| !base.events.contains_key(id));
    }
    let n = peers.len();
    let pairs_of = |i| (i + 1..n).flat_map(move |j| (j + 1..n).map(move |k| [i, j, k]));
    for [i, j, k] in (0..n).flat_map(pairs_of) {
        let what = || format!("{} + {} + {}", EDITS[i].0, EDITS[j].0, EDITS[k].0);
        let receive = |order: [usize; 3]| {
            let mut fold = base.fold.clone();
            for peer in order {
                fold.extend(peers[peer].events.values().cloned());
            }
            fold
        };
        let (one, other) = (receive([i, j, k]), receive([k, j, i]));
        assert!(one == other, "{}", what());
        let found = kinds(&one.conflicts());
        let of = |a, b| pairs.get(&(a, b)).cloned().unwrap_or_default();
        let known = &(&of(i, j) | &of(i, k)) | &of(j, k);
        assert!(found.is_subset(&known), "{}: {found:?} {known:?}", what());
    }
}
