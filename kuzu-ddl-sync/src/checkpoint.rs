//! Checkpoints: the state of a history, for peers that start without the events.
//!
//! The fold defines the content of the state; here it is a byte string. A checkpoint adds what a
//! peer needs to continue from the state: the frontier, and every event that later events can
//! depend on.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kuzu_ddl_core::event::{CodecError, EventId, Reader, Writer};
use kuzu_ddl_core::fold::{CheckpointError, Fold};

/// The version that peers exchange; the identifier of the transfer binds its parts.
const TRANSFER_VERSION: u8 = 1;

/// The version that contains its identifier, for files.
const FILE_VERSION: u8 = 2;

/// Identifies a checkpoint by the hash of its content.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckpointId([u8; 32]);

impl CheckpointId {
    fn from_parts(head: &[u8], body_hash: [u8; 32]) -> Self {
        let mut both = hash(head).to_vec();
        both.extend(body_hash);
        Self(hash(&both))
    }

    /// Creates the identifier from its bytes.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for CheckpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for CheckpointId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CheckpointId({})", &self.to_string()[..8])
    }
}

/// The state that a set of events folds to.
///
/// A checkpoint grows with the schema, the history grows with the number of changes. A new peer can
/// start from a checkpoint instead of the history:
///
/// ```
/// use kuzu_ddl_sync::Checkpoint;
/// use kuzu_ddl_core::fold::Fold;
///
/// let checkpoint = Checkpoint::from_fold(&Fold::default())?;
/// let bytes = checkpoint.encode();
/// assert_eq!(Checkpoint::decode(&bytes)?.id(), checkpoint.id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "snapshot")]
#[doc(alias = "squash")]
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of events that the checkpoint covers.
    pub count: u64,
    /// The covered events that no other covered event depends on.
    pub frontier: BTreeSet<EventId>,
    /// The covered events that later events can depend on: all that the state refers to.
    pub covered: BTreeSet<EventId>,
    /// The encoded state of the fold.
    pub state: Vec<u8>,
}

impl Checkpoint {
    /// Creates the checkpoint of the events that a fold has applied.
    ///
    /// Held and rejected events are not part of it.
    ///
    /// # Errors
    ///
    /// Returns an error if the encoded state cannot be read back. That is a defect of this crate,
    /// detected before the checkpoint reaches another peer.
    pub fn from_fold(fold: &Fold) -> Result<Self, CheckpointError> {
        let state = fold.checkpoint();
        let stored = Fold::from_checkpoint(&state)?;
        Ok(Self {
            count: stored.count(),
            frontier: stored.frontier(),
            covered: stored.covered_events(),
            state,
        })
    }

    /// Decodes the state and checks it against the other fields.
    ///
    /// [`decode`](Self::decode) does not read the state. That the state is the one that the events
    /// lead to can be verified only with the history: who has it creates the checkpoint of the same
    /// events, which must have the same [identifier](Self::id).
    ///
    /// # Errors
    ///
    /// Returns an error if the state is malformed, or if it is the state of another checkpoint.
    pub fn to_fold(&self) -> Result<Fold, CheckpointError> {
        let fold = Fold::from_checkpoint(&self.state)?;
        let is_consistent = fold.count() == self.count
            && fold.frontier() == self.frontier
            && fold.covered_events() == self.covered;
        if is_consistent {
            Ok(fold)
        } else {
            Err(CheckpointError::Inconsistent(
                "the head belongs to another state",
            ))
        }
    }

    /// Encodes the checkpoint for a file: version, identifier, count, frontier, other covered events,
    /// state.
    #[must_use]
    pub fn encode(&self) -> Arc<[u8]> {
        let mut w = Writer::with_capacity(self.state.len() + 32 * self.covered.len() + 96);
        w.byte(FILE_VERSION);
        w.raw(self.id().as_bytes());
        // Without the version of the transfer.
        w.raw(&self.head()[1..]);
        w.raw(&self.body());
        w.finish().into()
    }

    /// Encodes the checkpoint for peers, which know its identifier.
    pub(crate) fn encode_for_transfer(&self) -> Arc<[u8]> {
        let mut w = Writer::with_capacity(self.state.len() + 32 * self.covered.len() + 64);
        w.raw(&self.head());
        w.raw(&self.body());
        w.finish().into()
    }

    fn head(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.byte(TRANSFER_VERSION);
        w.uint(self.count.into());
        w.events(&self.frontier);
        w.finish()
    }

    fn body(&self) -> Vec<u8> {
        let mut w = Writer::default();
        let others: Vec<EventId> = self.covered.difference(&self.frontier).copied().collect();
        w.events(&others);
        w.bytes(&self.state);
        w.finish()
    }

    /// Returns the identifier.
    ///
    /// Head and body are hashed separately, so that a peer can verify the head without the body.
    #[must_use]
    pub fn id(&self) -> CheckpointId {
        CheckpointId::from_parts(&self.head(), hash(&self.body()))
    }

    /// Decodes a checkpoint, but not its state: see [`to_fold`](Self::to_fold).
    ///
    /// Reads both the version for files, which contains the identifier, and the version that peers
    /// exchange, which does not.
    ///
    /// # Errors
    ///
    /// Returns an error if the bytes are not a checkpoint of a known version, or if the content does
    /// not match the identifier.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let bound = match r.byte()? {
            TRANSFER_VERSION => None,
            FILE_VERSION => {
                let mut id = [0; 32];
                id.copy_from_slice(r.take(32)?);
                Some(CheckpointId(id))
            }
            version => return Err(CodecError::Version(version)),
        };
        let (count, frontier) = read_count_and_frontier(&mut r)?;
        let mut covered = read_ids(&mut r)?;
        if !covered.is_disjoint(&frontier) {
            return r.malformed("duplicate event in the checkpoint");
        }
        covered.extend(&frontier);
        let state = r.bytes()?.to_vec();
        r.end()?;
        let checkpoint = Self {
            count,
            frontier,
            covered,
            state,
        };
        if bound.is_some_and(|bound| bound != checkpoint.id()) {
            return r.malformed("the content does not match its identifier");
        }
        Ok(checkpoint)
    }

    /// The head, and the hash that proves that it belongs to the checkpoint.
    pub(crate) fn proof(&self) -> Vec<u8> {
        let mut proof = hash(&self.body()).to_vec();
        proof.extend(self.head());
        proof
    }
}

/// Returns the head of a checkpoint, the number of events and the frontier, if the proof is valid.
pub(crate) fn verified_head(id: CheckpointId, proof: &[u8]) -> Option<(u64, BTreeSet<EventId>)> {
    let (body_hash, head) = proof.split_first_chunk::<32>()?;
    if CheckpointId::from_parts(head, *body_hash) != id {
        return None;
    }
    let mut r = Reader::new(head);
    let head = read_head(&mut r).ok()?;
    r.end().ok()?;
    Some(head)
}

fn read_head(r: &mut Reader<'_>) -> Result<(u64, BTreeSet<EventId>), CodecError> {
    match r.byte()? {
        TRANSFER_VERSION => read_count_and_frontier(r),
        version => Err(CodecError::Version(version)),
    }
}

fn read_count_and_frontier(r: &mut Reader<'_>) -> Result<(u64, BTreeSet<EventId>), CodecError> {
    let Ok(count) = u64::try_from(r.uint()?) else {
        return r.malformed("the number of events exceeds 64 bits");
    };
    Ok((count, read_ids(r)?))
}

fn read_ids(r: &mut Reader<'_>) -> Result<BTreeSet<EventId>, CodecError> {
    Ok(r.events()?.iter().copied().collect())
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key("kuzu-ddl 2026-11-26 checkpoint part v1", bytes)
}
