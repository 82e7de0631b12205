//! Frames: what one peer says to another.
//!
//! | part | what |
//! |---|---|
//! | version | one byte, [`FRAME_VERSION`] |
//! | kind | one byte |
//! | space | 16 bytes: which group of peers it is for |
//! | body | by kind |
//!
//! Version 0 is none: in every version of the protocol, three bytes `0, least, most` say which versions a peer
//! reads, in answer to a frame of another one.

use kuzu_ddl_runtime::event::{CodecError, EventId, Reader, Writer};

use crate::checkpoint::CheckpointId;
use crate::hash_tree::{Digest, HASH, Hash, Prefix};
use crate::limits::{MAX_ATTESTATION_BYTES, MAX_FRAME_BYTES, MAX_FRAME_IDS, MAX_FRAME_PLACES};
use crate::schema_token::{read_digest, write_digest};
use crate::{Attestation, SpaceId};

/// The first byte of every frame.
pub const FRAME_VERSION: u8 = 1;

const ANSWER: u8 = 0;

/// Why bytes are no frame.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// More than [`MAX_FRAME_BYTES`](crate::limits::MAX_FRAME_BYTES).
    #[error("{0} bytes are more than the {MAX_FRAME_BYTES} a frame may have")]
    TooLarge(usize),
    /// A version that is not known here.
    #[error("frame version {0} is not known; this version of kuzu-ddl reads {FRAME_VERSION}")]
    Version(u8),
    /// A kind that is not known here.
    #[error("frames of kind {0} are not known")]
    Kind(u8),
    /// A frame of another group of peers.
    #[error("the frame is for another space")]
    Space,
    /// More of something than a frame may have.
    #[error("a frame may have {most} {what}, and claims {claimed}")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// The most.
        most: usize,
        /// What the frame claims.
        claimed: usize,
    },
    /// A value that is not legal.
    #[error(transparent)]
    Malformed(#[from] CodecError),
}

/// What a peer has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Status {
    /// The checkpoint that its history begins with.
    pub(crate) base: Option<CheckpointId>,
    /// The events above it.
    pub(crate) have: Digest,
    /// Of these, what is safely stored.
    pub(crate) kept: Digest,
    /// Whether it asks for an answer.
    pub(crate) asks: bool,
    /// A checkpoint it can give, the number of events behind it and its size in bytes.
    pub(crate) offer: Option<(CheckpointId, u64, u64)>,
}

/// What is below a place of the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Below {
    /// The hashes of the 16 places below it; zero where there is nothing.
    Hashes(Box<[Hash; 16]>),
    /// All ids.
    Ids(Vec<EventId>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Frame {
    /// The versions that a peer reads, the least and the most.
    Versions(u8, u8),
    Status(Status),
    /// Places where the two differ, above a checkpoint.
    Compare(Option<CheckpointId>, Vec<(Prefix, Below)>),
    /// A pack, with what was attested; `push` if nobody asked for it.
    Events {
        push: bool,
        pack: Vec<u8>,
        attestations: Vec<Attestation>,
    },
    Want(Vec<EventId>),
    /// Whether new events are to be pushed to the sender from now on.
    Push(bool),
    /// The newest events behind a checkpoint are wanted.
    WantBase(CheckpointId),
    /// The newest events behind a checkpoint, with the proof that they are.
    Base(CheckpointId, Vec<u8>),
    /// Part of a checkpoint is wanted, from an offset.
    WantCheckpoint(CheckpointId, u64),
    Checkpoint(CheckpointId, u64, Vec<u8>),
    /// Places where what was said about the events may differ, by the ids of attestations.
    Said(Vec<(Prefix, Below)>),
    /// Attestations are wanted.
    WantSaid(Vec<EventId>),
}

impl Frame {
    fn kind(&self) -> u8 {
        match self {
            Self::Versions(..) => ANSWER,
            Self::Status(_) => 1,
            Self::Compare(..) => 2,
            Self::Events { .. } => 3,
            Self::Want(_) => 4,
            Self::Push(_) => 5,
            Self::WantBase(_) => 6,
            Self::Base(..) => 7,
            Self::WantCheckpoint(..) => 8,
            Self::Checkpoint(..) => 9,
            Self::Said(_) => 10,
            Self::WantSaid(_) => 11,
        }
    }

    pub(crate) fn encode(&self, space: &SpaceId) -> Vec<u8> {
        let mut w = Writer::default();
        if let Self::Versions(least, most) = self {
            w.raw(&[ANSWER, *least, *most]);
            return w.finish();
        }
        w.byte(FRAME_VERSION);
        w.byte(self.kind());
        w.raw(space.as_bytes());
        self.write(&mut w);
        w.finish()
    }

    fn write(&self, w: &mut Writer) {
        match self {
            Self::Versions(..) => {}
            Self::Status(status) => write_status(w, status),
            Self::Compare(base, places) => {
                w.option(base.as_ref(), |w, base| w.hash(base.as_bytes()));
                write_places(w, places);
            }
            Self::Said(places) => write_places(w, places),
            Self::Events {
                push,
                pack,
                attestations,
            } => {
                w.byte((*push).into());
                w.bytes(pack);
                write_attestations(w, attestations);
            }
            Self::Want(ids) | Self::WantSaid(ids) => write_ids(w, ids),
            Self::Push(on) => w.byte((*on).into()),
            Self::WantBase(id) => w.hash(id.as_bytes()),
            Self::Base(id, proof) => {
                w.hash(id.as_bytes());
                w.bytes(proof);
            }
            Self::WantCheckpoint(id, offset) => {
                w.hash(id.as_bytes());
                w.uint((*offset).into());
            }
            Self::Checkpoint(id, offset, bytes) => {
                w.hash(id.as_bytes());
                w.uint((*offset).into());
                w.bytes(bytes);
            }
        }
    }

    /// Reads a frame of this space.
    pub(crate) fn decode(bytes: &[u8], space: &SpaceId) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME_BYTES {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        let mut r = Reader::new(bytes);
        let version = r.byte()?;
        if version == ANSWER {
            let versions = Self::Versions(r.byte()?, r.byte()?);
            r.end()?;
            return Ok(versions);
        }
        if version != FRAME_VERSION {
            return Err(FrameError::Version(version));
        }
        let kind = r.byte()?;
        if r.take(space.as_bytes().len())? != space.as_bytes() {
            return Err(FrameError::Space);
        }
        let frame = Self::read(kind, &mut r)?;
        r.end()?;
        Ok(frame)
    }

    fn read(kind: u8, r: &mut Reader<'_>) -> Result<Self, FrameError> {
        Ok(match kind {
            1 => Self::Status(read_status(r)?),
            2 => {
                let base = r.option(checkpoint)?;
                Self::Compare(base, read_places(r)?)
            }
            3 => Self::Events {
                push: r.bool()?,
                pack: r.bytes()?.to_vec(),
                attestations: read_attestations(r, MAX_FRAME_IDS)?,
            },
            4 => Self::Want(read_ids(r)?),
            5 => Self::Push(r.bool()?),
            6 => Self::WantBase(checkpoint(r)?),
            7 => Self::Base(checkpoint(r)?, r.bytes()?.to_vec()),
            8 => Self::WantCheckpoint(checkpoint(r)?, number(r)?),
            9 => Self::Checkpoint(checkpoint(r)?, number(r)?, r.bytes()?.to_vec()),
            10 => Self::Said(read_places(r)?),
            11 => Self::WantSaid(read_ids(r)?),
            kind => return Err(FrameError::Kind(kind)),
        })
    }
}

fn write_status(w: &mut Writer, status: &Status) {
    w.option(status.base.as_ref(), |w, base| w.hash(base.as_bytes()));
    write_digest(w, &status.have);
    write_digest(w, &status.kept);
    w.byte(status.asks.into());
    w.option(status.offer, |w, (id, count, size)| {
        w.hash(id.as_bytes());
        w.uint(count.into());
        w.uint(size.into());
    });
}

fn read_status(r: &mut Reader<'_>) -> Result<Status, FrameError> {
    Ok(Status {
        base: r.option(checkpoint)?,
        have: read_digest(r)?,
        kept: read_digest(r)?,
        asks: r.bool()?,
        offer: r.option(|r| Ok((checkpoint(r)?, number(r)?, number(r)?)))?,
    })
}

fn write_places(w: &mut Writer, places: &[(Prefix, Below)]) {
    w.len(places.len());
    places.iter().for_each(|place| write_place(w, place));
}

fn read_places(r: &mut Reader<'_>) -> Result<Vec<(Prefix, Below)>, FrameError> {
    let count = bounded(r, MAX_FRAME_PLACES, "places")?;
    let mut places: Vec<(Prefix, Below)> = Vec::new();
    for _ in 0..count {
        let place = read_place(r)?;
        // Places that overlap could make one frame cost as much as thousands.
        if places
            .last()
            .is_some_and(|(last, _)| !last.is_before(&place.0))
        {
            return Ok(r.bad("the places are not sorted, or overlap")?);
        }
        places.push(place);
    }
    Ok(places)
}

fn write_place(w: &mut Writer, (prefix, below): &(Prefix, Below)) {
    w.byte(prefix.digits() as u8);
    w.raw(prefix.bytes());
    match below {
        Below::Ids(ids) => {
            w.byte(0);
            w.len(ids.len());
            // What all have in common is in the prefix.
            let common = prefix.digits() / 2;
            ids.iter().for_each(|id| w.raw(&id.as_bytes()[common..]));
        }
        Below::Hashes(hashes) => {
            w.byte(1);
            let there = |hash: &Hash| *hash != Hash::default();
            let mask = hashes
                .iter()
                .enumerate()
                .fold(0_u16, |mask, (digit, hash)| {
                    mask | u16::from(there(hash)) << digit
                });
            w.raw(&mask.to_be_bytes());
            hashes
                .iter()
                .filter(|hash| there(hash))
                .for_each(|hash| w.raw(hash));
        }
    }
}

fn read_place(r: &mut Reader<'_>) -> Result<(Prefix, Below), FrameError> {
    let digits = usize::from(r.byte()?);
    let bytes = r.take(digits.div_ceil(2).min(33))?;
    let Some(prefix) = Prefix::new(digits, bytes) else {
        return Ok(r.bad("no id has such a beginning")?);
    };
    let below = match r.byte()? {
        0 => {
            let count = bounded(r, MAX_FRAME_IDS, "ids")?;
            let common = prefix.digits() / 2;
            let mut ids: Vec<EventId> = Vec::new();
            for _ in 0..count {
                let mut id = [0; 32];
                id[..common].copy_from_slice(&prefix.bytes()[..common]);
                id[common..].copy_from_slice(r.take(32 - common)?);
                let id = EventId::from_bytes(id);
                if ids.last().is_some_and(|last| *last >= id) || !prefix.contains(&id) {
                    return Ok(r.bad("the ids are not sorted, or not below their place")?);
                }
                ids.push(id);
            }
            Below::Ids(ids)
        }
        1 => {
            let mut mask = [0; 2];
            mask.copy_from_slice(r.take(2)?);
            let mask = u16::from_be_bytes(mask);
            let mut hashes = [Hash::default(); 16];
            for (digit, hash) in hashes.iter_mut().enumerate() {
                if mask >> digit & 1 == 1 {
                    hash.copy_from_slice(r.take(HASH)?);
                }
            }
            Below::Hashes(Box::new(hashes))
        }
        _ => return Ok(r.bad("what is below a place is 0 or 1")?),
    };
    Ok((prefix, below))
}

fn write_ids(w: &mut Writer, ids: &[EventId]) {
    w.len(ids.len());
    ids.iter().for_each(|id| w.hash(id.as_bytes()));
}

fn read_ids(r: &mut Reader<'_>) -> Result<Vec<EventId>, FrameError> {
    let count = bounded(r, MAX_FRAME_IDS, "ids")?;
    (0..count).map(|_| Ok(r.event()?)).collect()
}

pub(crate) fn write_attestations(w: &mut Writer, attestations: &[Attestation]) {
    w.len(attestations.len());
    for attestation in attestations {
        w.hash(attestation.event.as_bytes());
        w.bytes(&attestation.bytes);
    }
}

pub(crate) fn read_attestations(
    r: &mut Reader<'_>,
    most: usize,
) -> Result<Vec<Attestation>, FrameError> {
    let count = bounded(r, most, "attestations")?;
    let mut attestations = Vec::new();
    for _ in 0..count {
        let (event, bytes) = (r.event()?, r.bytes()?);
        if bytes.len() > MAX_ATTESTATION_BYTES {
            return Err(FrameError::TooMany {
                what: "bytes in an attestation",
                most: MAX_ATTESTATION_BYTES,
                claimed: bytes.len(),
            });
        }
        let bytes = bytes.to_vec();
        attestations.push(Attestation { event, bytes });
    }
    Ok(attestations)
}

fn bounded(r: &mut Reader<'_>, most: usize, what: &'static str) -> Result<usize, FrameError> {
    let claimed = r.count()?;
    if claimed > most {
        return Err(FrameError::TooMany {
            what,
            most,
            claimed,
        });
    }
    Ok(claimed)
}

fn checkpoint(r: &mut Reader<'_>) -> Result<CheckpointId, CodecError> {
    let mut id = [0; 32];
    id.copy_from_slice(r.take(32)?);
    Ok(CheckpointId::from_bytes(id))
}

fn number(r: &mut Reader<'_>) -> Result<u64, CodecError> {
    let n = r.uint()?;
    u64::try_from(n).or_else(|_| r.bad("the number has more than 64 bits"))
}

#[cfg(test)]
mod tests;
