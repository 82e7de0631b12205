//! Merging concurrent writes of one aspect.

use std::collections::BTreeMap;

use super::graph::event_node::Rank;
use super::object::AspectValue;
use super::state::Fold;
use crate::event::EventId;
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
