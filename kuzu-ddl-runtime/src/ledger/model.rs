//! TODO-DOC ledger::model

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::event::{EventId, Fingerprint};
use kuzu_ddl_core::state::LocalState;
use serde::{Deserialize, Serialize};

use super::frontier;

/// The ledger's table.
pub(super) const TABLE: &str = "_kuzu_ddl_ledger";

/// The layout of the rows. A ledger with a larger number belongs to a newer version.
pub const FORMAT: u32 = 1;

/// What the last start left behind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LedgerState {
    /// The layout of the rows: [`FORMAT`].
    pub format: u32,
    /// The number of the newest revision.
    pub revision: u64,
    /// The newest events.
    #[serde(with = "frontier")]
    pub frontier: BTreeSet<EventId>,
    /// The fingerprint of the schema that all peers with these events share.
    pub schema: Fingerprint,
    /// Declarations that were checked against exactly this state and can open it.
    #[serde(alias = "checked")]
    pub verified_declarations: BTreeSet<Fingerprint>,
    /// The hash of what `show_tables` said.
    #[serde(alias = "tables")]
    pub table_list_hash: Fingerprint,
    /// The hash of the whole catalog.
    #[serde(alias = "catalog")]
    pub catalog_hash: Fingerprint,
    /// How many tables that were.
    #[serde(alias = "size")]
    pub table_count: usize,
    /// What this database alone knows.
    pub local: LocalState,
    /// How many events of peers the next start tries to carry out.
    #[serde(default, skip_serializing_if = "is_zero")]
    #[serde(alias = "inbox")]
    pub inbox_ready: usize,
    /// If other events of peers wait for one that has not come, or for a newer version of kuzu-ddl: the
    /// version that found that. No start of it need look at them again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[serde(alias = "held")]
    pub held_since_version: Option<String>,
}

impl LedgerState {
    /// Whether a start has to look at the events of peers that wait.
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

/// Which events came in together, when, and through whom: an attestation, not part of any hash.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// Counts from 1.
    pub number: u64,
    /// The events, in order.
    pub events: Vec<EventId>,
    /// What was declared; `None` where nothing declared it, as when going back.
    pub declared: Option<Fingerprint>,
    /// If this revision went back, to what.
    #[serde(default)]
    #[serde(alias = "back")]
    pub rollback: Option<RollbackRecord>,
    /// Whether the events came from peers.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    #[serde(alias = "received")]
    pub from_peers: bool,
    /// The application, as it names itself.
    #[serde(alias = "app")]
    pub application: Option<String>,
    /// The version of kuzu-ddl.
    pub version: String,
    /// When it began, in milliseconds since 1970 by this machine's clock. Nothing is decided by it.
    #[serde(alias = "at")]
    pub started_at_ms: u64,
    /// How long the steps took, in milliseconds.
    #[serde(alias = "took")]
    pub duration_ms: u64,
}

/// A revision that undid others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RollbackRecord {
    /// The point, in words.
    #[serde(alias = "to")]
    pub target: String,
    /// The declarations whose changes it undid. Their binaries are kept out until somebody says that
    /// the changes are to be made again.
    #[serde(alias = "undone")]
    pub undone_declarations: BTreeSet<Fingerprint>,
}

/// What a tag names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tag {
    /// The newest events of that point.
    pub frontier: BTreeSet<EventId>,
    /// The newest revision of that point; 0 where none has its events.
    pub revision: u64,
    /// When the tag was set, in milliseconds since 1970.
    #[serde(alias = "at")]
    pub set_at_ms: u64,
}

/// Rows to be written, by key.
pub type RowMap = BTreeMap<String, Vec<u8>>;
