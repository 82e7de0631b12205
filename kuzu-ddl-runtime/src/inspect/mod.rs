//! The live [`Schema`]: what the catalog says, and a list of what it does not.
//!
//! The catalog has no say on three things, which are in the ledger: whether the application may
//! read NULL (every property is nullable here), comments of properties (none here), and the
//! multiplicity of rel tables (`None` here; [`multiplicities`] finds it in another way).

mod details;
mod index;
mod list;
mod multiplicity;
mod sequence;

use std::collections::{BTreeMap, BTreeSet};

use crate::engine::{Capabilities, Cell, EngineError, EngineErrorKind, Row, Session};
use crate::schema::name::{NameError, check_live};
use crate::schema::{Key, Schema};

pub(crate) use details::first_number;
pub(crate) use index::{Unfinished, unfinished};
pub use list::{Attached, Listed, attached, tables};
pub use multiplicity::{Multiplicities, multiplicities};
pub(crate) use sequence::counter;

/// Which tables to look at.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// All of the local database.
    All,
    /// Those of these that exist, with their indexes. Sequences are always all.
    Only(&'a BTreeSet<Key>),
}

impl Scope<'_> {
    fn contains(self, key: &Key) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }
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
    fn new(object: &str, reason: impl Into<String>) -> Self {
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

/// How often an inspection starts anew because a table went away between two of its queries.
const ATTEMPTS: usize = 3;

/// Reads the catalog, in few queries. On a [`Transaction`](crate::engine::Transaction) it sees that
/// transaction's own changes; on a plain session each query sees what is committed by then.
///
/// # Errors
/// What the engine says, and [`EngineErrorKind::Other`] where a catalog call returns something
/// that this version does not understand. Foreign tables that cannot be read are no error but a
/// [`Note`].
pub fn inspect(session: &dyn Session, scope: Scope<'_>) -> Result<Inspection, EngineError> {
    let mut attempt = 1;
    loop {
        match attempt_inspect(session, scope) {
            Err(e) if e.kind == EngineErrorKind::Missing && attempt < ATTEMPTS => attempt += 1,
            result => return result,
        }
    }
}

fn attempt_inspect(session: &dyn Session, scope: Scope<'_>) -> Result<Inspection, EngineError> {
    let mut found = Inspection {
        attached: attached(session)?,
        can: session.capabilities(),
        ..Inspection::default()
    };
    let mut wanted = Vec::new();
    for table in tables(session)? {
        let key = Key::new(&table.name);
        match check_live(&table.name) {
            Err(NameError::Internal(_)) => {
                found.internal.insert(key, table.id);
            }
            _ if !scope.contains(&key) => {}
            Err(reason) => found.notes.push(Note::new(&table.name, reason.to_string())),
            Ok(()) => wanted.push(table),
        }
    }
    if matches!(scope, Scope::All) {
        found.version = version(session)?;
    }
    details::read(session, wanted, &mut found)?;
    index::read(session, &mut found)?;
    sequence::read(session, scope, &mut found)?;
    found.notes.sort();
    Ok(found)
}

fn version(session: &dyn Session) -> Result<Option<String>, EngineError> {
    let rows = session.query("CALL db_version() RETURN version")?;
    let cell = rows.into_iter().flatten().next();
    Ok(cell.and_then(|cell| cell.text().map(str::to_owned)))
}

/// The cells of a row that must have exactly `N`.
fn cells<const N: usize>(row: Row, call: &str) -> Result<[Cell; N], EngineError> {
    row.try_into().map_err(|_| strange(call))
}

/// A catalog call whose result is not what this version knows.
fn strange(call: &str) -> EngineError {
    EngineError::new(
        EngineErrorKind::Other,
        "the catalog call returned something this version of kuzu-ddl does not understand",
        call,
    )
}

fn text(cell: &Cell, call: &str) -> Result<String, EngineError> {
    cell.text().map(str::to_owned).ok_or_else(|| strange(call))
}

fn int<T: TryFrom<i128>>(cell: &Cell, call: &str) -> Result<T, EngineError> {
    cell.int()
        .and_then(|n| n.try_into().ok())
        .ok_or_else(|| strange(call))
}

fn bool(cell: &Cell, call: &str) -> Result<bool, EngineError> {
    cell.bool().ok_or_else(|| strange(call))
}
