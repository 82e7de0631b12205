//! A token that travels with an application's own data: which schema the data needs.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{EventId, Reader, Writer};

use crate::hash_tree::{Digest, HASH};

/// How many bytes of an id stand for an event in a token.
pub(crate) const SHORT: usize = 16;

/// The first bytes of an id.
pub(crate) type Short = [u8; SHORT];

/// More events than this are not listed in a token.
pub const MAX_TOKEN_EVENTS: usize = 4_096;

const VERSION: u8 = 1;

/// Which events some data needs: attach it to a message, and the receiver asks whether they have come.
///
/// Either the whole schema of its maker ([`Log::token`](crate::Log::token)), or, which is small however large the
/// schema is, the events of what the data is about ([`SchemaFrontier::needing`]).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaFrontier {
    /// The set of events of its maker; zero in a token that names only what it needs.
    digest: Digest,
    events: Vec<Short>,
    /// Whether `events` are all that the data needs.
    complete: bool,
}

/// Whether what a token needs has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// All of it is here.
    Ready,
    /// At least so many events are missing: hold the data until the next events have come.
    Missing(usize),
    /// All events that the token lists are here, but it does not list all, and its maker's state was never
    /// exactly the state here. Make tokens by [`SchemaFrontier::needing`] to avoid this.
    Unknown,
}

impl SchemaFrontier {
    pub(crate) fn of(digest: Digest, frontier: &BTreeSet<EventId>) -> Self {
        Self {
            digest,
            events: frontier.iter().take(MAX_TOKEN_EVENTS).map(short).collect(),
            complete: frontier.len() <= MAX_TOKEN_EVENTS,
        }
    }

    /// For data that needs just these events and what they depend on: say the newest events of the tables and
    /// properties that the data uses. Of more than [`MAX_TOKEN_EVENTS`] only the first are listed.
    #[must_use]
    pub fn needing(events: &BTreeSet<EventId>) -> Self {
        Self::of(Digest::default(), events)
    }

    /// The bytes: version, whether complete, digest, events.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.byte(VERSION);
        w.byte(self.complete.into());
        write_digest(&mut w, &self.digest);
        w.len(self.events.len());
        self.events.iter().for_each(|event| w.raw(event));
        w.finish()
    }

    /// Reads a token. `None` if the bytes are none, or one of a newer version.
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
        let digest = read_digest(&mut r).ok()?;
        let count = r.count().ok()?;
        if count > MAX_TOKEN_EVENTS {
            return None;
        }
        let mut events = Vec::new();
        for _ in 0..count {
            let event = Short::try_from(r.take(SHORT).ok()?).ok()?;
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

    pub(crate) fn judge(
        &self,
        was: impl Fn(&Digest) -> bool,
        has: impl Fn(&Short) -> bool,
    ) -> Readiness {
        if self.digest != Digest::default() && was(&self.digest) {
            return Readiness::Ready;
        }
        match self.events.iter().filter(|event| !has(event)).count() {
            0 if self.complete => Readiness::Ready,
            0 => Readiness::Unknown,
            missing => Readiness::Missing(missing),
        }
    }
}

fn short(id: &EventId) -> Short {
    let mut short = Short::default();
    short.copy_from_slice(&id.as_bytes()[..SHORT]);
    short
}

pub(crate) fn write_digest(w: &mut Writer, digest: &Digest) {
    w.uint(digest.count.into());
    w.raw(&digest.root);
}

pub(crate) fn read_digest(
    r: &mut Reader<'_>,
) -> Result<Digest, kuzu_ddl_runtime::event::CodecError> {
    let Ok(count) = u64::try_from(r.uint()?) else {
        return r.bad("no set has so many events");
    };
    let mut root = [0; HASH];
    root.copy_from_slice(r.take(HASH)?);
    Ok(Digest { count, root })
}

#[cfg(test)]
mod tests {
    use expect_test::{Expect, expect};

    use super::*;

    fn check(token: &SchemaFrontier, want: &Expect) {
        let bytes = token.encode();
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        want.assert_eq(&hex);
        assert_eq!(SchemaFrontier::decode(&bytes).as_ref(), Some(token));
    }

    /// Tokens lie in messages of applications: these bytes are read for ever, and are never mended by new values.
    #[test]
    fn golden_bytes() {
        let events = BTreeSet::from([EventId::of(b"one"), EventId::of(b"two")]);
        check(
            &SchemaFrontier::needing(&BTreeSet::new()),
            &expect!["0101000000000000000000000000000000000000"],
        );
        check(
            &SchemaFrontier::needing(&events),
            &expect![
                "01010000000000000000000000000000000000027dbd608d02ec8d9116e3c2fadb3b4942c5daebf449431d15af693c1d63fd7090"
            ],
        );
        let mut index = crate::hash_tree::Index::default();
        for id in &events {
            index.insert(*id, ());
        }
        check(
            &SchemaFrontier::of(index.digest(), &events),
            &expect![
                "010102cb0a421b4b41576ce16ddf5a804b9b69027dbd608d02ec8d9116e3c2fadb3b4942c5daebf449431d15af693c1d63fd7090"
            ],
        );
    }

    #[test]
    fn more_events_than_are_listed() {
        let events = |count: u32| (0..count).map(|n| EventId::of(&n.to_be_bytes())).collect();
        let most = MAX_TOKEN_EVENTS as u32;
        let all = SchemaFrontier::needing(&events(most));
        let some = SchemaFrontier::needing(&events(most + 1));
        assert_eq!(all.judge(|_| false, |_| true), Readiness::Ready);
        assert_eq!(some.judge(|_| false, |_| true), Readiness::Unknown);
        assert_eq!(
            some.judge(|_| false, |_| false),
            Readiness::Missing(MAX_TOKEN_EVENTS)
        );
        for token in [all, some] {
            assert_eq!(
                SchemaFrontier::decode(&token.encode()).as_ref(),
                Some(&token)
            );
        }
    }

    #[test]
    fn other_bytes_are_refused() {
        let events = BTreeSet::from([EventId::of(b"one"), EventId::of(b"two")]);
        let bytes = SchemaFrontier::needing(&events).encode();
        for end in 0..bytes.len() {
            assert_eq!(SchemaFrontier::decode(&bytes[..end]), None);
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert_eq!(SchemaFrontier::decode(&longer), None);
        // A newer version, a third answer to yes or no, and events out of order.
        for (at, byte) in [(0, VERSION + 1), (1, 2), (bytes.len() - SHORT, 0)] {
            let mut other = bytes.clone();
            other[at] = byte;
            assert_eq!(SchemaFrontier::decode(&other), None, "{at}");
        }
    }
}
