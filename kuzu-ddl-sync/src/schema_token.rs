//! Schema tokens: which schema an application's own data requires.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{EventId, Reader, Writer};

use crate::hash_tree::Digest;

/// Number of bytes that identify an event in a token.
pub(crate) const SHORT_ID_BYTES: usize = 16;

/// The leading bytes of an event id.
pub(crate) type ShortId = [u8; SHORT_ID_BYTES];

/// Maximum number of events that a token lists.
pub const MAX_TOKEN_EVENTS: usize = 4_096;

const VERSION: u8 = 1;

/// Identifies the events that some data requires.
///
/// The sender attaches a token to a message; the receiver checks with
/// [`EventLog::ready_for`](crate::EventLog::ready_for) whether the events have arrived. A token
/// covers either the whole schema of the sender
/// ([`EventLog::schema_token`](crate::EventLog::schema_token)) or selected events
/// ([`SchemaToken::requiring`]), which is small for every size of the schema.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use kuzu_ddl_sync::{EventLog, Readiness, SchemaToken};
/// use kuzu_ddl_core::event::EventId;
///
/// let event = EventId::from_bytes([7; 32]);
/// let token = SchemaToken::requiring(&BTreeSet::from([event]));
/// let received = SchemaToken::decode(&token.encode()).expect("a token of this version");
/// assert_eq!(EventLog::new().ready_for(&received), Readiness::Missing(1));
/// ```
#[doc(alias = "frontier")]
#[doc(alias = "version_vector")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaToken {
    /// The set of events of the sender; zero in a token of selected events.
    digest: Digest,
    events: Vec<ShortId>,
    /// Whether `events` lists everything that the data requires.
    complete: bool,
}

/// The result of checking a [`SchemaToken`] against an event log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// All required events are in the log.
    Ready,
    /// At least this many events are missing: hold the data until more events have arrived.
    Missing(usize),
    /// The log holds every listed event, but the list is incomplete, and the log never equalled
    /// the log of the sender. Tokens of [`SchemaToken::requiring`] with at most
    /// [`MAX_TOKEN_EVENTS`] events avoid this case.
    Unknown,
}

impl SchemaToken {
    pub(crate) fn new(digest: Digest, frontier: &BTreeSet<EventId>) -> Self {
        Self {
            digest,
            events: frontier
                .iter()
                .take(MAX_TOKEN_EVENTS)
                .map(short_id)
                .collect(),
            complete: frontier.len() <= MAX_TOKEN_EVENTS,
        }
    }

    /// Creates a token for data that requires these events and their dependencies.
    ///
    /// Suitable events are the latest events of the tables and properties that the data uses. The
    /// token lists at most [`MAX_TOKEN_EVENTS`] of them.
    #[must_use]
    pub fn requiring(events: &BTreeSet<EventId>) -> Self {
        Self::new(Digest::default(), events)
    }

    /// Encodes the token: version, completeness, digest, events.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.byte(VERSION);
        w.byte(self.complete.into());
        self.digest.write(&mut w);
        w.len(self.events.len());
        self.events.iter().for_each(|event| w.raw(event));
        w.finish()
    }

    /// Decodes a token. Returns `None` if the bytes are not a token of this version.
    #[must_use]
    pub fn decode(bytes: &[u8]) -> Option<Self> {
        let mut r = Reader::new(bytes);
        if r.byte().ok()? != VERSION {
            return None;
        }
        let complete = match r.byte().ok()? {
            0 => false,
            1 => true,
            _ => return None,
        };
        let digest = Digest::read(&mut r).ok()?;
        let count = r.count().ok()?;
        if count > MAX_TOKEN_EVENTS {
            return None;
        }
        let mut events = Vec::new();
        for _ in 0..count {
            let event = ShortId::try_from(r.take(SHORT_ID_BYTES).ok()?).ok()?;
            if events.last().is_some_and(|last| *last >= event) {
                return None;
            }
            events.push(event);
        }
        r.end().ok()?;
        Some(Self {
            digest,
            events,
            complete,
        })
    }

    /// Checks the token against a log: `had_digest` reports whether the log has ever had a digest,
    /// `has` whether it holds an event.
    pub(crate) fn check(
        &self,
        had_digest: impl Fn(&Digest) -> bool,
        has: impl Fn(&ShortId) -> bool,
    ) -> Readiness {
        if self.digest != Digest::default() && had_digest(&self.digest) {
            return Readiness::Ready;
        }
        match self.events.iter().filter(|event| !has(event)).count() {
            0 if self.complete => Readiness::Ready,
            0 => Readiness::Unknown,
            missing => Readiness::Missing(missing),
        }
    }
}

fn short_id(id: &EventId) -> ShortId {
    let mut short = ShortId::default();
    short.copy_from_slice(&id.as_bytes()[..SHORT_ID_BYTES]);
    short
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check_bytes(token: &SchemaToken, expected: &Expect) {
        let bytes = token.encode();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        expected.assert_eq(&hex);
        assert_eq!(SchemaToken::decode(&bytes).as_ref(), Some(token));
    }

    /// Applications store tokens in their messages: these bytes stay readable permanently. Never
    /// update the expected values.
    #[test]
    fn golden_bytes() {
        let events = BTreeSet::from([EventId::hash_of(b"one"), EventId::hash_of(b"two")]);
        check_bytes(
            &SchemaToken::requiring(&BTreeSet::new()),
            &expect!["0101000000000000000000000000000000000000"],
        );
        check_bytes(
            &SchemaToken::requiring(&events),
            &expect![
                "01010000000000000000000000000000000000027dbd608d02ec8d9116e3c2fadb3b4942c5daebf449431d15af693c1d63fd7090"
            ],
        );
        let mut tree = crate::hash_tree::HashTree::default();
        for id in &events {
            tree.insert(*id, ());
        }
        check_bytes(
            &SchemaToken::new(tree.digest(), &events),
            &expect![
                "010102cb0a421b4b41576ce16ddf5a804b9b69027dbd608d02ec8d9116e3c2fadb3b4942c5daebf449431d15af693c1d63fd7090"
            ],
        );
    }

    #[test]
    fn token_lists_at_most_max_token_events() {
        let events = |count: u32| {
            (0..count)
                .map(|n| EventId::hash_of(&n.to_be_bytes()))
                .collect()
        };
        let limit = MAX_TOKEN_EVENTS as u32;
        let complete = SchemaToken::requiring(&events(limit));
        let truncated = SchemaToken::requiring(&events(limit + 1));
        assert_eq!(complete.check(|_| false, |_| true), Readiness::Ready);
        assert_eq!(truncated.check(|_| false, |_| true), Readiness::Unknown);
        assert_eq!(
            truncated.check(|_| false, |_| false),
            Readiness::Missing(MAX_TOKEN_EVENTS)
        );
        for token in [complete, truncated] {
            assert_eq!(SchemaToken::decode(&token.encode()).as_ref(), Some(&token));
        }
    }

    #[test]
    fn malformed_bytes_are_rejected() {
        let events = BTreeSet::from([EventId::hash_of(b"one"), EventId::hash_of(b"two")]);
        let bytes = SchemaToken::requiring(&events).encode();
        for end in 0..bytes.len() {
            assert_eq!(SchemaToken::decode(&bytes[..end]), None);
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(SchemaToken::decode(&longer), None);
        // A newer version, an invalid boolean, and unsorted events.
        for (at, byte) in [(0, VERSION + 1), (1, 2), (bytes.len() - SHORT_ID_BYTES, 0)] {
            let mut other = bytes.clone();
            other[at] = byte;
            assert_eq!(SchemaToken::decode(&other), None, "{at}");
        }
    }
}
