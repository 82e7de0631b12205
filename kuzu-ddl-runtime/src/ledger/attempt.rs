//! Attempts to apply events of peers: what was being applied when a process ended, and what is set
//! aside since.
//!
//! An event can end the process that applies it. So an attempt is recorded before it starts, and
//! the record is removed when it ends: whoever finds one knows that the process before it ended
//! meanwhile, and that one of these events may be the cause.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::state::DeferredTask;
use serde::{Deserialize, Serialize};

/// Events that are being applied.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Attempt {
    /// All events of the inbox that wait for no other, except suspects.
    All,
    /// These events.
    Only(BTreeSet<EventId>),
}

/// Event that is not applied any more until an operator or a newer version requests it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SetAside {
    pub(crate) cause: SetAsideCause,
    /// Message of the engine, if there is one.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) message: String,
    /// Version of kuzu-ddl. Another version tries the event once.
    pub(crate) version: String,
}

/// Reason why an event is set aside.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum SetAsideCause {
    /// The process ended while it was applied.
    ProcessEnded,
    /// The engine had not enough memory for it.
    TooLarge,
}

impl SetAside {
    pub(crate) fn new(cause: SetAsideCause, message: String) -> Self {
        let version = env!("CARGO_PKG_VERSION").to_owned();
        Self {
            cause,
            message,
            version,
        }
    }

    /// Returns whether this version set the event aside.
    pub(crate) fn is_current(&self) -> bool {
        self.version == env!("CARGO_PKG_VERSION")
    }
}

/// Recorded attempts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Attempts {
    /// Attempt in progress, or the one that a process did not survive.
    pub(crate) current: Option<Attempt>,
    /// Sets of events of which one ended a process.
    pub(crate) suspects: Vec<BTreeSet<EventId>>,
    /// Whether a row has suspects that are tried by now.
    pub(crate) had_suspects: bool,
    /// Events that are set aside.
    pub(crate) set_aside: BTreeMap<EventId, SetAside>,
    /// Deferred work during which the process ended.
    pub(crate) deferred_set_aside: BTreeSet<DeferredTask>,
}
