//! Packs: a compact encoding of many events, for transport and for files.
//!
//! A pack encodes events but never identifies them: a reader reconstructs each event, and its id is
//! the hash of its canonical encoding. No claim of a pack is trusted.
//!
//! | part | content |
//! |---|---|
//! | version | one byte, [`PACK_VERSION`] |
//! | method | one byte: 0 stored, 1 deflated (RFC 1951) |
//! | literals | length, then 32 bytes for each hash that cannot be derived from the events |
//! | size | size of the columns before deflation |
//! | columns | number of events; lengths of numbers, references and texts; the three columns |
//!
//! Derivable hashes are not written: the ids of created objects, and hashes that occurred earlier
//! in the pack. Dependencies are a bit mask over the predicted dependencies of an event of its
//! kind.

pub(in crate::event) mod columns;
pub(in crate::event) mod intern;
pub(in crate::event) mod predictor;
pub(in crate::event) mod read;
#[cfg(test)]
pub(in crate::event) mod tests;
pub(in crate::event) mod write;

pub use columns::{PACK_VERSION, PackError};
use intern::InternWriter;
use predictor::DependencyPredictor;

use super::codec::reader::Reader;
use super::codec::writer::Writer;
use super::ddl_event::DdlEvent;

/// The size in bytes below which deflating does not save space.
const MIN_DEFLATED: usize = 96;

/// The deflate level: fast, and within a few percent of the smallest output.
const LEVEL: u8 = 6;

/// Encodes events as a pack.
///
/// Pass each event after its dependencies: any order decodes to the same events, but another order
/// takes more bytes. Duplicate events are decoded as duplicates.
#[must_use]
pub fn encode<'a>(events: impl IntoIterator<Item = &'a DdlEvent>) -> Vec<u8> {
    let (mut w, mut memory, mut count) = (Writer::packed(), DependencyPredictor::default(), 0);
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

fn finish(columns: &[u8], names: &InternWriter) -> Vec<u8> {
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

/// Decodes a pack whose events have at most `limit` bytes in total, in their canonical encodings.
///
/// # Errors
///
/// Returns an error for anything but valid events within the limit. Never panics. Equal events share
/// their data, so the memory of the result follows the distinct events.
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

/// Returns the size that a pack claims for its columns, in bytes: less than the canonical encodings of
/// its events together. Costs nothing, so that a file of many packs can be refused before any of them
/// is decoded.
///
/// # Errors
///
/// Returns an error if the bytes do not start like a pack.
pub fn claimed_size(bytes: &[u8]) -> Result<usize, PackError> {
    let mut r = Reader::new(bytes);
    let version = r.byte()?;
    if version != PACK_VERSION {
        return Err(PackError::Version(version));
    }
    r.byte()?;
    let literals = r.bytes()?.len();
    let size = usize::try_from(r.uint()?).unwrap_or(usize::MAX);
    Ok(size.saturating_add(literals))
}

/// Inflates to exactly `size` bytes, allocated once.
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
