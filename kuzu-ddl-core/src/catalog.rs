//! TODO-DOC catalog

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::Capabilities;
use crate::schema::{NameKey, Schema};

/// A database attached to this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct AttachedDatabase {
    /// Its alias.
    pub name: String,
    /// The engine it belongs to.
    pub kind: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CatalogSnapshot {
    /// The tables of the local database, without the ledger's.
    pub schema: Schema,
    /// The engine's id of each table in `schema`. A rename keeps it; a table that was dropped and
    /// made anew has another.
    pub table_ids: BTreeMap<NameKey, u64>,
    /// The engine's numbers of properties, by table. A rename keeps them; a property that was dropped and
    /// added again has another.
    pub column_ids: BTreeMap<NameKey, BTreeMap<NameKey, u64>>,
    /// The ledger's tables, with the engine's ids. The same for every [`Scope`].
    pub internal_tables: BTreeMap<NameKey, u64>,
    /// Rel tables without properties: of those the catalog does not tell the storage direction, and
    /// `schema` says [`Both`](crate::schema::StorageDirection::Both).
    pub unknown_storage: BTreeSet<NameKey>,
    /// Tables of which a property was dropped in place once, with the engine's numbers of those that
    /// are left. If the process was killed soon after, a later checkpoint can crash; nothing tells
    /// whether it was.
    pub column_id_gaps: BTreeMap<NameKey, Vec<u64>>,
    /// What the engine can do.
    pub capabilities: &'static Capabilities,
    /// The engine's version, if it was asked for: with [`Scope::All`].
    pub version: Option<String>,
    /// The sequences of `SERIAL` properties, which are no part of `schema`. The same for every [`Scope`].
    pub serial_sequences: BTreeSet<NameKey>,
    /// Databases attached to this one. They are never entered.
    pub attached: Vec<AttachedDatabase>,
    /// What could not be read, and is left alone.
    pub skipped: Vec<SkippedObject>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SkippedObject {
    /// The table's, index's or sequence's name, shortened.
    pub object: String,
    /// Why.
    pub reason: String,
}

impl SkippedObject {
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
