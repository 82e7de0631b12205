//! Bundles: events in one file, for peers without a connection.
//!
//! | part | content |
//! |---|---|
//! | magic | `KDDLSYNC` |
//! | version | one byte, 1 |
//! | space | 16 bytes |
//! | packs | their number; for each, its length and its bytes |
//! | attestations | their number; for each, the id of the event, the length and the bytes |
//! | checksum | the first 16 bytes of the BLAKE3 hash of everything before |

use std::collections::BTreeSet;

use kuzu_ddl_core::event::pack::PackError;
use kuzu_ddl_core::event::{CodecError, DdlEvent, EventId, Reader, Writer, pack};

use crate::attestation::{Attestation, read_attestations, write_attestations};
use crate::event_log::EventLog;
use crate::identity::SpaceId;
use crate::limits::LimitError;

/// Maximum size of a bundle, in bytes.
pub const MAX_BUNDLE_BYTES: usize = 256 * 1024 * 1024;

/// Maximum total size of the events and attestations of a bundle that [`Bundle::decode`] accepts, in
/// bytes of their encoding outside packs.
pub const DEFAULT_BUNDLE_CONTENT_BYTES: usize = 64 * 1024 * 1024;

/// Maximum total size of the events in one pack, in bytes of their encoding outside packs.
const MAX_PACK_BYTES: usize = 32 * 1024 * 1024;

/// Size at which a new pack is started, in bytes of the events' encoding outside packs.
const PACK_BYTES: usize = 16 * 1024 * 1024;

const MAGIC: &[u8; 8] = b"KDDLSYNC";
const VERSION: u8 = 1;
const CHECKSUM_BYTES: usize = 16;
const MAX_BUNDLE_ATTESTATIONS: usize = 1 << 20;

/// Events that travel as one file.
///
/// ```
/// use std::collections::BTreeSet;
///
/// use kuzu_ddl_sync::{Bundle, Limits, Peer, PeerId, SpaceId};
///
/// let space = SpaceId::from_name("shop");
/// let mut sender = Peer::new(PeerId::from_name("a"), space, Limits::default());
/// let mut receiver = Peer::new(PeerId::from_name("b"), space, Limits::default());
///
/// let file = Bundle::new(sender.log(), &BTreeSet::new()).encode(&space);
/// // The file is mailed, committed or copied.
/// let bundle = Bundle::decode(&file, &space)?;
/// let outputs = receiver.import(0, bundle.events, bundle.attestations);
/// # assert!(outputs.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "export")]
#[doc(alias = "archive")]
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bundle {
    /// The events, each after those of its dependencies that the bundle contains.
    pub events: Vec<DdlEvent>,
    /// The attestations of the events.
    pub attestations: Vec<Attestation>,
}

/// Error returned when bytes are not a valid bundle. Nothing is read from such bytes.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The bytes are not a bundle.
    #[error("not a kuzu-ddl bundle")]
    NotABundle,
    /// The bundle is larger than [`MAX_BUNDLE_BYTES`].
    #[error("bundle too large: {0} bytes, the limit is {MAX_BUNDLE_BYTES}")]
    TooLarge(usize),
    /// The content is larger than the limit of the caller.
    #[error(
        "bundle refused: its events exceed the limit of {0} bytes\n\
         help: raise the limit if the sender is trusted \
         (`Bundle::decode_within`, `FolderLimits::max_file_bytes`)"
    )]
    ContentTooLarge(usize),
    /// The version of the format is unknown.
    #[error("unknown bundle version {0}\nhelp: update kuzu-ddl here")]
    Version(u8),
    /// The end is missing, or the content was changed.
    #[error("bundle damaged or incomplete: the checksum does not match the content")]
    Damaged,
    /// The bundle belongs to another space.
    #[error("the bundle belongs to another space")]
    Space,
    /// A pack of events is invalid.
    #[error("invalid bundle: {0}")]
    Pack(PackError),
    /// The bundle claims more items than it can have.
    #[error("invalid bundle: {0}")]
    TooMany(LimitError),
    /// The envelope of the packs is malformed.
    #[error("invalid bundle: {0}")]
    Malformed(CodecError),
}

impl From<PackError> for BundleError {
    fn from(error: PackError) -> Self {
        Self::Pack(error)
    }
}

impl From<LimitError> for BundleError {
    fn from(error: LimitError) -> Self {
        Self::TooMany(error)
    }
}

impl From<CodecError> for BundleError {
    fn from(error: CodecError) -> Self {
        Self::Malformed(error)
    }
}

impl Bundle {
    /// Creates a bundle of all events of a log, except those that the receiver is known to have.
    ///
    /// If `known` is empty, the bundle contains the whole history.
    #[must_use]
    pub fn new(log: &EventLog, known: &BTreeSet<EventId>) -> Self {
        let events = log.events().filter(|event| !known.contains(&event.id()));
        Self {
            events: events.cloned().collect(),
            attestations: Vec::new(),
        }
    }

    /// Creates a bundle of the events that a receiver with this frontier lacks.
    ///
    /// The receiver must have the dependencies of the frontier.
    #[must_use]
    pub fn since(log: &EventLog, frontier: &BTreeSet<EventId>) -> Self {
        let stored = frontier.iter().filter(|id| log.get(id).is_some());
        let above = log
            .events_above(&stored.copied().collect())
            .unwrap_or_default();
        let mut positions: Vec<u32> = above.values().copied().collect();
        positions.sort_unstable();
        let events = positions
            .iter()
            .filter_map(|position| log.get_at(*position));
        Self {
            events: events.cloned().collect(),
            attestations: Vec::new(),
        }
    }

    /// Encodes the bundle as the content of a file.
    #[must_use]
    pub fn encode(&self, space: &SpaceId) -> Vec<u8> {
        let packs = split_into_packs(&self.events);
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

    /// Decodes the content of a file, with at most [`DEFAULT_BUNDLE_CONTENT_BYTES`] of content.
    ///
    /// The ids of the events are computed from their content; nothing in the file is trusted.
    ///
    /// # Errors
    ///
    /// Returns an error if any part of the bundle is invalid: see [`BundleError`].
    pub fn decode(bytes: &[u8], space: &SpaceId) -> Result<Self, BundleError> {
        Self::decode_within(bytes, space, DEFAULT_BUNDLE_CONTENT_BYTES)
    }

    /// Decodes the content of a file with at most `max_content_bytes` of events and attestations,
    /// in bytes of their encoding outside packs.
    ///
    /// A file that claims more is refused before anything in it is decoded. [`BundleReader`] decodes
    /// one pack at a time.
    ///
    /// # Errors
    ///
    /// Returns an error if any part of the bundle is invalid: see [`BundleError`].
    pub fn decode_within(
        bytes: &[u8],
        space: &SpaceId,
        max_content_bytes: usize,
    ) -> Result<Self, BundleError> {
        let mut reader = BundleReader::new(bytes, space, max_content_bytes)?;
        let mut events = Vec::new();
        for pack in reader.by_ref() {
            events.extend(pack?);
        }
        let attestations = reader.into_attestations()?;
        Ok(Self {
            events,
            attestations,
        })
    }
}

/// Decodes a bundle pack by pack.
///
/// The envelope is checked first: magic, version, checksum, space, and the sizes that the packs
/// claim. Each item is the events of one pack, at most 32 MiB of their encoding.
///
/// ```
/// use kuzu_ddl_sync::{Bundle, BundleReader, Limits, Peer, PeerId, SpaceId};
///
/// let space = SpaceId::from_name("shop");
/// let file = Bundle::default().encode(&space);
/// let mut peer = Peer::new(PeerId::from_name("a"), space, Limits::default());
/// let mut reader = BundleReader::new(&file, &space, 16 << 20)?;
/// for events in reader.by_ref() {
///     peer.import(0, events?, Vec::new());
/// }
/// peer.import(0, [], reader.into_attestations()?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct BundleReader<'a> {
    /// The packs that follow.
    packs: std::vec::IntoIter<&'a [u8]>,
    attestations: Vec<Attestation>,
    limit: usize,
    /// The bytes of content that the limit still allows.
    remaining: usize,
    failed: Option<BundleError>,
}

impl<'a> BundleReader<'a> {
    /// Checks the envelope of a bundle with at most `max_content_bytes` of content.
    ///
    /// # Errors
    ///
    /// Returns an error if the envelope is invalid, or if the content exceeds the limit by its own
    /// account.
    pub fn new(
        bytes: &'a [u8],
        space: &SpaceId,
        max_content_bytes: usize,
    ) -> Result<Self, BundleError> {
        if bytes.len() > MAX_BUNDLE_BYTES {
            return Err(BundleError::TooLarge(bytes.len()));
        }
        let head = bytes.strip_prefix(MAGIC).and_then(<[u8]>::split_first);
        let (version, _) = head.ok_or(BundleError::NotABundle)?;
        if *version != VERSION {
            return Err(BundleError::Version(*version));
        }
        let end = bytes.len().saturating_sub(CHECKSUM_BYTES);
        let (content, end) = bytes.split_at(end.max(MAGIC.len() + 1));
        if end != checksum(content) {
            return Err(BundleError::Damaged);
        }
        let mut r = Reader::new(&content[MAGIC.len() + 1..]);
        if r.take(space.as_bytes().len())? != space.as_bytes() {
            return Err(BundleError::Space);
        }
        let too_large = BundleError::ContentTooLarge(max_content_bytes);
        let (mut packs, mut claimed) = (Vec::new(), 0_usize);
        for _ in 0..r.count()? {
            let pack = r.bytes()?;
            claimed = claimed.saturating_add(pack::claimed_size(pack)?);
            packs.push(pack);
        }
        let attested = r.remaining();
        if claimed.saturating_add(attested) > max_content_bytes {
            return Err(too_large);
        }
        let attestations = read_attestations::<BundleError>(&mut r, MAX_BUNDLE_ATTESTATIONS)?;
        r.end()?;
        Ok(Self {
            packs: packs.into_iter(),
            attestations,
            limit: max_content_bytes,
            remaining: max_content_bytes - attested,
            failed: None,
        })
    }

    /// Returns the attestations, which follow the packs.
    ///
    /// # Errors
    ///
    /// Returns the error of the pack that could not be decoded, if there was one.
    pub fn into_attestations(self) -> Result<Vec<Attestation>, BundleError> {
        match self.failed {
            Some(error) => Err(error),
            None => Ok(self.attestations),
        }
    }

    fn decode_pack(&mut self, pack: &[u8]) -> Result<Vec<DdlEvent>, BundleError> {
        let events = pack::decode(pack, MAX_PACK_BYTES.min(self.remaining));
        let is_at_limit = self.remaining < MAX_PACK_BYTES;
        let events = events.map_err(|error| match error {
            PackError::TooLarge(_) if is_at_limit => BundleError::ContentTooLarge(self.limit),
            error => error.into(),
        })?;
        let bytes: usize = events.iter().map(DdlEvent::encoded_len).sum();
        self.remaining = self.remaining.saturating_sub(bytes);
        Ok(events)
    }
}

impl Iterator for BundleReader<'_> {
    type Item = Result<Vec<DdlEvent>, BundleError>;

    fn next(&mut self) -> Option<Self::Item> {
        let pack = self.packs.next()?;
        let decoded = self.decode_pack(pack);
        if let Err(error) = &decoded {
            self.failed = Some(error.clone());
            self.packs = Vec::new().into_iter();
        }
        Some(decoded)
    }
}

/// Splits the events into runs that fit into one pack each.
fn split_into_packs(events: &[DdlEvent]) -> Vec<&[DdlEvent]> {
    let (mut packs, mut start, mut bytes) = (Vec::new(), 0, 0);
    for (at, event) in events.iter().enumerate() {
        if bytes + event.encoded_len() > PACK_BYTES && at > start {
            packs.push(&events[start..at]);
            (start, bytes) = (at, 0);
        }
        bytes += event.encoded_len();
    }
    if start < events.len() {
        packs.push(&events[start..]);
    }
    packs
}

fn checksum(bytes: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let mut checksum = [0; CHECKSUM_BYTES];
    checksum.copy_from_slice(&blake3::hash(bytes).as_bytes()[..CHECKSUM_BYTES]);
    checksum
}
