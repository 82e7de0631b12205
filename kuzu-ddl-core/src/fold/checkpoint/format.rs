//! TODO-DOC fold::checkpoint::format

use crate::event::CodecError;

/// The first byte of a checkpoint.
pub(in crate::fold) const VERSION: u8 = 1;

/// Why bytes are no checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The version byte is not known.
    #[error(
        "checkpoint version {0} is not known; this version of kuzu-ddl reads {VERSION}: update it, or ask for the events instead"
    )]
    Version(u8),
    /// The bytes are no encoding of anything.
    #[error("the checkpoint is damaged: {0}; fetch it again, or ask for the events instead")]
    Damaged(#[from] CodecError),
    /// It names what it does not have, or says of an event what the event does not say.
    #[error(
        "the checkpoint contradicts itself ({0}); fetch it again, or ask for the events instead"
    )]
    Contradiction(&'static str),
}
