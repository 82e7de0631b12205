//! Values that rows of the ledger store.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::state::LocalState;
use serde::{Deserialize, Serialize};

use super::frontier;

/// Name of the table.
pub(super) const TABLE: &str = "_kuzu_ddl_ledger";

/// Format of the rows. A ledger with a larger number belongs to a newer version.
pub const FORMAT: u32 = 1;

/// State of a database after the last start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerState {
    /// Format of the rows: [`FORMAT`].
    pub format: u32,
    /// Number of the newest revision.
    pub revision: u64,
    /// Newest events.
    #[serde(with = "frontier")]
    pub frontier: BTreeSet<EventId>,
    /// Fingerprint of the schema that all peers with these events share.
    pub schema: Fingerprint,
    /// Declarations that were verified against exactly this state.
    #[serde(alias = "checked")]
    pub verified_declarations: BTreeSet<Fingerprint>,
    /// Hash of the result of `show_tables`.
    #[serde(alias = "tables")]
    pub table_list_hash: Fingerprint,
    /// Hash of the whole catalog.
    #[serde(alias = "catalog")]
    pub catalog_hash: Fingerprint,
    /// Number of tables in the catalog.
    #[serde(alias = "size")]
    pub table_count: usize,
    /// State that is local to this database.
    pub local: LocalState,
    /// Number of events of peers that the next start tries to apply.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[serde(alias = "inbox")]
    pub inbox_ready: usize,
    /// Version of kuzu-ddl that found other events of peers waiting for a missing event or for a
    /// newer version. Starts of that version need not check them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(alias = "held")]
    pub held_since_version: Option<String>,
    /// Number of these other events.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub held_count: usize,
    /// Whether there are conflicts between concurrent changes, which every start reports.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_conflicts: bool,
}

impl LedgerState {
    /// Returns whether a start must check the waiting events of peers.
    pub(crate) fn has_pending_events(&self) -> bool {
        let newer = |found: &str| found != env!("CARGO_PKG_VERSION");
        self.inbox_ready > 0 || self.held_since_version.as_deref().is_some_and(newer)
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
fn is_zero(n: &usize) -> bool {
    *n == 0
}

/// Events that were recorded together, with their time and application. Not part of any hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Number, from 1.
    pub number: u64,
    /// Events, in order.
    pub events: Vec<EventId>,
    /// Declaration; `None` if no declaration caused the events, as in a rollback.
    pub declared: Option<Fingerprint>,
    /// Rollback that this revision records, if any.
    #[serde(default)]
    #[serde(alias = "back")]
    pub rollback: Option<RollbackRecord>,
    /// Whether the events are from peers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(alias = "received")]
    pub from_peers: bool,
    /// Name of the application.
    #[serde(alias = "app")]
    pub application: Option<String>,
    /// Version of kuzu-ddl.
    pub version: String,
    /// Start, in milliseconds since 1970 by this machine's clock. Nothing depends on it.
    #[serde(alias = "at")]
    pub started_at_ms: u64,
    /// Duration of the steps, in milliseconds.
    #[serde(alias = "took")]
    pub duration_ms: u64,
}

/// Rollback that a revision records.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackRecord {
    /// Text of the point.
    #[serde(alias = "to")]
    pub target: String,
    /// Declarations whose changes it undid. Their binaries are rejected until the application
    /// requests to apply the changes again.
    #[serde(alias = "undone")]
    pub undone_declarations: BTreeSet<Fingerprint>,
}

/// Named point of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// Newest events of the point.
    pub frontier: BTreeSet<EventId>,
    /// Newest revision of the point; 0 if no revision has its events.
    pub revision: u64,
    /// Time when the tag was set, in milliseconds since 1970.
    #[serde(alias = "at")]
    pub set_at_ms: u64,
}

/// Rows to write, by key.
pub type RowMap = BTreeMap<String, Vec<u8>>;
