//! Checkpoints: what a history comes to, without the history.
//!
//! A checkpoint keeps the events that the state names or that later ones may name: births, drops and whatever
//! else shaped objects, and of the plain writes (names, comments, types, defaults …) those that still hold. What
//! was written over is left out, so its size follows the schema and not the history. The texts of the state
//! are all in the events it keeps, so they are as legal as an event's; beside them stand only ids, types and
//! numbers. The same events give the same bytes on every machine, whether the history was replayed or began
//! with a checkpoint itself; so the hash of the bytes shows that somebody who has the whole history agrees.
//!
//! A fold that begins with one says what the fold of the whole history says, and goes on saying so with
//! every event whose makers knew the checkpoint.

pub(in crate::fold) mod format;
pub(in crate::fold) mod read;
pub(in crate::fold) mod retained;
pub(in crate::fold) mod write;

use std::collections::BTreeSet;

use format::CheckpointError;

use super::event_node::Standing;
use super::state::Fold;
use crate::event::EventId;

impl Fold {
    /// The state as bytes, to [begin with](Self::from_checkpoint) instead of the history. Held and rejected events
    /// are not part of it.
    #[must_use]
    pub fn checkpoint(&self) -> Vec<u8> {
        write::written(self)
    }

    /// The state that a checkpoint holds. Whoever begins with one believes who gave it: compare its hash with
    /// that of others who have the history.
    ///
    /// # Errors
    /// Anything but what [`checkpoint`](Self::checkpoint) writes; never a panic.
    pub fn from_checkpoint(bytes: &[u8]) -> Result<Self, CheckpointError> {
        read::fold(bytes)
    }

    /// The events that later ones may depend on, and those that must not be taken for new: what somebody who
    /// begins with the [checkpoint](Self::checkpoint) must not ask for.
    #[must_use]
    pub fn known(&self) -> BTreeSet<EventId> {
        let known = self.log.iter();
        let known = known.filter(|(_, known)| known.standing != Standing::Rejected);
        known
            .map(|(id, _)| *id)
            .chain(self.behind.keys().copied())
            .collect()
    }

    /// How many events it applied, those among them that the checkpoint left out which it began with.
    #[must_use]
    pub fn count(&self) -> u64 {
        let log = self.log.values();
        let applied = log.filter(|known| known.standing != Standing::Rejected);
        self.left_out + applied.count() as u64
    }

    /// The events it holds and applied, each after what it depends on.
    #[must_use]
    pub fn events(&self) -> Vec<crate::event::DdlEvent> {
        let known = self.log.values();
        let known = known.filter(|known| known.standing != Standing::Rejected);
        let mut events: Vec<_> = known.map(|known| (known.depth, &known.event)).collect();
        events.sort_unstable_by_key(|(depth, event)| (*depth, event.id()));
        events.into_iter().map(|(_, event)| event.clone()).collect()
    }
}
