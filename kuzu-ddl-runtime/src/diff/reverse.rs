//! The way back: the events that lead from one state to an earlier one.
//!
//! Going back is history, never erasure, so nothing is taken away from the log: what was added is
//! archived, what was archived is restored, what was changed is changed back. The way is found by
//! comparing the two states object by object and not by undoing event after event, so that many
//! changes of one thing are one change back. What cannot be reversed is named.

use std::collections::{BTreeMap, BTreeSet};

use crate::compare::{Differs, How};
use crate::event::{Change, DdlEvent, Endpoints, IndexSpec, ObjectId, OnFail, SequenceSpec};
use crate::fold::{Body, Draft, Fold, Life, Object};
use crate::history::{compare_states, path};
use crate::schema::{Expr, Key, Type};

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
    then: &'a Fold,
    draft: Draft,
    /// Objects that had to be made anew, by what they stand for.
    anew: BTreeMap<ObjectId, ObjectId>,
    lost: Vec<String>,
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

    /// Tables that were not there then. Their pairs come first, rel tables before node tables.
    fn drop_tables(&mut self) {
        let pairs = self.all(|o| matches!(o.body, Body::Pair(_)) && o.is_live());
        for id in pairs {
            let table = self.draft.fold().object(id).and_then(|pair| pair.parent);
            if !self.wanted(id) && table.is_some_and(|table| self.wanted(table)) {
                self.draft.drop(id);
            }
        }
        let tables = self.all(|object| object.kind().is_table() && object.is_live());
        for id in tables.into_iter().rev() {
            if !self.wanted(id) {
                self.draft.drop(id);
            }
        }
    }

    /// Properties that were not there then; the present key only once another has taken its place.
    fn drop_properties(&mut self, keys: bool) {
        let properties = self.all(|o| matches!(o.body, Body::Property(_)) && o.is_live());
        for id in properties {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            let stays = table.is_some_and(|table| self.wanted(table));
            let made = self.anew.values().any(|anew| *anew == id);
            if stays && !made && !self.wanted(id) && (keys || !self.draft.fold().is_key(id)) {
                self.draft.drop(id);
            }
        }
    }

    /// Names, also of what is archived: it comes back under the name that it had then.
    fn rename(&mut self) {
        for id in self.all(|object| !matches!(object.body, Body::Pair(_))) {
            let Some(was) = self.then.object(id).filter(|was| was.is_live()) else {
                continue;
            };
            let to = was.name.value.clone();
            let is = self.draft.fold().object(id).map(|o| o.name.value.clone());
            if !self.is_purged(id) && is.is_some_and(|is| is != to) {
                self.draft.rename(id, &to);
            }
        }
    }

    fn restore(&mut self) {
        let archived = |o: &Object| matches!(o.life.value, Life::Archived(_));
        let tables = self.all(|o| archived(o) && o.kind().is_table());
        let properties = self.all(|o| archived(o) && matches!(o.body, Body::Property(_)));
        for id in tables.into_iter().chain(properties) {
            if self.wanted(id) && self.parent_stays(id) {
                self.draft.restore(id);
            }
        }
    }

    /// Whether what an object is in will be in use; true for tables.
    fn parent_stays(&self, id: ObjectId) -> bool {
        let parent = self.then.object(id).and_then(|object| object.parent);
        parent.is_none_or(|table| self.wanted(table))
    }

    /// What was purged since: tables and properties, empty.
    fn make_anew(&mut self) {
        for id in self.all(|object| object.kind().is_table()) {
            if self.is_purged(id) && self.wanted(id) {
                self.table_anew(id);
            }
        }
        for id in self.all(|object| matches!(object.body, Body::Property(_))) {
            let parent = self.then.object(id).and_then(|object| object.parent);
            let gone = self.is_purged(id) && self.wanted(id);
            if let Some(table) = parent.filter(|table| gone && self.wanted(*table))
                && !self.is_purged(table)
            {
                self.property_anew(table, id);
            }
        }
    }

    fn told(&mut self, id: ObjectId, why: &str) {
        let path = path(self.then, id).unwrap_or_else(|| id.short());
        self.lost.push(format!("{path}: {why}"));
    }

    fn table_anew(&mut self, id: ObjectId) {
        let Some(was) = self.then.object(id) else {
            return;
        };
        let name = was.name.value.clone();
        self.told(id, "was purged, and comes back empty");
        let made = match &was.body {
            Body::NodeTable { key } => {
                let Some(key) = self.then.object(*key) else {
                    return;
                };
                let Body::Property(spec) = &key.body else {
                    return;
                };
                let made = self
                    .draft
                    .create_node_table(&name, &key.name.value, spec.clone());
                let new = self.draft.fold().key(made);
                self.anew.extend(new.map(|new| (key.id, new)));
                made
            }
            Body::EdgeTable {
                multiplicity,
                storage,
            } => self.draft.create_edge_table(&name, *multiplicity, *storage),
            _ => return,
        };
        self.anew.insert(id, made);
        let mut properties: Vec<(Key, ObjectId)> = self
            .then
            .children(id)
            .filter(|child| child.is_live() && !self.anew.contains_key(&child.id))
            .filter(|child| matches!(child.body, Body::Property(_)))
            .map(|child| (Key::new(&child.name.value), child.id))
            .collect();
        properties.sort();
        for (_, property) in properties {
            self.add_property(made, property);
        }
    }

    fn property_anew(&mut self, table: ObjectId, id: ObjectId) {
        self.told(id, "was purged, and comes back empty");
        self.add_property(table, id);
    }

    fn add_property(&mut self, table: ObjectId, id: ObjectId) {
        let Some(was) = self.then.object(id) else {
            return;
        };
        let Body::Property(spec) = &was.body else {
            return;
        };
        let made = self
            .draft
            .add_property(table, &was.name.value, spec.clone());
        self.anew.insert(id, made);
    }

    /// An object, or what stands for it by now.
    fn here(&self, id: ObjectId) -> ObjectId {
        self.anew.get(&id).copied().unwrap_or(id)
    }

    /// Pairs that were there then. Their rels were deleted when they were dropped.
    fn pairs(&mut self) {
        let mut wanted: Vec<(Option<String>, ObjectId, ObjectId, Endpoints)> = Vec::new();
        for pair in self.then.objects().filter(|object| object.is_live()) {
            let (Body::Pair(ends), Some(table)) = (&pair.body, pair.parent) else {
                continue;
            };
            if self.wanted(table) {
                wanted.push((path(self.then, pair.id), pair.id, table, *ends));
            }
        }
        wanted.sort();
        for (_, id, table, ends) in wanted {
            let endpoints = Endpoints {
                from: self.here(ends.from),
                to: self.here(ends.to),
            };
            let table_is_new = self.anew.contains_key(&table);
            if self.is_live(id) && endpoints == ends && !table_is_new {
                continue;
            }
            let present = self.present_pairs(self.here(table));
            if present.contains(&endpoints) {
                continue;
            }
            if !table_is_new {
                self.told(
                    id,
                    "comes back without its rels, which were deleted when it was dropped",
                );
            }
            self.draft.add_pair(self.here(table), endpoints);
        }
    }

    fn present_pairs(&self, table: ObjectId) -> BTreeSet<Endpoints> {
        let pairs = self.draft.fold().children(table);
        let ends = pairs.filter(|pair| pair.is_live()).map(|pair| &pair.body);
        ends.filter_map(|body| match body {
            Body::Pair(ends) => Some(*ends),
            _ => None,
        })
        .collect()
    }

    /// Types, defaults, nullability, multiplicities, storage directions; keys last, since the
    /// property that becomes the key must have its type.
    fn bodies(&mut self) {
        let mut objects = self.all(|object| object.is_live());
        objects.retain(|id| self.wanted(*id));
        for id in objects.iter().copied() {
            let was = self.then.object(id).map(|object| object.body.clone());
            let is = self.draft.fold().object(id).map(|o| o.body.clone());
            let (Some(was), Some(is)) = (was, is) else {
                continue;
            };
            self.tell_of_functions(id);
            for change in changes(&was, &is) {
                self.draft.set(id, change);
            }
        }
        for id in objects {
            let Some(Body::NodeTable { key }) = self.then.object(id).map(|o| &o.body) else {
                continue;
            };
            let key = self.here(*key);
            if self.draft.fold().key(id) != Some(key) {
                self.draft.set(id, Change::SetKey { key });
            }
        }
    }

    /// Values that a function made cannot be told from those that were written since.
    fn tell_of_functions(&mut self, id: ObjectId) {
        let known = self.then.object(id).map_or(0, |o| o.archives.len());
        let archives = self.draft.fold().object(id).map(|o| o.archives.as_slice());
        let mut since = archives.unwrap_or_default().iter().skip(known);
        if let Some(function) = since.find_map(|archive| archive.function.clone()) {
            self.told(
                id,
                &format!(
                    "gets the values back from before the function {function} made others of them, \
                     also in rows that were written since"
                ),
            );
        }
    }

    /// Indexes as they were then; they hold no data, so what goes and comes is made anew.
    fn indexes(&mut self) {
        for id in self.all(|o| matches!(o.body, Body::Index(_)) && o.is_live()) {
            let table = self.draft.fold().object(id).and_then(|o| o.parent);
            if !self.wanted(id) && table.is_some_and(|table| self.wanted(table)) {
                self.draft.drop(id);
            }
        }
        let mut wanted: Vec<(String, ObjectId, IndexSpec)> = Vec::new();
        for index in self.then.objects().filter(|object| object.is_live()) {
            let (Body::Index(spec), Some(table)) = (&index.body, index.parent) else {
                continue;
            };
            if self.wanted(table) && !self.is_live(index.id) {
                let properties = spec.properties.iter().map(|id| self.here(*id)).collect();
                let spec = IndexSpec {
                    properties,
                    ..spec.clone()
                };
                wanted.push((index.name.value.clone(), self.here(table), spec));
            }
        }
        wanted.sort_by(|a, b| (a.1, &a.0).cmp(&(b.1, &b.0)));
        for (name, table, spec) in wanted {
            self.draft.create_index(table, &name, spec);
        }
    }

    /// Sequences that were dropped since start anew.
    fn sequences(&mut self) {
        let gone = self.then.objects().filter(|object| object.is_live());
        let mut gone: Vec<(String, SequenceSpec)> = gone
            .filter(|object| !self.is_live(object.id))
            .filter_map(|object| match &object.body {
                Body::Sequence(spec) => Some((object.name.value.clone(), *spec)),
                _ => None,
            })
            .collect();
        gone.sort_by(|a, b| a.0.cmp(&b.0));
        for (name, spec) in gone {
            let why = "was dropped, and starts anew";
            self.lost.push(format!("sequence {name}: {why}"));
            self.draft.create_sequence(&name, spec);
        }
    }

    fn comments(&mut self) {
        for id in self.all(|o| o.is_live() && !matches!(o.body, Body::Pair(_))) {
            let Some(was) = self.then.object(id).filter(|was| was.is_live()) else {
                continue;
            };
            let text = was.comment.value.clone();
            let is = self.draft.fold().object(id).map(|o| &o.comment.value);
            if is != Some(&text) {
                self.draft.comment(id, text);
            }
        }
        // What was made anew had its comment then.
        for (id, made) in self.anew.clone() {
            let comment = self.then.object(id).map(|was| was.comment.value.clone());
            if let Some(Some(text)) = comment {
                self.draft.comment(made, Some(text));
            }
        }
    }
}

/// What a row is cast back by that was written since; `None` is a plain CAST. Where the engine has none, the
/// value's text decides: without rows that need it, nothing fails.
fn cast_back(from: &Type, to: &Type) -> Option<Expr> {
    let text = || Expr::Cast(Box::new(Expr::Old), Type::String);
    (!from.has_cast_to(to)).then(text)
}

/// The change of type that leads back.
pub(super) fn change_back(from: &Type, to: &Type) -> Change {
    Change::SetType {
        ty: to.clone(),
        cast: cast_back(from, to),
        on_fail: OnFail::Abort,
    }
}

/// What makes one body of another.
fn changes(was: &Body, is: &Body) -> Vec<Change> {
    let mut out = Vec::new();
    match (was, is) {
        (Body::Property(was), Body::Property(is)) => {
            if was.ty != is.ty {
                out.push(change_back(&is.ty, &was.ty));
            }
            if was.default != is.default {
                let default = was.default.clone();
                out.push(Change::SetDefault { default });
            }
            if was.nullable != is.nullable {
                let nullable = was.nullable;
                out.push(Change::SetNullable { nullable });
            }
        }
        (
            Body::EdgeTable {
                multiplicity,
                storage,
            },
            Body::EdgeTable {
                multiplicity: m,
                storage: s,
            },
        ) => {
            if multiplicity != m {
                let multiplicity = *multiplicity;
                out.push(Change::SetMultiplicity { multiplicity });
            }
            if storage != s {
                out.push(Change::SetStorage { storage: *storage });
            }
        }
        _ => {}
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::declared::Declared;
    use crate::diff::{Options, ancestor, diff};
    use crate::sketch::sketch;

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
