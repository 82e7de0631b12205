//! Bundles: events in a file, for peers that never meet. Mail it, commit it, carry it on a stick.
//!
//! | part | what |
//! |---|---|
//! | magic | `KDDLSYNC` |
//! | version | one byte, 1 |
//! | space | 16 bytes |
//! | packs | number, and each after its length |
//! | attestations | number, and each: the event's id, and bytes after their length |
//! | checksum | the first 16 bytes of the BLAKE3 hash of all before |

use std::collections::BTreeSet;

use kuzu_ddl_runtime::event::{CodecError, DdlEvent, EventId, PackError, Reader, Writer, pack};

use crate::protocol::frame::{FrameError, read_attestations, write_attestations};
use crate::{Attestation, Log, SpaceId};

/// The largest bundle, in bytes.
pub const MAX_BUNDLE_BYTES: usize = 256 * 1024 * 1024;

/// What the events of one pack of a bundle may come to, in bytes, each counted as it is outside of packs.
const MAX_PACK_BYTES: usize = 32 * 1024 * 1024;

/// What they do come to, about.
const PACK_BYTES: usize = 16 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"KDDLSYNC";
const VERSION: u8 = 1;
const CHECKSUM: usize = 16;
const MAX_BUNDLE_ATTESTATIONS: usize = 1 << 20;

/// Events that travel as one file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// The events, each after what it depends on as far as that is in the bundle.
    pub events: Vec<DdlEvent>,
    /// What was said about them.
    pub attestations: Vec<Attestation>,
}

/// Why bytes are no bundle. Nothing was taken from them.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// Other bytes than those of a bundle.
    #[error("it is no bundle of kuzu-ddl")]
    NoBundle,
    /// More than [`MAX_BUNDLE_BYTES`].
    #[error("{0} bytes are more than the {MAX_BUNDLE_BYTES} a bundle may have")]
    TooLarge(usize),
    /// The version is not known.
    #[error("bundle version {0} is not known; update kuzu-ddl here")]
    Version(u8),
    /// The end is missing, or something was changed on the way.
    #[error("the bundle is damaged or not complete: its checksum is not that of its contents")]
    Damaged,
    /// It is for another group of peers.
    #[error("the bundle is for another space")]
    Space,
    /// Its contents are not legal.
    #[error("the bundle is refused: {0}")]
    Pack(#[from] PackError),
    /// What stands around the packs is not legal.
    #[error("the bundle is refused: {0}")]
    Malformed(#[from] FrameError),
}

impl From<CodecError> for BundleError {
    fn from(error: CodecError) -> Self {
        Self::Malformed(error.into())
    }
}

impl Bundle {
    /// All events of a log but those that are there already: give what the receiver has, as far as it is known. With
    /// nothing known, it is the whole history.
    #[must_use]
    pub fn of(log: &Log, known: &BTreeSet<EventId>) -> Self {
        let events = log.events().filter(|event| !known.contains(&event.id()));
        Self {
            events: events.cloned().collect(),
            attestations: Vec::new(),
        }
    }

    /// All events of a log that are not behind these newest events of the receiver, who has what these
    /// depend on.
    #[must_use]
    pub fn since(log: &Log, frontier: &BTreeSet<EventId>) -> Self {
        let here = frontier.iter().filter(|id| log.get(id).is_some());
        let above = log.without(&here.copied().collect()).unwrap_or_default();
        let mut places: Vec<u32> = above
            .below(&Default::default())
            .map(|(_, at)| *at)
            .collect();
        places.sort_unstable();
        let events = places.iter().filter_map(|at| log.at(*at));
        Self {
            events: events.cloned().collect(),
            attestations: Vec::new(),
        }
    }

    /// The bytes of the file.
    #[must_use]
    pub fn encode(&self, space: &SpaceId) -> Vec<u8> {
        let packs = packs(&self.events);
        let mut w = Writer::default();
        w.raw(MAGIC);
        w.byte(VERSION);
        w.raw(space.as_bytes());
        w.len(packs.len());
        for events in packs {
            w.bytes(&pack::encode(events.iter()));
        }
        write_attestations(&mut w, &self.attestations);
        let mut bytes = w.finish();
        let checksum = checksum(&bytes);
        bytes.extend(checksum);
        bytes
    }

    /// Reads the bytes of a file. Its events' ids are made anew: nothing in it is believed.
    ///
    /// # Errors
    /// See [`BundleError`]: all of the bundle is refused.
    pub fn decode(bytes: &[u8], space: &SpaceId) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLarge(bytes.len()));
        }
        let head = bytes.strip_prefix(MAGIC).and_then(<[u8]>::split_first);
        let (version, _) = head.ok_or(BundleError::NoBundle)?;
        if *version != VERSION {
            return Err(BundleError::Version(*version));
        }
        let (all, end) = bytes.split_at(bytes.len().saturating_sub(CHECKSUM).max(MAGIC.len() + 1));
        if end != checksum(all) {
            return Err(BundleError::Damaged);
        }
        let mut r = Reader::new(&all[MAGIC.len() + 1..]);
        if r.take(space.as_bytes().len())? != space.as_bytes() {
            return Err(BundleError::Space);
        }
        let mut bundle = Self::default();
        for _ in 0..r.count()? {
            let events = pack::decode(r.bytes()?, MAX_PACK_BYTES)?;
            bundle.events.extend(events);
        }
        bundle.attestations = read_attestations(&mut r, MAX_BUNDLE_ATTESTATIONS)?;
        r.end()?;
        Ok(bundle)
    }
}

/// The events in runs that come to no more than a pack may.
fn packs(events: &[DdlEvent]) -> Vec<&[DdlEvent]> {
    let (mut packs, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, event) in events.iter().enumerate() {
        if bytes + event.size() > PACK_BYTES && at > start {
            packs.push(&events[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += event.size();
    }
    if start < events.len() {
        packs.push(&events[start..]);
    }
    packs
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM] {
    let mut checksum = [0; CHECKSUM];
    checksum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM]);
    checksum
}
