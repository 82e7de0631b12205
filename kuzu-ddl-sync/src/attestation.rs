//! What somebody says about an event: who made it, when, with which version, and a signature. The room is
//! here; what is in it is not looked at yet, only kept within bounds and passed on.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_runtime::event::EventId;

use crate::hash_tree::Index;
use crate::limits::{MAX_ATTESTATION_BYTES, MAX_ATTESTATIONS};

/// Something said about an event. Several peers may say something about one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attestation {
    /// The event.
    pub event: EventId,
    /// What is said, at most [`MAX_ATTESTATION_BYTES`].
    pub bytes: Vec<u8>,
}

impl Attestation {
    /// What stands for it in a tree of ids.
    fn id(event: EventId, bytes: &[u8]) -> EventId {
        let mut hasher = blake3::Hasher::new_derive_key("kuzu-ddl 2026-11-26 attestation v1");
        hasher.update(event.as_bytes()).update(bytes);
        EventId::from_bytes(*hasher.finalize().as_bytes())
    }
}

/// All that was said, by event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attestations {
    by_event: BTreeMap<EventId, BTreeSet<Vec<u8>>>,
    /// What each is about, so that two peers can find what one of them has not heard.
    index: Index<EventId>,
}

impl Attestations {
    /// Whether it is new; too long ones, and more than [`MAX_ATTESTATIONS`] of one event, are not kept.
    pub(crate) fn add(&mut self, attestation: Attestation) -> bool {
        let Attestation { event, bytes } = attestation;
        let said = self.by_event.entry(event).or_default();
        let id = Attestation::id(event, &bytes);
        let new = said.len() < MAX_ATTESTATIONS
            && bytes.len() <= MAX_ATTESTATION_BYTES
            && said.insert(bytes);
        if new {
            self.index.insert(id, event);
        }
        new
    }

    /// All of them, as a tree.
    pub(crate) fn index(&self) -> &Index<EventId> {
        &self.index
    }

    /// Lets go of what was said about events that are not kept.
    pub(crate) fn retain(&mut self, keeps: impl Fn(&EventId) -> bool) {
        self.by_event.retain(|event, _| keeps(event));
        self.index = Index::default();
        for (event, said) in &self.by_event {
            for bytes in said {
                self.index.insert(Attestation::id(*event, bytes), *event);
            }
        }
    }

    /// What was said about an event.
    pub(crate) fn of(&self, event: EventId) -> impl Iterator<Item = Attestation> {
        let said = self.by_event.get(&event).into_iter().flatten();
        said.map(move |bytes| Attestation {
            event,
            bytes: bytes.clone(),
        })
    }
}
