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
use crate::fold::{Body, Draft, Fold, Life, Object, compare_states, path};
use crate::schema::{Differs, How};

/// Result of [`reverse`].
#[derive(Clone, Debug)]
pub struct Reversed {
    /// New events, in order.
    pub events: Vec<DdlEvent>,
    /// State after the new events.
    pub after: Fold,
    /// What is not recovered, as messages.
    pub lost: Vec<String>,
}

/// Computes the events that return `now` to the state `then`. Purged objects are recreated without
/// rows, so that binaries which declare them can start, and are reported in `lost`.
#[doc(alias = "rollback")]
#[doc(alias = "revert")]
#[must_use]
pub fn reverse(now: Fold, then: &Fold) -> Reversed {
    let mut way = Way {
        then,
        draft: Draft::new(now),
        anew: BTreeMap::new(),
        lost: Vec::new(),
    };
    way.drop_tables();
    way.drop_properties(false);
    way.rename();
    way.restore();
    way.make_anew();
    way.pairs();
    way.bodies();
    way.drop_properties(true);
    way.indexes();
    way.sequences();
    way.comments();
    let Way {
        draft, mut lost, ..
    } = way;
    let (after, events) = draft.finish();
    // Whatever remains different in the end is reported.
    let left = compare_states(&after, then);
    let left = left.rows.iter().filter(|row| !is_new_sequence(row));
    lost.extend(left.map(|row| format!("not reverted: {row}")));
    lost.sort();
    Reversed {
        events,
        after,
        lost,
    }
}

/// Returns whether the row is a sequence created since, which stays: it blocks nothing, and its
/// current value would be lost.
fn is_new_sequence(row: &Differs) -> bool {
    row.what == "sequence" && row.how == How::Removed
}

struct Way<'a> {
    pub(super) then: &'a Fold,
    pub(super) draft: Draft,
    /// Recreated objects, by the objects that they replace.
    pub(super) anew: BTreeMap<ObjectId, ObjectId>,
    pub(super) lost: Vec<String>,
}

impl Way<'_> {
    /// Returns whether an object is live at the end.
    fn wanted(&self, id: ObjectId) -> bool {
        self.then.object(id).is_some_and(Object::is_live)
    }

    fn is_live(&self, id: ObjectId) -> bool {
        self.draft.fold().object(id).is_some_and(Object::is_live)
    }

    fn is_purged(&self, id: ObjectId) -> bool {
        let object = self.draft.fold().object(id);
        object.is_some_and(|o| matches!(o.life.value, Life::Purged(_)))
    }

    /// Returns all objects of both states that fit, tables by their kind first, then by name: in
    /// the same order on every machine.
    fn all(&self, fits: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
        let fold = self.draft.fold();
        let mut found: Vec<_> = fold
            .objects()
            .filter(|object| fits(object))
            .map(|object| {
                let is_node = matches!(object.body, Body::NodeTable { .. });
                (!is_node, path(fold, object.id), object.id)
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
    use crate::diff::options::Options;
    use crate::diff::{ancestor, diff};
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
            let now = Fold::of(&events);
            let found = diff(&declared, last.as_ref(), now, &Options::default()).expect("fits");
            events.extend(found.events);
            last = Some(ancestor(&declared, last.as_ref(), &found.after));
            folds.push((found.after, events.clone()));
        }
        for (i, (now, events)) in folds.iter().enumerate() {
            for (then_at, (then, _)) in folds[..=i].iter().enumerate() {
                let way = reverse(now.clone(), then);
                assert_eq!(way.lost, Vec::<String>::new());
                assert_eq!(way.after.schema(), then.schema());
                let all = events.iter().chain(&way.events);
                let fresh = Fold::of(all);
                assert_eq!(fresh.rejected(), way.after.rejected());
                assert_eq!(fresh.conflicts(), way.after.conflicts());
                assert_eq!(
                    compare_states(&fresh, &way.after).to_string(),
                    "no differences"
                );
                // Archived columns are in the order of the events, and those of one start have
                // none.
                for (a, b) in fresh.objects().zip(way.after.objects()) {
                    assert_eq!((a.id, &a.life, &a.name), (b.id, &b.life, &b.name));
                    assert_eq!(a.body, b.body, "from {i} to {then_at}");
                }
                assert_eq!(fresh.frontier(), way.after.frontier());
                let again = reverse(way.after, now);
                assert_eq!(again.after.schema(), now.schema());
            }
        }
    }
}
