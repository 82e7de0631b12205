//! Encoding and decoding of frames.

use kuzu_ddl_core::event::{CodecError, EventId, Reader, Writer};

use super::{FRAME_VERSION, Frame, FrameError, Status, Subtree};
use crate::attestation::{read_attestations, write_attestations};
use crate::checkpoint::CheckpointId;
use crate::hash_tree::{Digest, HASH_BYTES, Hash, Prefix};
use crate::identity::SpaceId;
use crate::limits::{MAX_FRAME_BYTES, MAX_FRAME_IDS, MAX_FRAME_SUBTREES, read_count};

/// The first byte of an answer to a frame of an unknown version.
const VERSIONS: u8 = 0;

impl Frame {
    fn kind(&self) -> u8 {
        match self {
            Self::Versions(..) => VERSIONS,
            Self::Status(_) => 1,
            Self::Reconcile(..) => 2,
            Self::Events { .. } => 3,
            Self::WantEvents(_) => 4,
            Self::SetPush(_) => 5,
            Self::WantCheckpointProof(_) => 6,
            Self::CheckpointProof(..) => 7,
            Self::WantCheckpoint(..) => 8,
            Self::Checkpoint(..) => 9,
            Self::AttestationTree(_) => 10,
            Self::WantAttestations(_) => 11,
        }
    }

    pub(crate) fn encode(&self, space: &SpaceId) -> Vec<u8> {
        let mut w = Writer::default();
        if let Self::Versions(min, max) = self {
            w.raw(&[VERSIONS, *min, *max]);
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
            Self::Reconcile(checkpoint, subtrees) => {
                write_optional_checkpoint(w, checkpoint.as_ref());
                write_subtrees(w, subtrees);
            }
            Self::AttestationTree(subtrees) => write_subtrees(w, subtrees),
            Self::Events {
                push,
                pack,
                attestations,
            } => {
                w.byte((*push).into());
                w.bytes(pack);
                write_attestations(w, attestations);
            }
            Self::WantEvents(ids) | Self::WantAttestations(ids) => write_ids(w, ids),
            Self::SetPush(enabled) => w.byte((*enabled).into()),
            Self::WantCheckpointProof(id) => w.hash(id.as_bytes()),
            Self::CheckpointProof(id, proof) => {
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

    /// Decodes a frame of the space.
    pub(crate) fn decode(bytes: &[u8], space: &SpaceId) -> Result<Self, FrameError> {
        if bytes.len() > MAX_FRAME_BYTES {
            return Err(FrameError::TooLarge(bytes.len()));
        }
        let mut r = Reader::new(bytes);
        let version = r.byte()?;
        if version == VERSIONS {
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
                let checkpoint = r.option(read_checkpoint)?;
                Self::Reconcile(checkpoint, read_subtrees(r)?)
            }
            3 => Self::Events {
                push: r.bool()?,
                pack: r.bytes()?.to_vec(),
                attestations: read_attestations::<FrameError>(r, MAX_FRAME_IDS)?,
            },
            4 => Self::WantEvents(read_ids(r)?),
            5 => Self::SetPush(r.bool()?),
            6 => Self::WantCheckpointProof(read_checkpoint(r)?),
            7 => Self::CheckpointProof(read_checkpoint(r)?, r.bytes()?.to_vec()),
            8 => Self::WantCheckpoint(read_checkpoint(r)?, read_u64(r)?),
            9 => Self::Checkpoint(read_checkpoint(r)?, read_u64(r)?, r.bytes()?.to_vec()),
            10 => Self::AttestationTree(read_subtrees(r)?),
            11 => Self::WantAttestations(read_ids(r)?),
            kind => return Err(FrameError::Kind(kind)),
        })
    }
}

fn write_status(w: &mut Writer, status: &Status) {
    write_optional_checkpoint(w, status.checkpoint.as_ref());
    status.events.write(w);
    status.stored.write(w);
    w.byte(status.wants_reply.into());
    w.option(status.offer, |w, (id, count, size)| {
        w.hash(id.as_bytes());
        w.uint(count.into());
        w.uint(size.into());
    });
}

fn read_status(r: &mut Reader<'_>) -> Result<Status, FrameError> {
    Ok(Status {
        checkpoint: r.option(read_checkpoint)?,
        events: Digest::read(r)?,
        stored: Digest::read(r)?,
        wants_reply: r.bool()?,
        offer: r.option(|r| Ok((read_checkpoint(r)?, read_u64(r)?, read_u64(r)?)))?,
    })
}

fn write_subtrees(w: &mut Writer, subtrees: &[(Prefix, Subtree)]) {
    w.len(subtrees.len());
    subtrees
        .iter()
        .for_each(|(prefix, subtree)| write_subtree(w, prefix, subtree));
}

fn read_subtrees(r: &mut Reader<'_>) -> Result<Vec<(Prefix, Subtree)>, FrameError> {
    let count = read_count::<FrameError>(r, "subtrees", MAX_FRAME_SUBTREES)?;
    let mut subtrees: Vec<(Prefix, Subtree)> = Vec::new();
    for _ in 0..count {
        let (prefix, subtree) = read_subtree(r)?;
        // Overlapping subtrees could make one frame cost as much as thousands.
        if subtrees
            .last()
            .is_some_and(|(last, _)| !last.is_before(&prefix))
        {
            return Ok(r.malformed("the subtrees are not sorted, or overlap")?);
        }
        subtrees.push((prefix, subtree));
    }
    Ok(subtrees)
}

fn write_subtree(w: &mut Writer, prefix: &Prefix, subtree: &Subtree) {
    w.byte(prefix.digits() as u8);
    w.raw(prefix.bytes());
    match subtree {
        Subtree::Ids(ids) => {
            w.byte(0);
            w.len(ids.len());
            // The prefix contains the bytes that all ids share.
            let common = prefix.digits() / 2;
            ids.iter().for_each(|id| w.raw(&id.as_bytes()[common..]));
        }
        Subtree::Hashes(hashes) => {
            w.byte(1);
            let is_present = |hash: &Hash| *hash != Hash::default();
            let mask = hashes
                .iter()
                .enumerate()
                .fold(0_u16, |mask, (digit, hash)| {
                    mask | u16::from(is_present(hash)) << digit
                });
            w.raw(&mask.to_be_bytes());
            hashes
                .iter()
                .filter(|hash| is_present(hash))
                .for_each(|hash| w.raw(hash));
        }
    }
}

fn read_subtree(r: &mut Reader<'_>) -> Result<(Prefix, Subtree), FrameError> {
    let digits = usize::from(r.byte()?);
    let bytes = r.take(digits.div_ceil(2).min(33))?;
    let Some(prefix) = Prefix::new(digits, bytes) else {
        return Ok(r.malformed("the prefix is not one of an id")?);
    };
    let subtree = match r.byte()? {
        0 => {
            let count = read_count::<FrameError>(r, "ids", MAX_FRAME_IDS)?;
            let common = prefix.digits() / 2;
            let mut ids: Vec<EventId> = Vec::new();
            for _ in 0..count {
                let mut id = [0; 32];
                id[..common].copy_from_slice(&prefix.bytes()[..common]);
                id[common..].copy_from_slice(r.take(32 - common)?);
                let id = EventId::from_bytes(id);
                if ids.last().is_some_and(|last| *last >= id) || !prefix.contains(&id) {
                    return Ok(r.malformed("the ids are not sorted, or not below their prefix")?);
                }
                ids.push(id);
            }
            Subtree::Ids(ids)
        }
        1 => {
            let mut mask = [0; 2];
            mask.copy_from_slice(r.take(2)?);
            let mask = u16::from_be_bytes(mask);
            let mut hashes = [Hash::default(); 16];
            for (digit, hash) in hashes.iter_mut().enumerate() {
                if mask >> digit & 1 == 1 {
                    hash.copy_from_slice(r.take(HASH_BYTES)?);
                }
            }
            Subtree::Hashes(Box::new(hashes))
        }
        _ => return Ok(r.malformed("the kind of a subtree must be 0 or 1")?),
    };
    Ok((prefix, subtree))
}

fn write_ids(w: &mut Writer, ids: &[EventId]) {
    w.len(ids.len());
    ids.iter().for_each(|id| w.hash(id.as_bytes()));
}

fn read_ids(r: &mut Reader<'_>) -> Result<Vec<EventId>, FrameError> {
    let count = read_count::<FrameError>(r, "ids", MAX_FRAME_IDS)?;
    (0..count).map(|_| Ok(r.event()?)).collect()
}

fn write_optional_checkpoint(w: &mut Writer, id: Option<&CheckpointId>) {
    w.option(id, |w, id| w.hash(id.as_bytes()));
}

fn read_checkpoint(r: &mut Reader<'_>) -> Result<CheckpointId, CodecError> {
    let mut id = [0; 32];
    id.copy_from_slice(r.take(32)?);
    Ok(CheckpointId::from_bytes(id))
}

fn read_u64(r: &mut Reader<'_>) -> Result<u64, CodecError> {
    let n = r.uint()?;
    u64::try_from(n).or_else(|_| r.malformed("the number exceeds 64 bits"))
}
