//! What a migration is asked to do, and what it has done so far.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::Fold;

use crate::history::Point;
use crate::ledger::FingerprintedDeclaration;

/// Target of a migration.
#[derive(Clone, Debug)]
pub(super) enum Request {
    /// The declared schema.
    Declared,
    /// The live schema: only the ledger is written.
    Baseline,
    /// A point of the history.
    Rollback(Point),
    /// The state after events of peers, and after a checkpoint from which the history starts.
    Receive {
        events: Vec<DdlEvent>,
        bootstrap: Option<Box<Bootstrap>>,
        /// Whether nothing else is tried in this delivery.
        completes_attempt: bool,
    },
}

impl Request {
    /// Returns the request to apply events of peers.
    pub(super) fn of_events(events: Vec<DdlEvent>) -> Self {
        Self::Receive {
            events,
            bootstrap: None,
            completes_attempt: false,
        }
    }

    /// Sets whether nothing else is tried in this delivery.
    pub(super) fn completing_attempt(mut self, completes: bool) -> Self {
        if let Self::Receive {
            completes_attempt, ..
        } = &mut self
        {
            *completes_attempt = completes;
        }
        self
    }

    /// Returns whether nothing else is tried in this delivery.
    pub(super) fn completes_attempt(&self) -> bool {
        matches!(
            self,
            Self::Receive {
                completes_attempt: true,
                ..
            }
        )
    }

    /// Returns the checkpoint from which the history starts.
    pub(super) fn bootstrap(&self) -> Option<&Bootstrap> {
        match self {
            Self::Receive { bootstrap, .. } => bootstrap.as_deref(),
            _ => None,
        }
    }

    /// Returns whether the events are those of peers.
    pub(super) fn is_from_peers(&self) -> bool {
        matches!(self, Self::Receive { .. })
    }
}

/// Checkpoint from which a database starts.
#[derive(Clone, Debug)]
pub(super) struct Bootstrap {
    pub(super) fold: Fold,
    /// Encoded checkpoint, as received.
    pub(super) bytes: Vec<u8>,
}

impl Bootstrap {
    /// Returns the fold of the checkpoint together with the events of `state`.
    pub(super) fn merged_with(&self, state: &Fold) -> Fold {
        let mut fold = self.fold.clone();
        fold.extend(state.events());
        fold
    }
}

/// One migration in progress.
pub(super) struct Run<'r> {
    pub(super) declared: &'r FingerprintedDeclaration,
    pub(super) request: &'r Request,
    pub(super) start: Instant,
    /// Duration of each completed step.
    pub(super) step_durations: Vec<Duration>,
    /// Copy of the database from before the steps.
    pub(super) backup: Option<PathBuf>,
}
