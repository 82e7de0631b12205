//! Attestations: opaque statements about events, such as author, time, version or signature.
//!
//! Peers store and forward them within limits. Nothing interprets their content yet.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::{CodecError, EventId, Reader, Writer};

use crate::hash_tree::HashTree;
use crate::limits::{LimitError, MAX_ATTESTATION_BYTES, MAX_ATTESTATIONS, read_count};

/// A statement about an event.
///
/// An event can have several, from one peer or from several. [`Peer::attest`](crate::Peer::attest)
/// publishes them.
#[doc(alias = "signature")]
#[doc(alias = "author")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attestation {
    /// The event.
    pub event: EventId,
    /// The content, at most [`MAX_ATTESTATION_BYTES`].
    pub bytes: Vec<u8>,
}

impl Attestation {
    /// The id of the attestation in a hash tree.
    fn id(event: EventId, bytes: &[u8]) -> EventId {
        let mut hasher = blake3::Hasher::new_derive_key("kuzu-ddl 2026-11-26 attestation v1");
        hasher.update(event.as_bytes()).update(bytes);
        EventId::from_bytes(*hasher.finalize().as_bytes())
    }
}

/// The attestations that a peer has stored, by event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attestations {
    by_event: BTreeMap<EventId, BTreeSet<Vec<u8>>>,
    /// The event of each attestation, so that two peers can find the attestations one of them
    /// lacks.
    tree: HashTree<EventId>,
}

impl Attestations {
    /// Adds an attestation and returns whether it is new.
    ///
    /// One that exceeds [`MAX_ATTESTATION_BYTES`] or [`MAX_ATTESTATIONS`] is discarded.
    pub(crate) fn insert(&mut self, attestation: Attestation) -> bool {
        let Attestation { event, bytes } = attestation;
        let of_event = self.by_event.entry(event).or_default();
        let id = Attestation::id(event, &bytes);
        let new = of_event.len() < MAX_ATTESTATIONS
            && bytes.len() <= MAX_ATTESTATION_BYTES
            && of_event.insert(bytes);
        if new {
            self.tree.insert(id, event);
        }
        new
    }

    pub(crate) fn tree(&self) -> &HashTree<EventId> {
        &self.tree
    }

    /// Discards the attestations of events that are no longer stored.
    pub(crate) fn retain(&mut self, is_stored: impl Fn(&EventId) -> bool) {
        self.by_event.retain(|event, _| is_stored(event));
        self.tree = HashTree::default();
        for (event, of_event) in &self.by_event {
            for bytes in of_event {
                self.tree.insert(Attestation::id(*event, bytes), *event);
            }
        }
    }

    /// The attestations of an event.
    pub(crate) fn of(&self, event: EventId) -> impl Iterator<Item = Attestation> {
        let of_event = self.by_event.get(&event).into_iter().flatten();
        of_event.map(move |bytes| Attestation {
            event,
            bytes: bytes.clone(),
        })
    }
}

pub(crate) fn write_attestations(w: &mut Writer, attestations: &[Attestation]) {
    w.len(attestations.len());
    for attestation in attestations {
        w.hash(attestation.event.as_bytes());
        w.bytes(&attestation.bytes);
    }
}

pub(crate) fn read_attestations<E: From<CodecError> + From<LimitError>>(
    r: &mut Reader<'_>,
    limit: usize,
) -> Result<Vec<Attestation>, E> {
    let count = read_count::<E>(r, "attestations", limit)?;
    let mut attestations = Vec::new();
    for _ in 0..count {
        let (event, bytes) = (r.event()?, r.bytes()?);
        LimitError::check(
            "bytes in an attestation",
            MAX_ATTESTATION_BYTES,
            bytes.len(),
        )?;
        let bytes = bytes.to_vec();
        attestations.push(Attestation { event, bytes });
    }
    Ok(attestations)
}
