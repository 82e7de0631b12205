//! TODO-DOC catalog

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::Capabilities;
use crate::schema::{Key, Schema};

/// A database attached to this one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Attached {
    /// Its alias.
    pub name: String,
    /// The engine it belongs to.
    pub kind: String,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inspection {
    /// The tables of the local database, without the ledger's.
    pub schema: Schema,
    /// The engine's id of each table in `schema`. A rename keeps it; a table that was dropped and
    /// made anew has another.
    pub ids: BTreeMap<Key, u64>,
    /// The engine's numbers of properties, by table. A rename keeps them; a property that was dropped and
    /// added again has another.
    pub numbers: BTreeMap<Key, BTreeMap<Key, u64>>,
    /// The ledger's tables, with the engine's ids. The same for every [`Scope`].
    pub internal: BTreeMap<Key, u64>,
    /// Rel tables without properties: of those the catalog does not tell the storage direction, and
    /// `schema` says [`Both`](crate::schema::StorageDirection::Both).
    pub storage_unseen: BTreeSet<Key>,
    /// Tables of which a property was dropped in place once, with the engine's numbers of those that
    /// are left. If the process was killed soon after, a later checkpoint can crash; nothing tells
    /// whether it was.
    pub gaps: BTreeMap<Key, Vec<u64>>,
    /// What the engine can do.
    pub can: &'static Capabilities,
    /// The engine's version, if it was asked for: with [`Scope::All`].
    pub version: Option<String>,
    /// The sequences of `SERIAL` properties, which are no part of `schema`. The same for every [`Scope`].
    pub counters: BTreeSet<Key>,
    /// Databases attached to this one. They are never entered.
    pub attached: Vec<Attached>,
    /// What could not be read, and is left alone.
    pub notes: Vec<Note>,
}

/// Something that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The table's, index's or sequence's name, shortened.
    pub object: String,
    /// Why.
    pub reason: String,
}

impl Note {
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
