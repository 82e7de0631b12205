//! TODO-DOC migrate::receive::report

use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::drift::Drift;
use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{ConflictReport, HoldReason, Rejection};
use kuzu_ddl_core::plan::Step;
use serde::{Deserialize, Serialize};

use crate::error::Error;

/// What became of the events of peers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReceiveReport {
    /// The events that were carried out, in order.
    pub applied: Vec<EventId>,
    /// The steps that this took.
    pub steps: Vec<Step>,
    /// The events that wait, and why.
    pub pending: Vec<PendingEvent>,
    /// The events that can never be carried out anywhere.
    pub rejected: Vec<(EventId, Rejection)>,
    /// Where the database was changed by hand, if that keeps events from being carried out: they wait until it
    /// is settled.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Contradictions between all that is known, whether it is carried out here or not.
    pub conflicts: Vec<ConflictReport>,
    /// The fingerprint of the schema that all peers with the same events share.
    pub schema: Option<Fingerprint>,
    /// How long it took.
    pub took: Duration,
}

/// An event that is known, and not carried out here yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingEvent {
    /// The event.
    pub event: EventId,
    /// What it is about.
    pub object: String,
    /// What it waits for.
    pub reason: PendingReason,
}

/// What an event waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PendingReason {
    /// For events that have not come, or for a newer version of kuzu-ddl.
    Held(HoldReason),
    /// For the next start, as the policy says.
    Deferred,
    /// For another event that waits.
    BlockedBy(EventId),
    /// It takes away what the running application declares.
    BreaksApplication(String),
    /// It cannot be carried out here as things are: rows are in the way, a hazard is not allowed.
    NotApplicable(String),
    /// The database was changed by hand: [`Received::drift`] says where.
    Drift,
}

impl fmt::Display for PendingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) waits: ", self.object, self.event.short())?;
        match &self.reason {
            PendingReason::Held(held) => held.fmt(f),
            PendingReason::BlockedBy(event) => HoldReason::DependencyHeld(*event).fmt(f),
            PendingReason::Deferred => f.write_str("the next start carries it out"),
            PendingReason::Drift => f.write_str("the database was changed by hand"),
            PendingReason::BreaksApplication(why) | PendingReason::NotApplicable(why) => {
                f.write_str(why)
            }
        }
    }
}

impl fmt::Display for ReceiveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (applied, delayed) = (self.applied.len(), self.pending.len());
        write!(f, "{applied} events of peers carried out, {delayed} wait")?;
        for step in &self.steps {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
        }
        for delayed in &self.pending {
            write!(f, "\n  {}", delayed.to_string().replace('\n', "\n  "))?;
        }
        if !self.drift.is_empty() {
            let drift = Error::DriftDetected(self.drift.clone()).to_string();
            write!(f, "\n  {}", drift.replace('\n', "\n  "))?;
        }
        for (event, rejection) in &self.rejected {
            write!(f, "\n  rejected: {}: {rejection}", event.short())?;
        }
        for conflict in &self.conflicts {
            write!(f, "\n  conflict: {conflict}")?;
        }
        Ok(())
    }
}
