//! Report of a completed migration.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::fold::{ConflictReport, HoldReason};
use kuzu_ddl_core::plan::{DeferredWork, HumanDuration, Step, count_noun};
use serde::{Deserialize, Serialize};

use super::receive::report::{PendingEvent, ReceiveReport};

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
    /// Events that wait for others or for a newer version of kuzu-ddl, with reasons; empty where the
    /// start did not read the history.
    pub held_events: Vec<(EventId, HoldReason)>,
    /// Number of these events, in any case.
    #[serde(default)]
    pub held_count: usize,
    /// Copy of the database from before the migration, if one was requested and needed.
    #[serde(default)]
    pub backup: Option<std::path::PathBuf>,
    /// What this start did with events of peers that waited for it; `None` if none did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub received: Option<Box<ReceiveReport>>,
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
        self.steps.is_empty()
            && self.events.is_empty()
            && self.deferred.is_empty()
            && self.applied_of_peers() == 0
    }

    /// Returns the number of events of peers that this start applied.
    fn applied_of_peers(&self) -> usize {
        let received = self.received.as_ref();
        received.map_or(0, |received| received.applied.len())
    }

    /// Returns the summary of what was done.
    fn summary(&self) -> String {
        let steps = count_noun(self.steps.len() as u64, "step", "steps");
        let events = count_noun(self.events.len() as u64, "event", "events");
        let tasks = count_noun(self.deferred.len() as u64, "task", "tasks");
        let peers = self.applied_of_peers();
        let own = match (self.steps.len(), self.events.len()) {
            (0, 0) if !self.deferred.is_empty() => format!("incomplete: {tasks} deferred"),
            (0, 0) if peers > 0 => String::new(),
            (0, 0) => "up to date".to_owned(),
            (0, _) => format!("recorded {events}"),
            _ => format!("{steps} applied"),
        };
        if peers == 0 {
            return own;
        }
        let peers = count_noun(peers as u64, "event of peers", "events of peers");
        let and = if own.is_empty() { "" } else { ", " };
        format!("{own}{and}{peers} applied")
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let took = self.elapsed.as_millis();
        let schema = self.schema.abbreviate();
        write!(f, "{}, schema {schema}, {took} ms", self.summary())?;
        let received = self.received.as_ref();
        for step in received.iter().flat_map(|received| &received.steps) {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
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
        let pending = || received.iter().flat_map(|received| &received.pending);
        for event in pending() {
            write!(f, "\n  {}", event.to_string().replace('\n', "\n  "))?;
        }
        let is_held = |event: &&PendingEvent| {
            let mut held = self.held_events.iter();
            held.any(|(id, _)| *id == event.event)
        };
        let listed = pending().filter(is_held).count();
        match self.held_count.saturating_sub(listed) {
            0 => Ok(()),
            held => write!(
                f,
                "\n  {} held: missing events or a newer version required",
                count_noun(held as u64, "event", "events")
            ),
        }
    }
}
