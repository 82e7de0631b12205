//! Report of a completed migration.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{ConflictReport, HoldReason};
use kuzu_ddl_core::plan::{DeferredWork, HumanDuration, Step, count_noun};
use serde::{Deserialize, Serialize};

/// Outcome of a migration.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// let report = Migrator::new(&db).declared(declared).migrate()?;
/// assert!(!report.is_up_to_date());
/// assert!(report.deferred.is_empty() && report.conflicts.is_empty());
/// println!("{report}"); // 1 step applied, schema …
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Report {
    /// Applied steps.
    pub steps: Vec<Step>,
    /// Recorded events.
    pub events: Vec<EventId>,
    /// Notes for the operator, as sentences.
    pub notes: Vec<String>,
    /// Fingerprint of the schema, which all peers with the same events share.
    pub schema: Fingerprint,
    /// Newest events: those that no other event depends on.
    pub frontier: BTreeSet<EventId>,
    /// Conflicts between concurrent changes.
    pub conflicts: Vec<ConflictReport>,
    /// Events that wait for others or for a newer version of kuzu-ddl.
    pub held_events: Vec<(EventId, HoldReason)>,
    /// Copy of the database from before the migration, if one was requested and needed.
    #[serde(default)]
    pub backup: Option<std::path::PathBuf>,
    /// Duration of each step, without the commit.
    pub step_durations: Vec<Duration>,
    /// Tasks that could not be executed after the commit, with reasons. The next start retries
    /// them.
    #[serde(default)]
    pub deferred: Vec<DeferredWork>,
    /// Duration of the whole start, from the first query to the last.
    pub elapsed: Duration,
}

impl Report {
    /// Returns whether there was nothing to do.
    #[must_use]
    pub fn is_up_to_date(&self) -> bool {
        self.steps.is_empty() && self.events.is_empty() && self.deferred.is_empty()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = self.elapsed.as_millis();
        let schema = self.schema.abbreviate();
        match (self.steps.len(), self.events.len()) {
            (0, 0) if !self.deferred.is_empty() => {
                let tasks = count_noun(self.deferred.len() as u64, "task", "tasks");
                write!(
                    f,
                    "incomplete: {tasks} deferred, schema {schema}, {took} ms"
                )?
            }
            (0, 0) => write!(f, "up to date, schema {schema}, {took} ms")?,
            (0, n) => {
                let events = count_noun(n as u64, "event", "events");
                write!(f, "recorded {events}, schema {schema}, {took} ms")?
            }
            (n, _) => {
                let steps = count_noun(n as u64, "step", "steps");
                write!(f, "{steps} applied, schema {schema}, {took} ms")?
            }
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
        for DeferredWork { step, reason, .. } in &self.deferred {
            let operation = &step.operation;
            write!(
                f,
                "\n  deferred: {operation}: {reason}; retried at the next start"
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
                "\n  {} held: missing events or a newer version required",
                count_noun(self.held_events.len() as u64, "event", "events")
            )?;
        }
        Ok(())
    }
}
