//! Checkpoints: what a history comes to, for peers that were not there.
//!
//! What the state is, is the fold's business; here it is bytes. Around them stands what a peer must know to go on
//! from there: the newest events, and all events that later ones may still depend on.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use kuzu_ddl_runtime::event::{CodecError, EventId, Reader, Writer};
use kuzu_ddl_runtime::fold::{CheckpointError, Fold};

const VERSION: u8 = 1;

/// The hash of a checkpoint.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CheckpointId([u8; 32]);

impl CheckpointId {
    /// The 32 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    fn of(head: &[u8], body: [u8; 32]) -> Self {
        let mut both = hash(head).to_vec();
        both.extend(body);
        Self(hash(&both))
    }

    /// From the 32 bytes of a hash made elsewhere.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
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

/// The state that a set of events comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// How many events are behind it.
    pub count: u64,
    /// The newest of them.
    pub frontier: BTreeSet<EventId>,
    /// Those that later events may depend on: everything that the state names.
    pub known: BTreeSet<EventId>,
    /// The state, as the fold writes it.
    pub state: Vec<u8>,
}

impl Checkpoint {
    /// The checkpoint of what a fold applied. What it holds or rejected is not part of it.
    ///
    /// # Errors
    /// What was written cannot be read back: a mistake of ours, found before anybody else has it.
    pub fn of(fold: &Fold) -> Result<Self, CheckpointError> {
        let state = fold.checkpoint();
        let kept = Fold::from_checkpoint(&state)?;
        Ok(Self {
            count: kept.count(),
            frontier: kept.frontier(),
            known: kept.known(),
            state,
        })
    }

    /// The state, for the fold to go on from. It is told here, and not when the bytes are read, whether the frontier and
    /// the known events are those of the state.
    ///
    /// # Errors
    /// The state is none, or not that of this checkpoint.
    pub fn fold(&self) -> Result<Fold, CheckpointError> {
        let fold = Fold::from_checkpoint(&self.state)?;
        let same = fold.count() == self.count
            && fold.frontier() == self.frontier
            && fold.known() == self.known;
        if same {
            Ok(fold)
        } else {
            Err(CheckpointError::Contradiction(
                "its head is that of another state",
            ))
        }
    }

    /// The bytes: head (version, count, frontier), then the other known events and the state.
    #[must_use]
    pub fn encode(&self) -> Arc<[u8]> {
        let mut w = Writer::with_capacity(self.state.len() + 32 * self.known.len() + 64);
        w.raw(&self.head());
        w.raw(&self.body());
        w.finish().into()
    }

    fn head(&self) -> Vec<u8> {
        let mut w = Writer::default();
        w.byte(VERSION);
        w.uint(self.count.into());
        w.events(&self.frontier);
        w.finish()
    }

    fn body(&self) -> Vec<u8> {
        let mut w = Writer::default();
        let others: Vec<EventId> = self.known.difference(&self.frontier).copied().collect();
        w.events(&others);
        w.bytes(&self.state);
        w.finish()
    }

    /// The hash: of head and body apart, so that the head alone can be shown to be right.
    #[must_use]
    pub fn id(&self) -> CheckpointId {
        CheckpointId::of(&self.head(), hash(&self.body()))
    }

    /// Reads the bytes of a checkpoint. What the state says is for the fold to judge.
    ///
    /// # Errors
    /// The bytes are no checkpoint.
    pub fn decode(bytes: &[u8]) -> Result<Self, CodecError> {
        let mut r = Reader::new(bytes);
        let (count, frontier) = read_head(&mut r)?;
        let mut known = set(&mut r)?;
        if !known.is_disjoint(&frontier) {
            return r.bad("an event stands twice");
        }
        known.extend(&frontier);
        let state = r.bytes()?.to_vec();
        r.end()?;
        Ok(Self {
            count,
            frontier,
            known,
            state,
        })
    }

    /// The head, with what proves that it belongs to the checkpoint.
    pub(crate) fn proof(&self) -> Vec<u8> {
        let mut proof = hash(&self.body()).to_vec();
        proof.extend(self.head());
        proof
    }
}

/// The frontier of a checkpoint, if the proof holds.
pub(crate) fn frontier_of(id: CheckpointId, proof: &[u8]) -> Option<BTreeSet<EventId>> {
    let (body, head) = proof.split_first_chunk::<32>()?;
    if CheckpointId::of(head, *body) != id {
        return None;
    }
    let mut r = Reader::new(head);
    let (_, frontier) = read_head(&mut r).ok()?;
    r.end().ok()?;
    Some(frontier)
}

fn read_head(r: &mut Reader<'_>) -> Result<(u64, BTreeSet<EventId>), CodecError> {
    let version = r.byte()?;
    if version != VERSION {
        return Err(CodecError::Version(version));
    }
    let Ok(count) = u64::try_from(r.uint()?) else {
        return r.bad("no history has so many events");
    };
    Ok((count, set(r)?))
}

fn set(r: &mut Reader<'_>) -> Result<BTreeSet<EventId>, CodecError> {
    Ok(r.events()?.iter().copied().collect())
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    blake3::derive_key("kuzu-ddl 2026-11-26 checkpoint part v1", bytes)
}
