//! What somebody says about an event: who made it, when, with which version, and a signature. The room is
//! here; what is in it is not looked at yet, only kept within bounds and passed on.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_runtime::event::EventId;

use crate::limits::{MAX_ATTESTATION_BYTES, MAX_ATTESTATIONS};

/// Something said about an event. Several peers may say something about one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attestation {
    /// The event.
    pub event: EventId,
    /// What is said, at most [`MAX_ATTESTATION_BYTES`].
    pub bytes: Vec<u8>,
}

/// All that was said, by event.
#[derive(Clone, Debug, Default)]
pub(crate) struct Attestations {
    by_event: BTreeMap<EventId, BTreeSet<Vec<u8>>>,
}

impl Attestations {
    /// Whether it is new; too long ones, and more than [`MAX_ATTESTATIONS`] of one event, are not kept.
    pub(crate) fn add(&mut self, attestation: Attestation) -> bool {
        let said = self.by_event.entry(attestation.event).or_default();
        said.len() < MAX_ATTESTATIONS
            && attestation.bytes.len() <= MAX_ATTESTATION_BYTES
            && said.insert(attestation.bytes)
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
