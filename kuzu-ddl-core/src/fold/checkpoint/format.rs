//! The format version of checkpoints, and the error of bytes that are not one.

use crate::event::CodecError;

/// Format version, the first byte of a checkpoint.
pub(in crate::fold) const VERSION: u8 = 1;

/// Reason why bytes are not a valid checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// The version byte is unknown.
    #[error(
        "unsupported checkpoint version {0}: this version of kuzu-ddl reads {VERSION}\n\
         help: update kuzu-ddl\n\
         help: or request the events instead"
    )]
    Version(u8),
    /// The bytes cannot be decoded.
    #[error(
        "corrupt checkpoint: {0}\n\
         help: fetch it again\n\
         help: or request the events instead"
    )]
    Damaged(CodecError),
    /// The checkpoint refers to what it does not contain, or contradicts one of its events.
    #[error(
        "inconsistent checkpoint: {0}\n\
         help: fetch it again\n\
         help: or request the events instead"
    )]
    Inconsistent(&'static str),
}

/// The message contains the cause, so the cause is not a source.
impl From<CodecError> for CheckpointError {
    fn from(e: CodecError) -> Self {
        Self::Damaged(e)
    }
}
