//! Peers that change their schemas concurrently and exchange events from time to time.

use std::collections::{BTreeMap, BTreeSet};

use super::super::builder::ChangeBuilder;
use super::super::object::{Lifecycle, Object};
use super::super::state::Fold;
use crate::event::{
    Change, DdlEvent, Endpoints, EventId, IndexSpec, ObjectId, ObjectKind, OnFail, PropertySpec,
    SequenceSpec,
};
use crate::schema::{Expr, IndexKind, Multiplicity, StorageDirection, Type};

/// Pseudo-random numbers that are the same on every machine (xorshift64*).
pub(super) struct Dice(u64);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let high = self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 33;
        usize::try_from(high).unwrap_or(0) % n.max(1)
    }

    pub(super) fn of<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    pub(super) fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            items.swap(i, self.below(i + 1));
        }
    }
}

/// Peer: its events and its state.
#[derive(Clone, Default)]
pub(super) struct Peer {
    pub(super) events: BTreeMap<EventId, DdlEvent>,
    pub(super) fold: Fold,
}

impl Peer {
    /// Changes the schema, after everything received so far.
    pub(super) fn change(&mut self, edit: impl FnOnce(&mut ChangeBuilder)) {
        let mut draft = ChangeBuilder::new(self.fold.clone());
        edit(&mut draft);
        let (fold, events) = draft.finish();
        self.fold = fold;
        let events = events.into_iter().map(|event| (event.id(), event));
        self.events.extend(events);
    }

    /// Receives all events of another peer.
    pub(super) fn receive(&mut self, other: &Self) {
        self.fold.extend(other.events.values().cloned());
        let events = other.events.iter();
        self.events
            .extend(events.map(|(id, event)| (*id, event.clone())));
    }
}

pub(super) fn spec(ty: Type) -> PropertySpec {
    PropertySpec {
        ty,
        nullable: true,
        default: None,
    }
}

const TYPES: [Type; 6] = [
    Type::Int32,
    Type::Int64,
    Type::UInt32,
    Type::String,
    Type::Double,
    Type::Date,
];

/// Makes a random change to a peer's schema.
pub(super) fn edit(draft: &mut ChangeBuilder, dice: &mut Dice) {
    let fold = draft.fold().clone();
    let ids = |fits: &dyn Fn(&Object) -> bool| -> Vec<ObjectId> {
        fold.objects()
            .filter(|object| fits(object))
            .map(|object| object.id)
            .collect()
    };
    let node = |o: &Object| o.kind() == ObjectKind::NodeTable && o.is_live();
    let edge = |o: &Object| o.kind() == ObjectKind::EdgeTable && o.is_live();
    let property = |o: &Object| o.kind() == ObjectKind::Property && fold.is_live_in_live_table(o);
    let (nodes, edges, properties) = (ids(&node), ids(&edge), ids(&property));
    let tables: Vec<ObjectId> = nodes.iter().chain(&edges).copied().collect();
    let name = *dice.of(&["A", "a", "B", "C", "D"]).unwrap_or(&"A");
    let ty = dice.of(&TYPES).cloned().unwrap_or(Type::Int64);
    let table = dice.of(&tables).copied();
    let node = dice.of(&nodes).copied();
    let edge = dice.of(&edges).copied();
    let member = dice.of(&properties).copied();
    let free = fold.find(None, &name.into()).is_none();
    match dice.below(22) {
        0 | 1 if free => {
            let key = if dice.below(4) == 0 {
                Type::String
            } else {
                Type::Int64
            };
            draft.create_node_table(name, "id", spec(key));
        }
        2 if free => {
            let multiplicity = *dice
                .of(&Multiplicity::ALL)
                .unwrap_or(&Multiplicity::ManyMany);
            let id = draft.create_edge_table(name, multiplicity, StorageDirection::Both);
            if let (Some(from), Some(to)) = (node, dice.of(&nodes)) {
                draft.add_pair(id, Endpoints { from, to: *to });
            }
        }
        3..=6 => {
            let name = *dice.of(&["p", "P", "q", "r"]).unwrap_or(&"p");
            if let Some(table) = table.filter(|t| fold.find(Some(*t), &name.into()).is_none()) {
                draft.add_property(table, name, spec(ty));
            }
        }
        7 => {
            if let (Some(edge), Some(from), Some(to)) = (edge, node, dice.of(&nodes)) {
                let ends = Endpoints { from, to: *to };
                let key = crate::event::pair_key(ends);
                if fold.find(Some(edge), &key).is_none() {
                    draft.add_pair(edge, ends);
                }
            }
        }
        8 => table.into_iter().for_each(|id| draft.rename(id, name)),
        9 => member.into_iter().for_each(|id| draft.rename(id, name)),
        10 => {
            let used = |id: &ObjectId| fold.pairs_of(*id).next().is_some();
            table
                .filter(|id| !used(id))
                .into_iter()
                .for_each(|id| draft.archive(id));
        }
        11 => member
            .filter(|id| !fold.is_primary_key(*id))
            .into_iter()
            .for_each(|id| draft.archive(id)),
        12 => {
            let archived = |o: &Object| matches!(o.lifecycle.value, Lifecycle::Archived(_));
            let archived =
                ids(&|o| archived(o) && (o.kind().is_table() || o.kind() == ObjectKind::Property));
            dice.of(&archived)
                .into_iter()
                .for_each(|id| draft.restore(*id));
        }
        13 => {
            let archived = fold.objects().filter_map(|o| match o.lifecycle.value {
                Lifecycle::Archived(by) if o.kind() != ObjectKind::Pair => Some((o.id, by)),
                _ => None,
            });
            let archived: Vec<_> = archived.collect();
            dice.of(&archived)
                .into_iter()
                .for_each(|(id, by)| draft.purge(*id, *by));
        }
        14 | 15 => {
            let (cast, on_fail) = (None, OnFail::Null);
            if let Some(id) = member {
                draft.change(id, Change::SetType { ty, cast, on_fail });
            }
        }
        16 => member.into_iter().for_each(|id| {
            let default = (dice.below(2) == 0).then_some(Expr::Int(7));
            draft.change(id, Change::SetDefault { default });
        }),
        17 => member.into_iter().for_each(|id| {
            draft.change(
                id,
                Change::SetNullable {
                    nullable: dice.below(2) == 0,
                },
            );
        }),
        18 => {
            if let Some(node) = node {
                let own: Vec<ObjectId> = properties
                    .iter()
                    .filter(|id| fold.object(**id).is_some_and(|o| o.parent == Some(node)))
                    .copied()
                    .collect();
                if let Some(key) = dice.of(&own) {
                    draft.change(node, Change::SetPrimaryKey { key: *key });
                }
            }
        }
        19 => edge.into_iter().for_each(|id| {
            let multiplicity = *dice
                .of(&Multiplicity::ALL)
                .unwrap_or(&Multiplicity::ManyMany);
            draft.change(id, Change::SetMultiplicity { multiplicity });
        }),
        20 => {
            let text = dice.below(2) == 0;
            let id = if dice.below(2) == 0 { table } else { member };
            id.into_iter()
                .for_each(|id| draft.set_comment(id, text.then(|| name.to_owned())));
        }
        _ => more(draft, dice, member, name),
    }
}

/// Makes a change of one of the rarer kinds.
fn more(draft: &mut ChangeBuilder, dice: &mut Dice, member: Option<ObjectId>, name: &str) {
    let fold = draft.fold().clone();
    let conflicts = fold.conflicts();
    match dice.below(4) {
        0 if fold.find_sequence(name).is_none() => {
            let spec = SequenceSpec {
                start: i64::try_from(dice.below(3)).unwrap_or(0),
                increment: 1,
                min: 0,
                max: 9,
                cycle: false,
            };
            draft.create_sequence(name, spec);
        }
        1 => {
            let property = member.and_then(|id| fold.object(id));
            let table = property.and_then(|property| property.parent);
            let table = table.filter(|table| {
                fold.object(*table)
                    .is_some_and(|t| t.kind() == ObjectKind::NodeTable)
            });
            if let (Some(table), Some(property)) = (table, property)
                && fold.find_index(table, name).is_none()
            {
                let spec = IndexSpec {
                    kind: IndexKind::FullText,
                    properties: vec![property.id],
                    options: BTreeMap::new(),
                };
                draft.create_index(table, name, spec);
            }
        }
        _ => {
            if let Some(conflict) = dice.of(&conflicts) {
                let choices: BTreeSet<EventId> = fold.resolutions(conflict);
                let choices: Vec<EventId> = choices.into_iter().collect();
                if let Some(keep) = dice.of(&choices) {
                    draft.resolve(conflict, *keep);
                }
            }
        }
    }
}
