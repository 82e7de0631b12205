//! TODO-DOC event::pack::columns

use super::super::change::Change;
use super::super::codec::CodecError;
use super::super::ddl_event::DdlEvent;
use super::super::object_id::key_of;
use super::intern::Number;
use super::predictor::Memory;

/// The first byte of every pack.
pub(crate) const PACK_VERSION: u8 = 1;

/// Whether events of this kind are written in columns. A later kind travels as its canonical bytes, so that a
/// reader that does not know it can still read the pack: never add one within one version.
pub(in crate::event) fn is_columned(kind: u16) -> bool {
    matches!(kind, 1..=24 | 26 | 40)
}

/// Why bytes are no pack.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PackError {
    /// The version byte is not [`PACK_VERSION`].
    #[error("pack version {0} is not known; this version of kuzu-ddl reads {PACK_VERSION}")]
    Version(u8),
    /// It comes, or claims to come, to more than the reader allows.
    #[error("the pack comes to more than the {0} bytes that are allowed here")]
    TooLarge(usize),
    /// What is deflated cannot be inflated to what it claims.
    #[error("the deflated part is damaged")]
    Damaged,
    /// A value that is not legal.
    #[error("event {event} of the pack: {error}")]
    Event {
        /// Counts from 0; the number of events if it is behind the last.
        event: usize,
        /// What is wrong.
        error: CodecError,
    },
}

impl From<CodecError> for PackError {
    fn from(error: CodecError) -> Self {
        Self::Event { event: 0, error }
    }
}

/// The object where it was there before, and what the event is near to: that object, or the table of the
/// one that is born, which stands first in the body.
pub(in crate::event) fn place(
    mentions: &mut Vec<Number>,
    born: bool,
) -> (Option<Number>, Option<Number>) {
    if born {
        (mentions.first().copied(), None)
    } else {
        let object = mentions.pop();
        (object, object)
    }
}

/// What both sides do after each event.
pub(in crate::event) fn remember(
    memory: &mut Memory,
    event: &DdlEvent,
    kind: u16,
    near: Option<Number>,
    mut learn: impl FnMut(&[u8; 32]) -> Number,
) {
    let number = learn(event.id().as_bytes());
    if !event.change().is_birth() {
        if let Some(object) = near {
            memory.learn(number, kind, object, None);
        }
        return;
    }
    let object = learn(event.object().as_bytes());
    memory.learn(number, kind, object, near);
    if let Change::CreateNodeTable { key_name, .. } = event.change() {
        let key = learn(key_of(event.object(), key_name).as_bytes());
        memory.learn(number, kind, key, Some(object));
    }
}
