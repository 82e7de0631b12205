//! Report of a delivery of events, and the reasons why events wait.

use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::drift::Drift;
use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{ConflictReport, HoldReason, Rejection};
use kuzu_ddl_core::one_line::one_line;
use kuzu_ddl_core::plan::{Step, count_noun};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::ledger::{SetAside, SetAsideCause};

/// Outcome of a delivery of events of peers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReceiveReport {
    /// Applied events, in order.
    pub applied: Vec<EventId>,
    /// Steps that were applied for them.
    pub steps: Vec<Step>,
    /// Events that wait, with reasons.
    pub pending: Vec<PendingEvent>,
    /// Events that can never be applied by any peer.
    pub rejected: Vec<(EventId, Rejection)>,
    /// Differences between ledger and live schema that keep events from being applied until they
    /// are resolved.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Conflicts between all known events, applied or pending.
    pub conflicts: Vec<ConflictReport>,
    /// Fingerprint of the schema, which all peers with the same events share.
    pub schema: Option<Fingerprint>,
    /// Duration of the delivery.
    pub took: Duration,
}

/// An event that is known, but not applied to this database yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PendingEvent {
    /// Id of the event.
    pub event: EventId,
    /// Path of the object that the event changes.
    pub object: String,
    /// Reason why the event waits.
    pub reason: PendingReason,
}

/// Reason why an event waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum PendingReason {
    /// It depends on events that have not arrived, or requires a newer version of kuzu-ddl.
    Held(HoldReason),
    /// The next start applies it, as [`ReceivePolicy::Defer`](crate::migrate::ReceivePolicy::Defer)
    /// requests.
    Deferred,
    /// It depends on another event that waits.
    BlockedBy(EventId),
    /// It removes objects that the running application declares.
    BreaksApplication(String),
    /// It cannot be applied to the present database: a preflight check fails, or a hazard is not
    /// allowed.
    NotApplicable(String),
    /// It ended the process that applied it, or the engine had not enough memory for it. It is not
    /// tried again until [`retry_set_aside`](crate::migrate::Migrator::retry_set_aside) requests
    /// it, or a newer version of kuzu-ddl starts.
    SetAside(String),
    /// The live schema differs from the ledger: see [`ReceiveReport::drift`].
    Drift,
}

impl From<&SetAside> for PendingReason {
    fn from(set_aside: &SetAside) -> Self {
        let cause = match set_aside.cause {
            SetAsideCause::ProcessEnded => "set aside: the process ended while it was applied",
            SetAsideCause::TooLarge => "set aside: the engine had not enough memory for it",
        };
        let message = set_aside
            .message
            .split("\nhelp: ")
            .next()
            .unwrap_or_default();
        let separator = if message.is_empty() { "" } else { ": " };
        Self::SetAside(format!(
            "{cause}{separator}{message}\n\
             help: try it once more with `.retry_set_aside()` on the Migrator"
        ))
    }
}

impl fmt::Display for PendingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "pending: {} ({}): ",
            one_line(&self.object),
            self.event.abbreviate()
        )?;
        match &self.reason {
            PendingReason::Held(held) => held.fmt(f),
            PendingReason::BlockedBy(event) => HoldReason::DependencyHeld(*event).fmt(f),
            PendingReason::Deferred => f.write_str("deferred to the next start"),
            PendingReason::Drift => f.write_str("the live schema differs from the ledger"),
            PendingReason::BreaksApplication(reason)
            | PendingReason::NotApplicable(reason)
            | PendingReason::SetAside(reason) => f.write_str(reason),
        }
    }
}

impl fmt::Display for ReceiveReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (applied, pending) = (self.applied.len(), self.pending.len());
        let applied = count_noun(applied as u64, "event", "events");
        write!(f, "{applied} of peers applied, {pending} pending")?;
        for step in &self.steps {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
        }
        for pending in &self.pending {
            write!(f, "\n  {}", pending.to_string().replace('\n', "\n  "))?;
        }
        if !self.drift.is_empty() {
            let drift = Error::DriftDetected(self.drift.clone()).to_string();
            write!(f, "\n  {}", drift.replace('\n', "\n  "))?;
        }
        for (event, rejection) in &self.rejected {
            write!(f, "\n  rejected: {}: {rejection}", event.abbreviate())?;
        }
        for conflict in &self.conflicts {
            write!(f, "\n  conflict: {conflict}")?;
        }
        Ok(())
    }
}
