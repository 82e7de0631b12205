//! Catalog snapshots: the live schema, and what the engine's catalog holds in addition.
//!
//! The runtime reads a snapshot. Drift detection, diffs and plans depend on this data alone, so
//! they need no engine.

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::Capabilities;
use crate::schema::{NameKey, Pair, Schema};

/// Database attached to the local one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachedDatabase {
    /// Alias of the database.
    pub name: String,
    /// Engine of the database.
    pub kind: String,
}

/// Snapshot of a live catalog.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogSnapshot {
    /// Schema of the local database, without the tables of the ledger.
    pub schema: Schema,
    /// Table ids of the tables in `schema`. A rename keeps the id; a table that was dropped and
    /// recreated has another one.
    pub table_ids: BTreeMap<NameKey, u64>,
    /// Column ids of the properties, by table. A rename keeps the id; a property that was dropped
    /// and added again has another one.
    pub column_ids: BTreeMap<NameKey, BTreeMap<NameKey, u64>>,
    /// Tables of the ledger, with their table ids. They do not depend on the scope of the
    /// inspection.
    pub internal_tables: BTreeMap<NameKey, u64>,
    /// Rel tables without properties: the catalog does not report their storage direction, and
    /// `schema` has [`Both`](crate::schema::StorageDirection::Both).
    pub unknown_storage: BTreeSet<NameKey>,
    /// Tables from which a property was dropped in place, with the column ids that remain. If the
    /// process was killed soon after, a later checkpoint can crash; whether it was killed cannot be
    /// determined.
    pub column_id_gaps: BTreeMap<NameKey, Vec<u64>>,
    /// Capabilities of the engine.
    pub capabilities: &'static Capabilities,
    /// Version of the engine; `None` if the scope of the inspection did not include it.
    pub version: Option<String>,
    /// Sequences of `SERIAL` properties, which are not part of `schema`. They do not depend on the
    /// scope of the inspection.
    pub serial_sequences: BTreeSet<NameKey>,
    /// Pairs of rel tables that have no rels, as far as they were counted.
    pub empty_pairs: BTreeSet<(NameKey, Pair)>,
    /// Attached databases. They are never read.
    pub attached: Vec<AttachedDatabase>,
    /// Objects that could not be read; they are left unchanged.
    pub skipped: Vec<SkippedObject>,
}

/// Object of the catalog that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedObject {
    /// Name of the table, index or sequence, shortened.
    pub object: String,
    /// Reason why it could not be read.
    pub reason: String,
}

impl SkippedObject {
    /// Creates an entry, and shortens the name of the object.
    pub fn new(object: &str, reason: impl Into<String>) -> Self {
        let mut chars = object.chars();
        let mut short: String = chars.by_ref().take(80).collect();
        if chars.next().is_some() {
            short.push('…');
        }
        Self {
            object: short,
            reason: reason.into(),
        }
    }
}
