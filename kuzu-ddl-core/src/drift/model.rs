//! Drift entries as data, with their display text.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::event::ObjectId;
use crate::one_line::fmt_one_line;
use crate::schema::{NameKey, Pair};

/// Difference between the database and the ledger.
#[doc(alias = "schema_drift")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Drift {
    /// Display path: `Table`, `Table.property`, `Table(From -> To)`, `Table[index]` or
    /// `sequence name`.
    pub object: String,
    /// Kind of the difference.
    pub kind: DriftKind,
    /// Object of the events; `None` for what no event created.
    pub id: Option<ObjectId>,
    /// Location in the database, actual or expected.
    pub site: Location,
}

impl Drift {
    /// Creates an entry for an object that no event created.
    #[doc(hidden)]
    #[must_use]
    pub fn new(object: String, kind: DriftKind, site: Location) -> Self {
        Self {
            object,
            kind,
            id: None,
            site,
        }
    }
}

/// Location in the database, by the names used there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Location {
    /// Location of a table.
    Table(NameKey),
    /// Location of a property of a table.
    Property(NameKey, NameKey),
    /// Location of a FROM–TO pair of a rel table.
    Pair(NameKey, Pair),
    /// Location of an index of a node table.
    Index(NameKey, NameKey),
    /// Location of a sequence.
    Sequence(NameKey),
    /// Location of a row of the ledger, by its key.
    Ledger(String),
}

/// Kind of drift.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftKind {
    /// Created by the events, but missing from the database.
    Missing,
    /// Created by no event: in a managed table, or, where out-of-band changes are detected, a table
    /// or sequence of its own.
    Unexpected,
    /// Metadata that only the ledger had is lost: a row of the ledger is missing or corrupt, or a
    /// table was recreated and the engine does not report all of its metadata.
    MetadataLost {
        /// Lost metadata, and the reason.
        aspect: String,
    },
    /// Exists in a different form.
    Changed {
        /// Aspect that differs.
        #[serde(rename = "what")]
        aspect: Aspect,
        /// Value according to the events.
        expected: String,
        /// Value according to the catalog.
        actual: String,
    },
}

/// Aspect of an object that can differ from the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Aspect {
    /// Name: renamed out of band, according to the catalog id, or with another spelling.
    Name,
    /// Comment of a table.
    Comment,
    /// Kind of a table: node table or rel table.
    Kind,
    /// Property that is the primary key.
    PrimaryKey,
    /// Number of rels that a node may have.
    Multiplicity,
    /// Directions of a rel table that are stored.
    Storage,
    /// Type of a property.
    Type,
    /// Default of a property.
    Default,
    /// Definition of an index or a sequence.
    Definition,
}

impl fmt::Display for Aspect {
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
            Self::Definition => "definition",
        })
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl Drift {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        match &self.kind {
            DriftKind::Missing => write!(f, "{object} is in the ledger, but not in the database"),
            DriftKind::Unexpected => {
                write!(f, "{object} is in the database, but not in the ledger")
            }
            DriftKind::MetadataLost { aspect } => write!(f, "{object}: {aspect}"),
            DriftKind::Changed {
                aspect,
                expected,
                actual: is,
            } => {
                let (is, expected) = (Short(is), Short(expected));
                write!(f, "{object}: the {aspect} is {is}, expected {expected}")
            }
        }
    }
}

/// Value shortened for display: comments may be long.
struct Short<'a>(&'a str);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.char_indices().nth(200) {
            Some((end, _)) => write!(f, "{}…", &self.0[..end]),
            None => f.write_str(self.0),
        }
    }
}
