//! A token that travels with an application's own data: which schema the data needs.

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{EventId, Reader, Writer};

use crate::digest::{Digest, HASH};

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
