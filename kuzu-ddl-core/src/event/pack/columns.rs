//! Definitions that the encoder and the decoder of packs share.

use super::super::change::Change;
use super::super::codec::CodecError;
use super::super::ddl_event::DdlEvent;
use super::super::object_id::primary_key_id;
use super::intern::InternId;
use super::predictor::DependencyPredictor;

/// The first byte of every pack.
pub const PACK_VERSION: u8 = 1;

/// Returns whether events of this kind are written in columns. A later kind is stored in its
/// canonical encoding, so that a reader that does not know it can still decode the pack: never add
/// a kind within one version.
pub(in crate::event) fn is_columned(kind: u16) -> bool {
    matches!(kind, 1..=24 | 26 | 40)
}

/// Error returned when bytes are not a valid pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The version byte is not [`PACK_VERSION`].
    #[error("unsupported pack version {0}: this version of kuzu-ddl reads {PACK_VERSION}")]
    Version(u8),
    /// The pack decodes, or claims to decode, to more bytes than the caller's limit.
    #[error("the pack exceeds the limit of {0} bytes")]
    TooLarge(usize),
    /// The deflated part does not inflate to its claimed size.
    #[error("the deflated part is corrupt")]
    Damaged,
    /// An event is invalid.
    #[error("invalid event {event} of the pack: {error}")]
    Event {
        /// The index of the event, from 0; the number of events if the error is after the last.
        event: usize,
        /// The reason.
        error: CodecError,
    },
}

impl From<CodecError> for PackError {
    fn from(error: CodecError) -> Self {
        Self::Event { event: 0, error }
    }
}

/// Returns the id from which dependencies are predicted: the event's object, or the parent table of
/// a created object, which is the first id in the body. The second value is the object, unless the
/// event creates it.
pub(in crate::event) fn column_index(
    mentions: &mut Vec<InternId>,
    created: bool,
) -> (Option<InternId>, Option<InternId>) {
    if created {
        (mentions.first().copied(), None)
    } else {
        let object = mentions.pop();
        (object, object)
    }
}

/// Records an event for the prediction of later dependencies, alike on both sides.
pub(super) fn observe(
    memory: &mut DependencyPredictor,
    event: &DdlEvent,
    kind: u16,
    near: Option<InternId>,
    mut intern: impl FnMut(&[u8; 32]) -> InternId,
) {
    let number = intern(event.id().as_bytes());
    if !event.change().is_creation() {
        if let Some(object) = near {
            memory.intern(number, kind, object, None);
        }
        return;
    }
    let object = intern(event.object().as_bytes());
    memory.intern(number, kind, object, near);
    if let Change::CreateNodeTable { key_name, .. } = event.change() {
        let key = intern(primary_key_id(event.object(), key_name).as_bytes());
        memory.intern(number, kind, key, Some(object));
    }
}
