//! Checkpoints: the folded state of a history without the history (log compaction).
//!
//! A checkpoint retains the events that the state refers to or that later events may refer to:
//! creations, drops and whatever else shaped objects, and of the single writes (names, comments,
//! types, defaults …) those that still hold. Overwritten events are elided, so its size follows the
//! schema and not the history. All texts of the state are in retained events and thus as valid as
//! an event's; apart from them it holds only ids, types and numbers. The same events give the same
//! bytes on every machine, whether the history was replayed or started from a checkpoint itself; so
//! the hash of the bytes shows that a peer with the whole history agrees.
//!
//! A fold that starts from a checkpoint equals the fold of the whole history, and stays equal under
//! every event whose creator had the checkpoint's events.

pub(in crate::fold) mod format;
pub(in crate::fold) mod read;
pub(in crate::fold) mod retained;
pub(in crate::fold) mod write;

use std::collections::BTreeSet;

use format::CheckpointError;

use super::graph::event_node::EventStatus;
use super::state::Fold;
use crate::event::EventId;

impl Fold {
    /// Encodes the state as bytes, from which a fold can [start](Self::from_checkpoint) instead of
    /// from the history. Held and rejected events are not part of it.
    #[doc(alias = "snapshot")]
    #[doc(alias = "squash")]
    #[doc(alias = "compaction")]
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        write::written(self)
    }

    /// Decodes the state that a checkpoint holds.
    ///
    /// The reader trusts the provider of the bytes: compare their hash with that of peers that have
    /// the history.
    ///
    /// # Errors
    /// Fails on any bytes that [`checkpoint`](Self::checkpoint) does not write; it never panics.
    pub fn from_checkpoint(bytes: &[u8]) -> Result<Self, CheckpointError> {
        read::fold(bytes)
    }

    /// Returns the events that later ones may depend on, and those that must not be mistaken for
    /// new: what a peer that starts from the [checkpoint](Self::checkpoint) must not request.
    #[must_use]
    pub fn covered_events(&self) -> BTreeSet<EventId> {
        let nodes = self.log.iter();
        let nodes = nodes.filter(|(_, node)| node.status != EventStatus::Rejected);
        nodes
            .map(|(id, _)| *id)
            .chain(self.checkpointed.keys().copied())
            .collect()
    }

    /// Returns the number of applied events, those that the checkpoint elided included.
    #[must_use]
    pub fn count(&self) -> u64 {
        let log = self.log.values();
        let applied = log.filter(|node| node.status != EventStatus::Rejected);
        self.elided_count + applied.count() as u64
    }

    /// Returns the applied events that are stored, each after its dependencies.
    #[must_use]
    pub fn events(&self) -> Vec<crate::event::DdlEvent> {
        let nodes = self.log.values();
        let nodes = nodes.filter(|node| node.status != EventStatus::Rejected);
        let mut events: Vec<_> = nodes.map(|node| (node.depth, &node.event)).collect();
        events.sort_unstable_by_key(|(depth, event)| (*depth, event.id()));
        events.into_iter().map(|(_, event)| event.clone()).collect()
    }
}
