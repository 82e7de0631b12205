//! Outputs: what a peer asks its caller to do.

use std::sync::Arc;

use kuzu_ddl_core::event::DdlEvent;

use super::diagnostic::DiagnosticRecord;
use crate::attestation::Attestation;
use crate::checkpoint::CheckpointId;
use crate::identity::PeerId;

/// An action that a [`Peer`](crate::Peer) asks its caller to perform.
#[doc(alias = "effect")]
#[doc(alias = "action")]
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Output {
    /// Send a frame to a peer. The protocol tolerates loss, duplication and delay.
    Send {
        /// The receiver.
        to: PeerId,
        /// The frame.
        bytes: Arc<[u8]>,
    },
    /// Store new events in the database. Each follows its dependencies.
    ///
    /// Call [`Peer::mark_stored`](crate::Peer::mark_stored) once they are durable.
    Events(Vec<DdlEvent>),
    /// Store new attestations.
    Attestations(Vec<Attestation>),
    /// Start the history of the database from this checkpoint.
    ///
    /// The bytes match the identifier; [`Checkpoint::to_fold`](crate::Checkpoint::to_fold) checks
    /// the state.
    Checkpoint(CheckpointId, Arc<[u8]>),
    /// Show a diagnostic to the operator.
    Diagnostic(DiagnosticRecord),
}
