//! The way back: the events that lead from one state to an earlier one.
//!
//! Going back is history, never erasure, so nothing is taken away from the log: what was added is
//! archived, what was archived is restored, what was changed is changed back. The way is found by
//! comparing the two states object by object and not by undoing event after event, so that many
//! changes of one thing are one change back. What cannot be reversed is named.

pub(in crate::diff) mod definitions;
pub(in crate::diff) mod objects;

use std::collections::BTreeMap;

use crate::event::{DdlEvent, ObjectId};
use crate::fold::{Body, Draft, Fold, Life, Object, compare_states, path};
use crate::schema::{Differs, How};

/// What [`reverse`] found.
#[derive(Clone, Debug)]
pub struct Reversed {
    /// The new events, in order.
    pub events: Vec<DdlEvent>,
    /// The state with them.
    pub after: Fold,
    /// What does not come back, in sentences.
    pub lost: Vec<String>,
}

/// The events that bring `now` to what `then` says. What was deleted for ever is made anew, empty,
/// so that whoever declares it can start, and is told in `lost`.
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
    // Whatever was done above, in the end it is as it was.
    let left = compare_states(&after, then);
    let left = left.rows.iter().filter(|row| !is_new_sequence(row));
    lost.extend(left.map(|row| format!("stays as it is: {row}")));
    lost.sort();
    Reversed {
        events,
        after,
        lost,
    }
}

/// A sequence that came since stays: it is in nobody's way, and its place would be lost.
fn is_new_sequence(row: &Differs) -> bool {
    row.what == "sequence" && row.how == How::Removed
}

struct Way<'a> {
    pub(super) then: &'a Fold,
    pub(super) draft: Draft,
    /// Objects that had to be made anew, by what they stand for.
    pub(super) anew: BTreeMap<ObjectId, ObjectId>,
    pub(super) lost: Vec<String>,
}

impl Way<'_> {
    /// Whether an object is to be in use at the end.
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

    /// All objects of both states that fit, tables by their kind first, then by name: one order on
    /// every machine.
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

    /// From every later version to every earlier one, and from there to the later one again.
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
                // Archives come in the order of the events, and those of one start have none.
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
