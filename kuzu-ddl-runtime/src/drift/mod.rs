//! What the database has against what the events say it has.

mod compare;
mod index;
mod names;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Life, Object};
use crate::inspect::Inspection;
use crate::ledger::Contents;
use crate::owed::Owed;
use crate::schema::{Expr, Key, Pair, Schema};

pub use names::{Names, Places};

/// What this database alone knows of objects that all peers share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Defaults of adopted properties, in the engine's words.
    pub defaults: BTreeMap<ObjectId, String>,
    /// Tables that have gaps in the engine's numbers of their properties and are sound: those numbers.
    #[serde(default)]
    pub gaps: BTreeMap<ObjectId, Vec<u64>>,
    /// Work that is yet to be done here.
    #[serde(default)]
    pub owed: BTreeSet<Owed>,
    /// What rows got that had no value, by the change of type that found none. The way back tells by it which
    /// values were never anybody's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fills: BTreeMap<EventId, Expr>,
}

impl Local {
    /// Whether it is known that the database still lacks the object.
    #[must_use]
    pub fn owes(&self, object: ObjectId) -> bool {
        self.owed.iter().any(|owed| owed.object() == object)
    }
}

/// One difference between the database and the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Drift {
    /// `Table`, `Table.property`, `Table(From -> To)`, `Table[index]` or `sequence name`.
    pub object: String,
    /// What differs.
    pub kind: DriftKind,
    /// The object of the events; `None` for what no event made.
    pub id: Option<ObjectId>,
    /// Where it is in the database, or should be.
    pub site: Site,
}

/// A place in the database, by the names that it has there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Site {
    /// A table.
    Table(Key),
    /// A property of a table.
    Property(Key, Key),
    /// A FROM–TO pair of a rel table.
    Pair(Key, Pair),
    /// An index of a node table.
    Index(Key, Key),
    /// A sequence.
    Sequence(Key),
    /// A row of the ledger, by its key.
    Ledger(String),
}

/// The classes of drift.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftKind {
    /// The events made it, the database lacks it.
    Missing,
    /// Made by no event: in a table of ours, or, where what was done by hand is looked for, a table or
    /// sequence of its own.
    Extra,
    /// Something that only the ledger can tell is not known any more: a row of the ledger is gone or
    /// damaged, or a table was made anew and the engine does not tell all about it.
    Lost {
        /// What, and why.
        what: String,
    },
    /// It is there, but otherwise.
    Altered {
        /// What differs.
        what: Part,
        /// By the events.
        expected: String,
        /// By the catalog.
        is: String,
    },
}

/// What of an object can be otherwise than the ledger says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Part {
    /// Its name: renamed by hand, by the engine's number of it, or spelled otherwise.
    Name,
    /// A table's comment.
    Comment,
    /// Node table or rel table.
    Kind,
    /// Which property is the primary key.
    PrimaryKey,
    /// How many rels a node may have.
    Multiplicity,
    /// Which directions of a rel table are stored.
    Storage,
    /// A property's type.
    Type,
    /// A property's default.
    Default,
    /// What an index or a sequence is.
    Form,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Name => "name",
            Self::Comment => "comment",
            Self::Kind => "kind",
            Self::PrimaryKey => "primary key",
            Self::Multiplicity => "multiplicity",
            Self::Storage => "storage direction",
            Self::Type => "type",
            Self::Default => "default",
            Self::Form => "form",
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.kind {
            DriftKind::Missing => write!(f, "{object} is in the ledger, but not in the database"),
            DriftKind::Extra => write!(f, "{object} is in the database, but not in the ledger"),
            DriftKind::Lost { what } => write!(f, "{object}: {what}"),
            DriftKind::Altered { what, expected, is } => {
                let (is, expected) = (Short(is), Short(expected));
                write!(
                    f,
                    "{object}: the {what} is {is}, the ledger says {expected}"
                )
            }
        }
    }
}

/// A value as far as a line has room: comments may be long.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(200) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}

/// The tables that the events made, live and archived, by their names in the database. Purged ones
/// have no name any more.
#[must_use]
pub fn owned(fold: &Fold) -> BTreeMap<Key, ObjectId> {
    let purged = |object: &Object| matches!(object.life.value, Life::Purged(_));
    let tables = fold
        .objects()
        .filter(|object| object.kind().is_table() && !purged(object));
    tables
        .map(|table| (Key::new(&fold.physical(table)), table.id))
        .collect()
}

/// All differences between a database and its ledger; what was renamed by hand is known for it.
#[must_use]
pub fn between(contents: &Contents, found: &Inspection) -> Vec<Drift> {
    let fold = contents.fold();
    let mut names = Names::find(&fold, found, &contents.places);
    // An inspection says nothing of multiplicities, so it has lost none.
    names.remade.clear();
    let local = contents.state.as_ref().map(|state| state.local.clone());
    drift_by(
        &fold,
        &found.schema,
        &local.unwrap_or_default(),
        &names,
        None,
    )
}

/// All differences between `live` and `fold`, in tables of `only` if it is given (names in the
/// database). Foreign tables are no drift, and archived objects may be absent: they may have been
/// archived before they ever came here. Things are told by their names alone.
#[must_use]
pub fn drift(
    fold: &Fold,
    live: &Schema,
    local: &Local,
    only: Option<&BTreeSet<Key>>,
) -> Vec<Drift> {
    drift_by(fold, live, local, &Names::default(), only)
}

/// The same, with the names that objects have in the database.
#[must_use]
pub fn drift_by(
    fold: &Fold,
    live: &Schema,
    local: &Local,
    names: &Names,
    only: Option<&BTreeSet<Key>>,
) -> Vec<Drift> {
    let mut rows = Vec::new();
    for (key, id) in owned(fold) {
        if only.is_some_and(|only| !only.contains(&key)) {
            continue;
        }
        let Some(object) = fold.object(id) else {
            continue;
        };
        let here = names.table(id, &key);
        match here.as_ref().and_then(|here| live.tables.get(here)) {
            None if object.is_live() => rows.push(Drift {
                object: object.name.value.clone(),
                kind: DriftKind::Missing,
                id: Some(id),
                site: Site::Table(key),
            }),
            None => {}
            Some(table) => compare::tables(fold, object, table, (local, names), &mut rows),
        }
    }
    compare::sequences(fold, live, &mut rows);
    rows.sort();
    rows
}

/// Tables and sequences of which no event tells: foreign ones, or made by hand.
#[must_use]
pub fn made_by_hand(fold: &Fold, live: &Schema, names: &Names) -> Vec<Drift> {
    let owned = owned(fold);
    let extra = |object: String, site| Drift {
        object,
        kind: DriftKind::Extra,
        id: None,
        site,
    };
    let tables = live.tables.iter();
    let tables = tables.filter(|(key, _)| !owned.contains_key(*key) && !names.is_taken(key));
    let sequences = live.sequences.iter();
    let sequences = sequences.filter(|(_, sequence)| fold.find_sequence(&sequence.name).is_none());
    tables
        .map(|(key, table)| extra(table.name.clone(), Site::Table(key.clone())))
        .chain(sequences.map(|(key, sequence)| {
            extra(
                format!("sequence {}", sequence.name),
                Site::Sequence(key.clone()),
            )
        }))
        .collect()
}
