//! History: the events of the ledger, in the order in which this database recorded them.
//!
//! Events store what they depend on, not when they were recorded: two peers may have the same
//! events in another order. So "the state at an event" has two meanings. [`History::schema_at`]
//! returns the state of this database right after it recorded the event, to which a rollback
//! returns. [`History::schema_seen_by`] returns the state that the event itself depends on, which
//! is the same on every machine, and often only a part of the database.

mod describe;
mod find_point;
mod point;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kuzu_ddl_core::event::{DdlEvent, EventId, Fingerprint};
use kuzu_ddl_core::fold::{Fold, HoldReason, compare, topological_order};
use kuzu_ddl_core::one_line::fmt_one_line;
use kuzu_ddl_core::schema::{Comparison, Schema};
pub use point::{HistoryError, Point, format_timestamp};
use serde::{Deserialize, Serialize};

use crate::ledger::{LedgerContents, Revision, Tag};

/// History of one database.
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
/// use kuzu_ddl_runtime::history::{History, Point};
/// Migrator::new(&db).declared(declared).migrate()?;
/// let history = History::read(&db)?;
/// assert_eq!(history.entries().len(), 1);
/// assert_eq!(history.schema_at(&Point::Revision(1))?.sequences.len(), 1);
/// println!("{history}");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    pub(crate) entries: Vec<Entry>,
    /// Checkpoint that it starts from.
    pub(crate) checkpoint: Option<Fold>,
    pub(crate) events: BTreeMap<EventId, DdlEvent>,
    pub(crate) revisions: BTreeMap<u64, Revision>,
    pub(crate) tags: BTreeMap<String, Tag>,
}

/// Event of the history, with the data recorded about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Id of the event.
    pub event: EventId,
    /// Kind of change, as [`Change::as_str`](kuzu_ddl_core::event::Change::as_str) returns it.
    pub kind: String,
    /// Object by its name at the time: `Table`, `Table.property` or `Table(From -> To)`.
    pub object: String,
    /// Summary of the change.
    pub summary: String,
    /// Number of its revision; `None` only in a ledger that another program wrote.
    pub revision: Option<u64>,
    /// Start of the revision, in milliseconds since 1970 by the clock of its machine.
    pub recorded_at_ms: u64,
    /// Duration of the whole revision, in milliseconds.
    pub duration_ms: u64,
    /// Name of the application.
    pub application: Option<String>,
    /// Version of kuzu-ddl.
    pub version: String,
    /// Fingerprint of the declaration.
    pub declared: Option<Fingerprint>,
}

impl History {
    /// Creates the history from the contents of a ledger.
    #[must_use]
    pub fn from_ledger(contents: &LedgerContents) -> Self {
        let mut history = Self {
            entries: Vec::new(),
            checkpoint: contents.checkpoint.clone(),
            events: contents.events.clone(),
            revisions: contents.revisions.clone(),
            tags: contents.tags.clone(),
        };
        let mut fold = history.checkpoint.clone().unwrap_or_default();
        for (event, revision) in in_order(contents) {
            let (object, what) = describe::describe(event, &mut fold);
            history.entries.push(Entry {
                event: event.id(),
                kind: event.change().as_str().to_owned(),
                object,
                summary: what,
                revision: revision.map(|r| r.number),
                recorded_at_ms: revision.map_or(0, |r| r.started_at_ms),
                duration_ms: revision.map_or(0, |r| r.duration_ms),
                application: revision.and_then(|r| r.application.clone()),
                version: revision.map(|r| r.version.clone()).unwrap_or_default(),
                declared: revision.and_then(|r| r.declared),
            });
        }
        history
    }

    /// Returns all events, the oldest first.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns an event of the history.
    #[must_use]
    pub fn event(&self, id: EventId) -> Option<&DdlEvent> {
        self.events.get(&id)
    }

    /// Returns the revisions by number.
    #[must_use]
    pub fn revisions(&self) -> &BTreeMap<u64, Revision> {
        &self.revisions
    }

    /// Returns the tags by name.
    #[must_use]
    pub fn tags(&self) -> &BTreeMap<String, Tag> {
        &self.tags
    }

    /// Returns the schema that this database had at a point.
    ///
    /// # Errors
    /// Fails if the point does not exist.
    pub fn schema_at(&self, point: &Point) -> Result<Schema, HistoryError> {
        Ok(self.fold_at(point)?.schema())
    }

    /// Returns the fold of the events at a point.
    ///
    /// # Errors
    /// Fails if the point does not exist.
    pub fn fold_at(&self, point: &Point) -> Result<Fold, HistoryError> {
        let ids = self.events_at(point)?;
        self.fold_of(&ids)
    }

    /// Returns the fold of these events, on top of the checkpoint that the history starts from.
    pub(crate) fn fold_of(&self, ids: &BTreeSet<EventId>) -> Result<Fold, HistoryError> {
        let base = self.checkpoint.as_ref();
        let base = base.filter(|base| base.frontier().is_subset(ids));
        let mut fold = base.cloned().unwrap_or_default();
        fold.extend(ids.iter().filter_map(|id| self.events.get(id)).cloned());
        let mut held = fold.held_events().into_values();
        if self.checkpoint.is_some()
            && held.any(|reason| matches!(reason, HoldReason::MissingDependency(_)))
        {
            return Err(HistoryError::BehindCheckpoint);
        }
        Ok(fold)
    }

    /// Returns the events that this database had at a point.
    ///
    /// # Errors
    /// Fails if the point does not exist.
    pub fn events_at(&self, point: &Point) -> Result<BTreeSet<EventId>, HistoryError> {
        let first = |n: usize| self.entries.iter().take(n).map(|entry| entry.event);
        Ok(match point {
            Point::Now => self.events.keys().copied().collect(),
            Point::Event(id) => {
                let position = self.entries.iter().position(|entry| entry.event == *id);
                let position = position.ok_or(HistoryError::UnknownEvent(id.abbreviate()))?;
                first(position + 1).collect()
            }
            Point::Revision(number) => {
                let is_recorded = self.revisions.contains_key(number);
                if !is_recorded {
                    return Err(HistoryError::UnknownRevision(*number));
                }
                self.up_to(|revision| revision.number <= *number)
            }
            Point::Time(at) => {
                // A clock may have been set back: the last revision that had ended by then counts.
                let ended = |r: &&Revision| r.started_at_ms.saturating_add(r.duration_ms) <= *at;
                let last = self.revisions.values().rev().find(ended);
                let last = last
                    .ok_or(HistoryError::BeforeHistory(format_timestamp(*at)))?
                    .number;
                self.up_to(|revision| revision.number <= last)
            }
            Point::Tag(name) => {
                let tag = self.tags.get(name);
                let tag = tag.ok_or_else(|| HistoryError::UnknownTag(name.clone()))?;
                self.with_ancestors(tag.frontier.iter().copied())
            }
        })
    }

    /// Returns the schema of an event and its ancestors alone. It is the same on every machine.
    ///
    /// # Errors
    /// Fails if the event does not exist.
    pub fn schema_seen_by(&self, event: EventId) -> Result<Schema, HistoryError> {
        if !self.events.contains_key(&event) {
            return Err(HistoryError::UnknownEvent(event.abbreviate()));
        }
        let ids = self.with_ancestors([event]);
        Ok(self.fold_of(&ids)?.schema())
    }

    /// Compares the schemas at two points.
    ///
    /// # Errors
    /// Fails if the point does not exist.
    pub fn compare(&self, from: &Point, to: &Point) -> Result<Comparison, HistoryError> {
        Ok(compare(&self.fold_at(from)?, &self.fold_at(to)?))
    }

    fn up_to(&self, fits: impl Fn(&Revision) -> bool) -> BTreeSet<EventId> {
        let later: BTreeSet<u64> = self
            .revisions
            .values()
            .filter(|r| !fits(r))
            .map(|r| r.number)
            .collect();
        self.entries
            .iter()
            .filter(|entry| entry.revision.is_none_or(|r| !later.contains(&r)))
            .map(|entry| entry.event)
            .collect()
    }

    /// Returns these events and all their ancestors.
    fn with_ancestors(&self, ids: impl IntoIterator<Item = EventId>) -> BTreeSet<EventId> {
        let mut todo: Vec<EventId> = ids.into_iter().collect();
        let mut found = BTreeSet::new();
        while let Some(id) = todo.pop() {
            if let Some(event) = self.events.get(&id)
                && found.insert(id)
            {
                todo.extend(event.depends_on());
            }
        }
        found
    }
}

/// Returns all events in the order in which they were recorded, each with its revision. Events of
/// no revision are first: this crate does not write such a ledger.
fn in_order(contents: &LedgerContents) -> Vec<(&DdlEvent, Option<&Revision>)> {
    let mut seen = BTreeSet::new();
    let mut recorded = Vec::new();
    for revision in contents.revisions.values() {
        for id in &revision.events {
            if let Some(event) = contents.events.get(id)
                && seen.insert(*id)
            {
                recorded.push((event, Some(revision)));
            }
        }
    }
    let all = contents.events.iter().map(|(id, event)| (*id, event));
    let others = topological_order(&all.collect()).into_values();
    let mut out: Vec<_> = others
        .filter(|event| !seen.contains(&event.id()))
        .map(|event| (event, None))
        .collect();
    out.extend(recorded);
    out
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl Entry {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}  {}", self.event.abbreviate(), self.summary)
    }
}

/// One paragraph for each revision, the oldest first.
impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.entries.is_empty() && self.revisions.is_empty() {
            return f.write_str("no history");
        }
        let mut lines = Vec::new();
        let with_revision =
            |number: Option<u64>| self.entries.iter().filter(move |e| e.revision == number);
        lines.extend(with_revision(None).map(|entry| format!("  {entry}")));
        for revision in self.revisions.values() {
            let app = revision
                .application
                .as_deref()
                .map(|app| format!(", {app}"));
            lines.push(format!(
                "revision {}, {}{}, kuzu-ddl {}, {} ms",
                revision.number,
                format_timestamp(revision.started_at_ms),
                app.unwrap_or_default(),
                revision.version,
                revision.duration_ms,
            ));
            if let Some(rollback) = &revision.rollback {
                lines.push(format!("  rolled back to {}", rollback.target));
            }
            lines.extend(with_revision(Some(revision.number)).map(|entry| format!("  {entry}")));
            let is_here = |tag: &&(&String, &Tag)| tag.1.revision == revision.number;
            let tags: Vec<_> = self.tags.iter().collect();
            lines.extend(
                tags.iter()
                    .filter(is_here)
                    .map(|(name, _)| format!("  tag {name}")),
            );
        }
        f.write_str(&lines.join("\n"))
    }
}
