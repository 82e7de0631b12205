//! Reversal: the events that lead from one state to an earlier one.
//!
//! A rollback is history, never erasure, so the log only grows: additions are archived, archived
//! objects are restored, changes are changed back. The reversal is computed by comparing the two
//! states object by object rather than by undoing event after event, so that many changes of one
//! object are reversed by one change. What cannot be reversed is reported.

pub(in crate::diff) mod definitions;
pub(in crate::diff) mod objects;

use std::collections::BTreeMap;

use crate::event::{DdlEvent, ObjectId};
use crate::fold::{ChangeBuilder, Fold, Lifecycle, Object, ObjectBody, compare, object_path};
use crate::schema::{ComparisonEntry, ComparisonKind};

/// Result of [`reverse`].
#[derive(Clone, Debug)]
pub struct Reversal {
    /// New events, in order.
    pub events: Vec<DdlEvent>,
    /// State after the new events.
    pub after: Fold,
    /// Messages about everything that is not recovered.
    pub irreversible: Vec<String>,
}

/// Computes the events that return `current` to the state `target`. Purged objects are recreated
/// without rows, so that binaries which declare them can start, and are reported in
/// `irreversible`.
#[doc(alias = "rollback")]
#[doc(alias = "revert")]
#[must_use]
pub fn reverse(current: Fold, target: &Fold) -> Reversal {
    let mut reverser = Reverser {
        target,
        draft: ChangeBuilder::new(current),
        recreated: BTreeMap::new(),
        irreversible: Vec::new(),
    };
    reverser.drop_tables();
    reverser.drop_properties(false);
    reverser.rename();
    reverser.restore();
    reverser.recreate_purged();
    reverser.pairs();
    reverser.revert_definitions();
    reverser.drop_properties(true);
    reverser.indexes();
    reverser.sequences();
    reverser.comments();
    let Reverser {
        draft,
        mut irreversible,
        ..
    } = reverser;
    let (after, events) = draft.finish();
    // Whatever remains different in the end is reported.
    let remaining = compare(&after, target);
    let remaining = remaining.rows.iter().filter(|row| !is_new_sequence(row));
    irreversible.extend(remaining.map(|row| format!("not reverted: {row}")));
    irreversible.sort();
    Reversal {
        events,
        after,
        irreversible,
    }
}

/// Returns whether the row is a sequence created since, which stays: it blocks nothing, and its
/// current value would be lost.
fn is_new_sequence(row: &ComparisonEntry) -> bool {
    row.object_kind == "sequence" && row.how == ComparisonKind::Removed
}

struct Reverser<'a> {
    pub(super) target: &'a Fold,
    pub(super) draft: ChangeBuilder,
    /// Recreated objects, by the objects that they replace.
    pub(super) recreated: BTreeMap<ObjectId, ObjectId>,
    pub(super) irreversible: Vec<String>,
}

impl Reverser<'_> {
    /// Returns whether an object is live at the end.
    fn is_live_at_target(&self, id: ObjectId) -> bool {
        self.target.object(id).is_some_and(Object::is_live)
    }

    fn is_live(&self, id: ObjectId) -> bool {
        self.draft.fold().object(id).is_some_and(Object::is_live)
    }

    fn is_purged(&self, id: ObjectId) -> bool {
        let object = self.draft.fold().object(id);
        object.is_some_and(|o| matches!(o.lifecycle.value, Lifecycle::Purged(_)))
    }

    /// Returns all objects of both states that fit, tables by their kind first, then by name: in
    /// the same order on every machine.
    fn objects_of_both(&self, fits: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
        let fold = self.draft.fold();
        let mut found: Vec<_> = fold
            .objects()
            .filter(|object| fits(object))
            .map(|object| {
                let is_node = matches!(object.body, ObjectBody::NodeTable { .. });
                (!is_node, object_path(fold, object.id), object.id)
            })
            .collect();
        found.sort();
        found.into_iter().map(|(_, _, id)| id).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::Declared;
    use crate::diff::options::DiffOptions;
    use crate::diff::{diff, next_ancestor};
    use crate::test_schema::sketch;

    const VERSIONS: [&str; 5] = [
        "node A: id INT64, s STRING, x INT32 = 3 # One.
         node B: id INT64
         edge R A>B: w INT64, k STRING",
        "node A: id INT64, t<s STRING, x INT64 = 4, -y
         node C<B: id INT64, more UUID
         edge R A>C MANY_ONE: k STRING, -w",
        // A swap, and a new key.
        "node C<A: k STRING, id INT64, t STRING, x INT64 = 4
         node A<C: id INT64, more UUID
         edge R C>A MANY_ONE: k STRING
         edge S A>A: n INT64 # New.",
        "node C: k STRING, id INT64, t STRING
         node A: id INT64, less<more UUID
         edge S A>A A>C: n INT64
         -R",
        "node D: id INT64
         -S
         -C",
    ];

    /// Reverses from every later version to every earlier one, and from there to the later one
    /// again.
    #[test]
    fn there_and_back() {
        let (mut folds, mut events) = (Vec::new(), Vec::<DdlEvent>::new());
        let mut last: Option<Declared> = None;
        for text in VERSIONS {
            let declared = sketch(text);
            let now = Fold::from_events(&events);
            let found = diff(&declared, last.as_ref(), now, &DiffOptions::default()).expect("fits");
            events.extend(found.events);
            last = Some(next_ancestor(&declared, last.as_ref(), &found.target));
            folds.push((found.target, events.clone()));
        }
        for (i, (now, events)) in folds.iter().enumerate() {
            for (then_at, (then, _)) in folds[..=i].iter().enumerate() {
                let reverser = reverse(now.clone(), then);
                assert_eq!(reverser.irreversible, Vec::<String>::new());
                assert_eq!(reverser.after.schema(), then.schema());
                let all = events.iter().chain(&reverser.events);
                let fresh = Fold::from_events(all);
                assert_eq!(fresh.rejected_events(), reverser.after.rejected_events());
                assert_eq!(fresh.conflicts(), reverser.after.conflicts());
                assert_eq!(
                    compare(&fresh, &reverser.after).to_string(),
                    "no differences"
                );
                // Archived columns are in the order of the events, and those of one start have
                // none.
                for (a, b) in fresh.objects().zip(reverser.after.objects()) {
                    assert_eq!((a.id, &a.lifecycle, &a.name), (b.id, &b.lifecycle, &b.name));
                    assert_eq!(a.body, b.body, "from {i} to {then_at}");
                }
                assert_eq!(fresh.frontier(), reverser.after.frontier());
                let restored = reverse(reverser.after, now);
                assert_eq!(restored.after.schema(), now.schema());
            }
        }
    }
}
