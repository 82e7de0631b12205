//! Ordering of renames, so that every name is free when it is assigned.

use std::collections::{BTreeMap, BTreeSet};

use super::super::operation::RenameReason;
use crate::schema::NameKey;

/// Requested rename.
#[derive(Clone, Debug)]
pub(in crate::plan) struct Rename {
    pub(in crate::plan) from: String,
    pub(in crate::plan) to: String,
    pub(in crate::plan) purpose: RenameReason,
}

/// Orders the renames, with detours through temporary names where they form cycles or change only
/// the case.
///
/// `taken` holds all names in use, including those to be renamed; `case` is whether the engine can
/// change the case of a name alone.
pub(in crate::plan) fn ordered(
    renames: Vec<Rename>,
    mut used_names: BTreeSet<NameKey>,
    case: bool,
) -> Vec<Rename> {
    let (alone, renames): (Vec<_>, Vec<_>) = renames
        .into_iter()
        .partition(|rename| case && NameKey::new(&rename.from) == NameKey::new(&rename.to));
    let mut pending: BTreeMap<NameKey, Rename> = renames
        .into_iter()
        .map(|rename| (NameKey::new(&rename.from), rename))
        .collect();
    let mut out = alone;
    while let Some(start) = pending.keys().next().cloned() {
        // Follow the chain of blocking names to one whose target is free, or around a cycle.
        let mut seen = BTreeSet::from([start.clone()]);
        let mut path = vec![start];
        while let Some(target) = path
            .last()
            .and_then(|k| pending.get(k))
            .map(|r| NameKey::new(&r.to))
        {
            if !seen.insert(target.clone()) {
                // A cycle, or a change of case: one of them first moves to a temporary name.
                if let Some(blocker) = pending.remove(&target) {
                    let aside = vacate_name(&blocker.to, &used_names);
                    used_names.remove(&target);
                    used_names.insert(NameKey::new(&aside));
                    out.push(Rename {
                        to: aside.clone(),
                        purpose: RenameReason::FreeName,
                        ..blocker.clone()
                    });
                    pending.insert(
                        NameKey::new(&aside),
                        Rename {
                            from: aside,
                            ..blocker
                        },
                    );
                }
                break;
            }
            if !pending.contains_key(&target) {
                break;
            }
            path.push(target);
        }
        for key in path.into_iter().rev() {
            let free = pending
                .get(&key)
                .is_some_and(|r| !used_names.contains(&NameKey::new(&r.to)));
            if free && let Some(rename) = pending.remove(&key) {
                used_names.remove(&key);
                used_names.insert(NameKey::new(&rename.to));
                out.push(rename);
            } else if pending
                .get(&key)
                .is_some_and(|r| !pending.contains_key(&NameKey::new(&r.to)))
            {
                // The name belongs to an object that stays: leave it to the engine to reject.
                if let Some(rename) = pending.remove(&key) {
                    out.push(rename);
                }
            }
        }
    }
    out
}

fn vacate_name(name: &str, used_names: &BTreeSet<NameKey>) -> String {
    (0_u32..)
        .map(|n| format!("{name}__t_{n}"))
        .find(|name| !used_names.contains(&NameKey::new(name)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Runs the renames as an engine would, and returns where each name ended.
    fn run(pairs: &[(&str, &str)], others: &[&str]) -> BTreeMap<String, String> {
        let renames = pairs.iter().map(|(from, to)| Rename {
            from: (*from).into(),
            to: (*to).into(),
            purpose: RenameReason::Declared,
        });
        let names = pairs
            .iter()
            .map(|(from, _)| *from)
            .chain(others.iter().copied());
        let mut at: BTreeMap<NameKey, String> =
            names.map(|n| (NameKey::new(n), n.to_owned())).collect();
        let used_names = at.keys().cloned().collect();
        for rename in ordered(renames.collect(), used_names, false) {
            let origin = at.remove(&NameKey::new(&rename.from)).expect("exists");
            assert!(
                at.insert(NameKey::new(&rename.to), origin).is_none(),
                "{} is taken",
                rename.to
            );
        }
        at.into_iter()
            .map(|(name, origin)| (origin, name.to_string()))
            .collect()
    }

    #[test]
    fn chains_swaps_circles_and_case() {
        for renames in [
            vec![("a", "b"), ("b", "c"), ("c", "d")],
            vec![("a", "b"), ("b", "a")],
            vec![("a", "b"), ("b", "c"), ("c", "a"), ("x", "y")],
            vec![("a", "A"), ("b", "a__t_0")],
            vec![("z", "y"), ("y", "x"), ("m", "n"), ("n", "m")],
        ] {
            let ended = run(&renames, &["bystander"]);
            for (from, to) in renames {
                assert_eq!(ended[from], to.to_lowercase());
            }
        }
    }

    #[test]
    fn a_long_chain_is_quick() {
        let names: Vec<String> = (0..5_000).map(|n| format!("t{n}")).collect();
        let renames: Vec<(&str, &str)> = names
            .windows(2)
            .map(|w| (w[0].as_str(), w[1].as_str()))
            .collect();
        assert_eq!(run(&renames, &[]).len(), 4_999);
    }
}
