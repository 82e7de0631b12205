//! What a folder knows about the content of its files.

use std::collections::BTreeSet;

use kuzu_ddl_core::event::{DdlEvent, EventId};

use super::error::SkipReason;
use crate::event_log::EventLog;

/// The content of a file: the ids of its events, and which of them are stored.
#[derive(Debug, Default)]
pub(super) struct FileContent {
    ids: Vec<EventId>,
    /// Total size of the events, in bytes.
    bytes: usize,
    /// The dependencies that the log lacked when the file was read.
    missing: BTreeSet<EventId>,
    /// Number of events that the log lacked when the file was read.
    unstored: usize,
    /// Whether the log had all events at some time.
    is_stored: bool,
    /// Why the file is never read again.
    refused: Option<SkipReason>,
}

impl FileContent {
    /// Records that the file is not read again. Its name is the hash of its content, so the content
    /// cannot become valid; what was imported of it still counts.
    pub(super) fn refuse(&mut self, reason: SkipReason) {
        self.refused = Some(reason);
        self.ids.clear();
        self.missing.clear();
        self.unstored = 0;
    }

    /// Adds the events of a pack, before they are stored.
    pub(super) fn add(&mut self, events: &[DdlEvent], log: &EventLog) {
        for event in events {
            self.bytes += event.encoded_len();
            self.ids.push(event.id());
            self.missing.extend(log.missing(event.depends_on()));
        }
    }

    /// Records what the log has by now.
    pub(super) fn settle(&mut self, log: &EventLog) {
        if self.is_stored {
            return;
        }
        self.missing.retain(|id| !log.contains(id));
        self.unstored = log.missing(&self.ids).count();
        self.is_stored = self.unstored == 0;
    }

    /// Whether the file has to be read again: events are not stored, and a dependency that was
    /// missing is there now.
    pub(super) fn is_due(&self, log: &EventLog) -> bool {
        self.unstored > 0
            && (self.missing.is_empty() || self.missing.iter().any(|id| log.contains(id)))
            && log.missing(&self.ids).next().is_some()
    }

    /// Why the file does not count as read, if it does not.
    pub(super) fn skip_reason(&self) -> Option<SkipReason> {
        let unstored = Some(self.unstored).filter(|count| *count > 0);
        let reason = self.refused.clone();
        reason.or_else(|| unstored.map(SkipReason::MissingDependencies))
    }

    /// Whether a file with all events of the log replaces this one.
    pub(super) fn is_replaced_by(&self, log: &EventLog) -> bool {
        self.refused.is_none()
            && self.ids.len() < log.len()
            && self.ids.iter().all(|id| log.get(id).is_some())
    }

    pub(super) fn ids(&self) -> &[EventId] {
        &self.ids
    }

    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }
}
