//! Packs: many events in few bytes, for the wire, for files and for mail.
//!
//! A pack is a way to write events, never a way to identify them: a reader makes each event anew, and its
//! id is the hash of its canonical bytes. So nothing that a pack claims is believed.
//!
//! | part | what |
//! |---|---|
//! | version | one byte, [`PACK_VERSION`] |
//! | method | one byte: 0 as it is, 1 deflated (RFC 1951) |
//! | literals | length, and 32 bytes for each hash that the events do not bring with them |
//! | size | of the columns, before they were deflated |
//! | columns | number of events; length of each of numbers, references and texts; the three |
//!
//! Hashes that follow from the events are not written: what an event brings into being, and what the
//! pack itself tells. Dependencies are a bit mask over what an event of this kind usually depends on.

use super::codec::{CodecError, MAX_EVENT_BYTES, Reader, Writer};
use super::names::{Memory, Number, Telling, Told};
use super::{Change, DdlEvent, Dependencies, EventId, key_of};

/// The first byte of every pack.
pub const PACK_VERSION: u8 = 1;

/// Kinds up to this one are written in columns. A later kind travels as its canonical bytes, so that a
/// reader that does not know it can still read the pack: never raise this within one version.
const LAST_COLUMNED_KIND: u16 = 24;

/// Below this size deflate does not pay.
const MIN_DEFLATED: usize = 96;

/// Fast, and within a few percent of the smallest.
const LEVEL: u8 = 6;

/// Why bytes are no pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The version byte is not [`PACK_VERSION`].
    #[error("pack version {0} is not known; this version of kuzu-ddl reads {PACK_VERSION}")]
    Version(u8),
    /// It comes, or claims to come, to more than the reader allows.
    #[error("the pack comes to more than the {0} bytes that are allowed here")]
    TooLarge(usize),
    /// What is deflated cannot be inflated to what it claims.
    #[error("the deflated part is damaged")]
    Damaged,
    /// A value that is not legal.
    #[error("event {event} of the pack: {error}")]
    Event {
        /// Counts from 0; the number of events if it is behind the last.
        event: usize,
        /// What is wrong.
        error: CodecError,
    },
}

impl From<CodecError> for PackError {
    fn from(error: CodecError) -> Self {
        Self::Event { event: 0, error }
    }
}

/// Writes events, each after those it depends on: another order is read back just the same, but takes
/// more bytes. An event that stands there twice is read back twice.
#[must_use]
pub fn encode<'a>(events: impl IntoIterator<Item = &'a DdlEvent>) -> Vec<u8> {
    let (mut w, mut memory, mut count) = (Writer::packed(), Memory::default(), 0);
    for event in events {
        write_event(&mut w, &mut memory, event);
        count += 1;
    }
    let (numbers, names) = w.parts();
    let mut columns =
        Writer::with_capacity(numbers.len() + names.refs.len() + names.texts.len() + 16);
    columns.len(count);
    for column in [&numbers, &names.refs, &names.texts] {
        columns.len(column.len());
    }
    let mut columns = columns.finish();
    for column in [&numbers, &names.refs, &names.texts] {
        columns.extend_from_slice(column);
    }
    finish(&columns, &names)
}

fn finish(columns: &[u8], names: &Telling) -> Vec<u8> {
    let deflated = (columns.len() >= MIN_DEFLATED)
        .then(|| miniz_oxide::deflate::compress_to_vec(columns, LEVEL))
        .filter(|deflated| deflated.len() < columns.len());
    let (method, body) = match &deflated {
        Some(deflated) => (1, deflated.as_slice()),
        None => (0, columns),
    };
    let mut w = Writer::with_capacity(names.literals.len() + body.len() + 16);
    w.byte(PACK_VERSION);
    w.byte(method);
    w.bytes(&names.literals);
    w.len(columns.len());
    let mut bytes = w.finish();
    bytes.extend_from_slice(body);
    bytes
}

fn write_event(w: &mut Writer, memory: &mut Memory, event: &DdlEvent) {
    let kind = event.change().number();
    if kind > LAST_COLUMNED_KIND || kind == 0 {
        w.uint(0);
        w.bytes(&event.encode());
        let told = (event, event.change().born().is_some());
        if let Some(names) = w.names() {
            remember(memory, told, 0, None, |hash| names.learn(hash));
        }
        return;
    }
    w.uint(kind.into());
    clear(w);
    event.change().write(w);
    let born = event.change().born().is_some();
    if !born {
        w.hash(event.object().as_bytes());
    }
    let Some(names) = w.names() else { return };
    let (near, object) = place(&mut names.mentions, born);
    let guesses = memory.guesses(kind, object, &names.mentions);
    let mut mask = 0_u64;
    let mut others: Vec<EventId> = Vec::new();
    for id in event.depends_on() {
        let number = names.number(id.as_bytes());
        let bit = number.and_then(|number| guesses.iter().position(|guess| *guess == number));
        match bit {
            Some(bit) => mask |= 1 << bit,
            None => others.push(*id),
        }
    }
    w.uint(u128::from(mask) << 1 | u128::from(!others.is_empty()));
    if !others.is_empty() {
        w.len(others.len());
        others.iter().for_each(|id| w.hash(id.as_bytes()));
    }
    if let Some(names) = w.names() {
        remember(memory, (event, born), kind, near, |hash| names.learn(hash));
    }
}

/// The object where it was there before, and what the event is near to: that object, or the table of the
/// one that is born, which stands first in the body.
fn place(mentions: &mut Vec<Number>, born: bool) -> (Option<Number>, Option<Number>) {
    if born {
        (mentions.first().copied(), None)
    } else {
        let object = mentions.pop();
        (object, object)
    }
}

fn clear(w: &mut Writer) {
    if let Some(names) = w.names() {
        names.mentions.clear();
    }
}

/// What both sides do after each event.
fn remember(
    memory: &mut Memory,
    (event, born): (&DdlEvent, bool),
    kind: u16,
    near: Option<Number>,
    mut learn: impl FnMut(&[u8; 32]) -> Number,
) {
    let number = learn(event.id().as_bytes());
    if !born {
        if let Some(object) = near {
            memory.learn(number, kind, object, None);
        }
        return;
    }
    let object = learn(event.object().as_bytes());
    memory.learn(number, kind, object, near);
    if let Change::CreateNodeTable { key_name, .. } = event.change() {
        let key = learn(key_of(event.object(), key_name).as_bytes());
        memory.learn(number, kind, key, Some(object));
    }
}

/// Reads a pack whose events come to at most `limit` bytes, each counted as it is outside of packs.
///
/// # Errors
/// Anything but legal events within the limit; never a panic, and never more memory than a small multiple
/// of the limit.
pub fn decode(bytes: &[u8], limit: usize) -> Result<Vec<DdlEvent>, PackError> {
    let mut r = Reader::new(bytes);
    let version = r.byte()?;
    if version != PACK_VERSION {
        return Err(PackError::Version(version));
    }
    let method = r.byte()?;
    let literals = r.bytes()?;
    let size = usize::try_from(r.uint()?).unwrap_or(usize::MAX);
    if size > limit {
        return Err(PackError::TooLarge(limit));
    }
    let body = r.rest();
    let inflated;
    let columns = match method {
        0 => body,
        1 => {
            inflated = miniz_oxide::inflate::decompress_to_vec_with_limit(body, size)
                .map_err(|_| PackError::Damaged)?;
            inflated.as_slice()
        }
        _ => return Err(PackError::Damaged),
    };
    if columns.len() != size {
        return Err(PackError::Damaged);
    }
    read_columns(columns, literals, limit)
}

fn read_columns(columns: &[u8], literals: &[u8], limit: usize) -> Result<Vec<DdlEvent>, PackError> {
    let mut r = Reader::new(columns);
    let (count, numbers, refs, texts) = (r.len()?, r.len()?, r.len()?, r.len()?);
    let (numbers, refs, texts) = (r.take(numbers)?, r.take(refs)?, r.take(texts)?);
    r.end()?;
    let mut r = Reader::packed(numbers, Told::new(refs, texts, literals, limit));
    let mut memory = Memory::default();
    let mut events = Vec::new();
    for event in 0..count {
        let read = read_event(&mut r, &mut memory);
        events.push(read.map_err(|error| PackError::Event { event, error })?);
    }
    let end = r.end().and_then(|()| r.told()?.end());
    end.map_err(|error| PackError::Event {
        event: count,
        error,
    })?;
    Ok(events)
}

fn read_event(r: &mut Reader<'_>, memory: &mut Memory) -> Result<DdlEvent, CodecError> {
    let Ok(kind) = u16::try_from(r.uint()?) else {
        return r.bad("the kind is too large");
    };
    if kind == 0 {
        let bytes = r.bytes()?;
        r.told()?.spend(bytes.len())?;
        let event = DdlEvent::decode(bytes)?;
        let told = r.told()?;
        let born = event.change().born().is_some();
        remember(memory, (&event, born), 0, None, |hash| told.learn(*hash));
        return Ok(event);
    }
    r.told()?.mentions.clear();
    let before = r.left();
    let Some(change) = Change::read_from(kind, r)? else {
        return r.bad("the kind is not one that is written in columns");
    };
    let born = change.born();
    let object = match born {
        Some(object) => object,
        None => r.object()?,
    };
    let told = r.told()?;
    let mut mentions = std::mem::take(&mut told.mentions);
    let (near, known) = place(&mut mentions, born.is_some());
    let guesses = memory.guesses(kind, known, &mentions);
    told.mentions = mentions;
    let depends_on = read_dependencies(r, &guesses)?;
    let spent = before - r.left();
    r.told()?.spend(spent)?;
    let event = DdlEvent::new(object, depends_on, change);
    if event.size() > MAX_EVENT_BYTES {
        return Err(CodecError::TooLarge(event.size()));
    }
    let told = r.told()?;
    remember(memory, (&event, born.is_some()), kind, near, |hash| {
        told.learn(*hash)
    });
    Ok(event)
}

fn read_dependencies(r: &mut Reader<'_>, guesses: &[Number]) -> Result<Dependencies, CodecError> {
    let mask = r.uint()?;
    let (others, mask) = (mask & 1 == 1, mask >> 1);
    if mask.checked_shr(guesses.len() as u32).unwrap_or(0) != 0 {
        return r.bad("a dependency is guessed that is none");
    }
    let told = r.told()?;
    let mut ids = Vec::new();
    for (bit, guess) in guesses.iter().enumerate() {
        if mask >> bit & 1 == 1 {
            ids.push(EventId::from_bytes(told.known(*guess)?));
        }
    }
    if others {
        for _ in 0..r.len()? {
            ids.push(r.event()?);
        }
    }
    let all = ids.len();
    let depends_on = Dependencies::from(ids);
    if depends_on.len() != all {
        return r.bad("a dependency stands twice");
    }
    Ok(depends_on)
}

#[cfg(test)]
mod tests;
