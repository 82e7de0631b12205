//! What a migration did.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{ConflictReport, HoldReason};
use kuzu_ddl_core::plan::{DeferredWork, HumanDuration, Step};
use serde::{Deserialize, Serialize};

/// What a migration did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// The steps that were carried out.
    pub steps: Vec<Step>,
    /// The events that were recorded.
    pub events: Vec<EventId>,
    /// What a person should know, in sentences.
    pub notes: Vec<String>,
    /// The schema that all peers with the same events share.
    pub schema: Fingerprint,
    /// The newest events.
    pub frontier: BTreeSet<EventId>,
    /// Contradictions between concurrent changes.
    pub conflicts: Vec<ConflictReport>,
    /// Events that wait for others or for a newer version.
    pub held_events: Vec<(EventId, HoldReason)>,
    /// The copy of the database from before, if one was asked for and needed.
    #[serde(default)]
    pub backup: Option<std::path::PathBuf>,
    /// How long each step took; the commit is not in it.
    pub step_durations: Vec<Duration>,
    /// What is still owed after the transaction, and why. The next start does it.
    #[serde(default)]
    pub deferred: Vec<DeferredWork>,
    /// The whole start, from the first query to the last.
    pub elapsed: Duration,
}

impl Report {
    /// Whether nothing had to be done.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty() && self.events.is_empty() && self.deferred.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = self.elapsed.as_millis();
        let schema = self.schema.short();
        match (self.steps.len(), self.events.len()) {
            (0, 0) if !self.deferred.is_empty() => {
                write!(f, "not finished, schema {schema}, {took} ms")?
            }
            (0, 0) => write!(f, "up to date, schema {schema}, {took} ms")?,
            (0, n) => write!(f, "recorded {n} events, schema {schema}, {took} ms")?,
            (1, _) => write!(f, "1 step applied, schema {schema}, {took} ms")?,
            (n, _) => write!(f, "{n} steps applied, schema {schema}, {took} ms")?,
        }
        for (i, step) in self.steps.iter().enumerate() {
            let text = step.to_string();
            let (first, rest) = text.split_once('\n').unwrap_or((&text, ""));
            write!(f, "\n  {first}")?;
            let estimated = step
                .row_work
                .as_ref()
                .is_some_and(|work| work.estimate.is_some());
            if let (true, Some(actual)) = (estimated, self.step_durations.get(i)) {
                write!(f, ", took {}", HumanDuration(*actual))?;
            }
            if !rest.is_empty() {
                write!(f, "\n  {}", rest.replace('\n', "\n  "))?;
            }
        }
        if let Some(path) = &self.backup {
            write!(f, "\n  backup: {}", path.display())?;
        }
        for DeferredWork { step, reason: why } in &self.deferred {
            let what = &step.operation;
            write!(
                f,
                "\n  still owed: {what}: {why}; the next start tries again"
            )?;
        }
        for note in &self.notes {
            write!(f, "\n  note: {}", note.replace('\n', "\n    "))?;
        }
        for conflict in &self.conflicts {
            write!(f, "\n  conflict: {conflict}")?;
        }
        if !self.held_events.is_empty() {
            write!(
                f,
                "\n  {} events are held for a newer version or for missing ones",
                self.held_events.len()
            )?;
        }
        Ok(())
    }
}
