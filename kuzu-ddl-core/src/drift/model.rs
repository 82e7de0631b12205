//! TODO-DOC drift::model

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::ObjectId;
use crate::schema::{Key, Pair};

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
