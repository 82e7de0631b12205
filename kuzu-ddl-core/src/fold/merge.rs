//! Merging concurrent writes of one aspect.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::event_node::Rank;
use super::object::{AspectValue, ObjectBody};
use super::state::Fold;
use crate::event::{Aspect, EventId, ObjectId};
use crate::schema::{Multiplicity, StorageDirection};

/// Result of a merge: the value, and the events that lost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MergeOutcome {
    pub(super) value: AspectValue,
    /// Events that wrote a value which the merged one does not satisfy.
    pub(super) losers: Vec<EventId>,
}

impl Fold {
    /// Merges the concurrent writes of an aspect.
    ///
    /// The last write by rank wins. Where the aspect has a lattice join, the values are joined
    /// instead: the smallest type that holds all values, NULL where one allows it, the least
    /// restrictive multiplicity, both storage directions.
    pub(super) fn merge(&self, heads: &BTreeMap<EventId, AspectValue>) -> Option<MergeOutcome> {
        let mut ranked: Vec<(Rank, &AspectValue)> = heads
            .iter()
            .map(|(event, written)| (self.rank_of(*event), written))
            .collect();
        ranked.sort_by_key(|(rank, _)| std::cmp::Reverse(*rank));
        let mut rest = ranked.iter();
        let mut value = rest.next()?.1.clone();
        for (_, other) in rest {
            if let Some(joined) = value.join(other) {
                value = joined;
            }
        }
        let losers = ranked
            .iter()
            .filter(|(_, written)| !value.satisfies(written))
            .map(|(rank, _)| rank.1)
            .collect();
        Some(MergeOutcome { value, losers })
    }
}

impl Fold {
    /// Settles the primary key of a node table, which was `before`: if the type of the property
    /// that was chosen last cannot be a key, another choice holds, at last that of the creation.
    pub(super) fn settle_primary_key(&mut self, table: ObjectId, before: Option<ObjectId>) {
        let Some(object) = self.object(table) else {
            return;
        };
        let Some(heads) = object.changed(Aspect::PrimaryKey) else {
            return;
        };
        let creators = object.creators.iter();
        let mut keys: Vec<(bool, Rank, ObjectId)> = heads
            .iter()
            .map(|head| (true, head))
            .chain(creators.map(|creator| (false, creator)))
            .filter_map(|(is_newest, event)| {
                let written = self.written(self.event(*event)?, Aspect::PrimaryKey, table)?;
                let AspectValue::Key(key) = written else {
                    return None;
                };
                Some((is_newest, self.rank_of(*event), key))
            })
            .collect();
        keys.sort();
        let can_be_key = |id: ObjectId| match self.object(id).map(|object| &object.body) {
            Some(ObjectBody::Property(spec)) => spec.ty.can_be_key(),
            _ => false,
        };
        let chosen = keys.iter().rev().find(|(_, _, key)| can_be_key(*key));
        let Some((_, _, key)) = chosen.or(keys.last()).copied() else {
            return;
        };
        if let Some(object) = self.object_mut(table) {
            object.set(AspectValue::Key(key));
        }
        let keys = BTreeSet::from_iter(before.into_iter().chain([key]));
        if keys.len() > 1 {
            keys.into_iter()
                .for_each(|key| self.recompute_lifecycle(key));
        }
    }
}

impl AspectValue {
    fn join(&self, other: &Self) -> Option<Self> {
        Some(match (self, other) {
            (Self::Type(a), Self::Type(b)) => Self::Type(a.join(b)?),
            (Self::Nullable(a), Self::Nullable(b)) => Self::Nullable(*a || *b),
            (Self::Multiplicity(a), Self::Multiplicity(b)) => {
                Self::Multiplicity(least_restrictive(*a, *b))
            }
            (Self::Storage(a), Self::Storage(b)) if a != b => Self::Storage(StorageDirection::Both),
            _ => return None,
        })
    }

    /// Returns whether the merged value gives the writer of `other` what it requested, or more.
    fn satisfies(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Type(joined), Self::Type(written)) => written.widens_to(joined),
            (Self::Storage(joined), Self::Storage(_)) => {
                *joined == StorageDirection::Both || self == other
            }
            // A lost comment or default breaks nothing.
            (Self::Comment(_) | Self::Default(_), _) => true,
            _ => self == other,
        }
    }
}

/// Returns the least restrictive of two multiplicities: rows of either satisfy it.
fn least_restrictive(a: Multiplicity, b: Multiplicity) -> Multiplicity {
    let many = |from: bool, to: bool| match (from, to) {
        (true, true) => Multiplicity::ManyMany,
        (true, false) => Multiplicity::ManyOne,
        (false, true) => Multiplicity::OneMany,
        (false, false) => Multiplicity::OneOne,
    };
    let sides = |m: Multiplicity| match m {
        Multiplicity::ManyMany => (true, true),
        Multiplicity::ManyOne => (true, false),
        Multiplicity::OneMany => (false, true),
        Multiplicity::OneOne => (false, false),
    };
    let ((a, b), (c, d)) = (sides(a), sides(b));
    many(a || c, b || d)
}
