//! The dependencies of an event: a small sorted set of event ids.

use std::collections::BTreeSet;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::id::EventId;

/// The maximum number of ids that are searched linearly.
const FEW: usize = 8;

/// An immutable set of event ids in ascending order. It nearly always holds one to three ids, for
/// which a tree would use ten times the memory.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Dependencies(Box<[EventId]>);

impl Dependencies {
    /// Wraps ids that are sorted and unique, as in the canonical encoding.
    pub(super) fn from_sorted(ids: Vec<EventId>) -> Self {
        debug_assert!(ids.is_sorted_by(|a, b| a < b), "sorted, without repeats");
        Self(ids.into_boxed_slice())
    }

    /// Iterates over the ids in ascending order.
    #[inline]
    pub fn iter(&self) -> std::slice::Iter<'_, EventId> {
        self.0.iter()
    }

    /// Returns the ids in ascending order.
    #[inline]
    #[must_use]
    pub fn as_slice(&self) -> &[EventId] {
        &self.0
    }

    /// Returns the number of ids.
    #[inline]
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns whether the set is empty.
    #[inline]
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns whether the set contains the event.
    #[inline]
    #[must_use]
    pub fn contains(&self, event: &EventId) -> bool {
        if self.len() <= FEW {
            self.0.contains(event)
        } else {
            self.0.binary_search(event).is_ok()
        }
    }
}

impl fmt::Debug for Dependencies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self).finish()
    }
}

impl From<Vec<EventId>> for Dependencies {
    fn from(mut ids: Vec<EventId>) -> Self {
        ids.sort_unstable();
        ids.dedup();
        Self::from_sorted(ids)
    }
}

impl<const N: usize> From<[EventId; N]> for Dependencies {
    fn from(ids: [EventId; N]) -> Self {
        Vec::from(ids).into()
    }
}

impl From<BTreeSet<EventId>> for Dependencies {
    fn from(ids: BTreeSet<EventId>) -> Self {
        Self::from_sorted(ids.into_iter().collect())
    }
}

impl From<&BTreeSet<EventId>> for Dependencies {
    fn from(ids: &BTreeSet<EventId>) -> Self {
        Self::from_sorted(ids.iter().copied().collect())
    }
}

impl FromIterator<EventId> for Dependencies {
    fn from_iter<I: IntoIterator<Item = EventId>>(ids: I) -> Self {
        Vec::from_iter(ids).into()
    }
}

impl<'a> IntoIterator for &'a Dependencies {
    type Item = &'a EventId;
    type IntoIter = std::slice::Iter<'a, EventId>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Serializes as a list of hexadecimal ids.
impl Serialize for Dependencies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self)
    }
}

impl<'de> Deserialize<'de> for Dependencies {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Vec::deserialize(deserializer).map(Self::from)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_a_set() {
        let ids: Vec<EventId> = (0..20_u8).map(|n| EventId::hash_of(&[n])).collect();
        for count in 0..ids.len() {
            let (some, others) = ids.split_at(count);
            let twice: Dependencies = some.iter().chain(some.iter().rev()).copied().collect();
            let tree: BTreeSet<EventId> = some.iter().copied().collect();
            assert!(twice.iter().eq(&tree));
            assert_eq!(Dependencies::from(&tree), twice);
            assert_eq!(twice.len(), count);
            assert_eq!(twice.is_empty(), count == 0);
            assert!(some.iter().all(|id| twice.contains(id)));
            assert!(!others.iter().any(|id| twice.contains(id)));
        }
    }

    #[test]
    fn their_json_is_that_of_a_set() {
        let tree: BTreeSet<EventId> = (0..3_u8).map(|n| EventId::hash_of(&[n])).collect();
        let json = serde_json::to_string(&tree).expect("JSON");
        let read: Dependencies = serde_json::from_str(&json).expect("a list");
        assert_eq!(read, Dependencies::from(tree));
        assert_eq!(serde_json::to_string(&read).expect("JSON"), json);
        let [first, ..] = read.as_slice() else {
            panic!("three ids")
        };
        let twice: Dependencies =
            serde_json::from_str(&format!("[\"{first}\",\"{first}\"]")).expect("a list");
        assert_eq!(twice.as_slice(), [*first]);
    }
}
