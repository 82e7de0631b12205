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

mod memory;
mod read;
mod write;

use self::memory::Memory;
use super::codec::{CodecError, Reader, Writer};
use super::names::{Number, Telling};
use super::{Change, DdlEvent, key_of};

/// The first byte of every pack.
pub const PACK_VERSION: u8 = 1;

/// Whether events of this kind are written in columns. A later kind travels as its canonical bytes, so that a
/// reader that does not know it can still read the pack: never add one within one version.
fn is_columned(kind: u16) -> bool {
    matches!(kind, 1..=24 | 26 | 40)
}

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
        write::write_event(&mut w, &mut memory, event);
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

/// What both sides do after each event.
fn remember(
    memory: &mut Memory,
    event: &DdlEvent,
    kind: u16,
    near: Option<Number>,
    mut learn: impl FnMut(&[u8; 32]) -> Number,
) {
    let number = learn(event.id().as_bytes());
    if !event.change().is_birth() {
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
            inflated = inflate(body, size)?;
            inflated.as_slice()
        }
        _ => return Err(PackError::Damaged),
    };
    if columns.len() != size {
        return Err(PackError::Damaged);
    }
    read::read_columns(columns, literals, limit)
}

/// The size is that of the whole: the room for it is made once.
fn inflate(body: &[u8], size: usize) -> Result<Vec<u8>, PackError> {
    let mut inflated = vec![0; size];
    let body = std::iter::once(body);
    let len =
        miniz_oxide::inflate::decompress_slice_iter_to_slice(&mut inflated, body, false, true);
    match len {
        Ok(len) if len == size => Ok(inflated),
        _ => Err(PackError::Damaged),
    }
}

#[cfg(test)]
mod tests;
