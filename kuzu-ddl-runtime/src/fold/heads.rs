//! The newest events of one thing: nearly always one.

use crate::event::{Dependencies, EventId};

/// A small sorted set of events. A schema has hundreds of thousands of these, and a tree for one id
/// would be ten times its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heads {
    first: Option<EventId>,
    rest: Vec<EventId>,
}

impl Heads {
    /// Of one event.
    #[must_use]
    pub fn of(event: EventId) -> Self {
        Self {
            first: Some(event),
            rest: Vec::new(),
        }
    }

    /// In order of their ids.
    pub fn iter(&self) -> impl Iterator<Item = &EventId> {
        self.first.iter().chain(&self.rest)
    }

    /// How many.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.first.is_some()) + self.rest.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.first.is_none()
    }

    /// Whether the event is one of them.
    #[must_use]
    pub fn contains(&self, event: &EventId) -> bool {
        self.first.as_ref() == Some(event) || self.rest.binary_search(event).is_ok()
    }

    /// Whether something with these dependencies knew all of them.
    #[must_use]
    pub fn known_to(&self, depends_on: &Dependencies) -> bool {
        self.iter().all(|head| depends_on.contains(head))
    }

    /// Adds one.
    pub(super) fn insert(&mut self, event: EventId) {
        let Some(first) = &mut self.first else {
            self.first = Some(event);
            return;
        };
        if event == *first {
            return;
        }
        let other = if event < *first {
            std::mem::replace(first, event)
        } else {
            event
        };
        if let Err(at) = self.rest.binary_search(&other) {
            self.rest.insert(at, other);
        }
    }

    /// Makes `event` a head in place of those it knew.
    pub(super) fn touch(&mut self, event: EventId, depends_on: &Dependencies) {
        let kept: Vec<EventId> = self
            .iter()
            .filter(|head| !depends_on.contains(head))
            .copied()
            .collect();
        *self = Self::of(event);
        kept.into_iter().for_each(|head| self.insert(head));
    }
}

impl FromIterator<EventId> for Heads {
    fn from_iter<T: IntoIterator<Item = EventId>>(events: T) -> Self {
        let mut heads = Self::default();
        events.into_iter().for_each(|event| heads.insert(event));
        heads
    }
}

impl<'a> IntoIterator for &'a Heads {
    type Item = &'a EventId;
    type IntoIter = std::iter::Chain<std::option::Iter<'a, EventId>, std::slice::Iter<'a, EventId>>;

    fn into_iter(self) -> Self::IntoIter {
        self.first.iter().chain(&self.rest)
    }
}
