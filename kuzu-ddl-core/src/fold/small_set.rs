//! A small sorted set that nearly always holds one item.

use std::slice;

use crate::event::{Dependencies, EventId};

/// Newest events that wrote one register or touched one name.
pub type Heads = SmallSet<EventId>;

/// Sorted set that nearly always holds one item.
///
/// A schema has hundreds of thousands of these, and a tree for one id would be ten times its size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmallSet<T>(Items<T>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Items<T> {
    None,
    One(T),
    /// Two or more, sorted.
    Many(Vec<T>),
}

impl<T> Default for SmallSet<T> {
    fn default() -> Self {
        Self(Items::None)
    }
}

impl<T> SmallSet<T> {
    /// Creates a set of one item.
    #[must_use]
    pub fn of(item: T) -> Self {
        Self(Items::One(item))
    }

    /// Returns the items in order.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        match &self.0 {
            Items::None => &[],
            Items::One(item) => slice::from_ref(item),
            Items::Many(items) => items,
        }
    }

    /// Iterates over the items in order.
    pub fn iter(&self) -> slice::Iter<'_, T> {
        self.as_slice().iter()
    }

    /// Returns the number of items.
    #[must_use]
    pub fn len(&self) -> usize {
        self.as_slice().len()
    }

    /// Returns whether the set is empty.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!(self.0, Items::None)
    }
}

impl<T: Ord> SmallSet<T> {
    /// Returns whether the set contains the item.
    #[must_use]
    pub fn contains(&self, item: &T) -> bool {
        match &self.0 {
            Items::None => false,
            Items::One(one) => one == item,
            Items::Many(items) => items.binary_search(item).is_ok(),
        }
    }

    /// Inserts an item; a duplicate changes nothing.
    pub(super) fn insert(&mut self, item: T) {
        self.0 = match std::mem::replace(&mut self.0, Items::None) {
            Items::None => Items::One(item),
            Items::One(one) if one == item => Items::One(one),
            Items::One(one) if one < item => Items::Many(vec![one, item]),
            Items::One(one) => Items::Many(vec![item, one]),
            Items::Many(mut items) => {
                if let Err(at) = items.binary_search(&item) {
                    items.insert(at, item);
                }
                Items::Many(items)
            }
        };
    }

    /// Removes an item.
    fn remove(&mut self, item: &T) {
        match &mut self.0 {
            Items::Many(items) if items.len() > 2 => {
                if let Ok(at) = items.binary_search(item) {
                    items.remove(at);
                }
            }
            _ => self.retain(|other| other != item),
        }
    }

    /// Retains only the items for which the predicate holds.
    pub(super) fn retain(&mut self, keep: impl Fn(&T) -> bool) {
        self.0 = match std::mem::replace(&mut self.0, Items::None) {
            Items::One(one) if keep(&one) => Items::One(one),
            Items::None | Items::One(_) => Items::None,
            Items::Many(mut items) => {
                items.retain(keep);
                match items.len() {
                    0 => Items::None,
                    1 => items.pop().map_or(Items::None, Items::One),
                    _ => Items::Many(items),
                }
            }
        };
    }
}

impl Heads {
    /// Returns whether an event with these dependencies saw all of them.
    #[must_use]
    pub fn all_known_to(&self, depends_on: &Dependencies) -> bool {
        self.iter().all(|head| depends_on.contains(head))
    }

    /// Makes `event` a head, in place of the heads that it depends on.
    pub(super) fn touch(&mut self, event: EventId, depends_on: &Dependencies) {
        // There can be many concurrent heads, and an event rarely depends on many of them.
        if depends_on.len() < self.len() {
            depends_on.iter().for_each(|head| self.remove(head));
        } else {
            self.retain(|head| !depends_on.contains(head));
        }
        self.insert(event);
    }
}

impl<T: Ord> FromIterator<T> for SmallSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(items: I) -> Self {
        let mut set = Self::default();
        items.into_iter().for_each(|item| set.insert(item));
        set
    }
}

impl<'a, T> IntoIterator for &'a SmallSet<T> {
    type Item = &'a T;
    type IntoIter = slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
