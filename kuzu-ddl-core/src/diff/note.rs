//! TODO-DOC diff::note

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something a person should know; nothing is done about it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Note {
    /// In the database, no longer declared, kept.
    Undeclared {
        /// The table, property or pair.
        object: String,
    },
    /// A default that the engine reports in a form that may have lost a sign.
    UnclearDefault {
        /// The property.
        object: String,
        /// The engine's text.
        text: String,
    },
    /// The multiplicity could not be read; the declared one is believed.
    UnknownMultiplicity {
        /// The rel table.
        object: String,
    },
    /// A table that existed before is now under kuzu-ddl.
    Adopted {
        /// The table or property.
        object: String,
    },
    /// A table nobody declared and no event made: never touched.
    Foreign {
        /// The table.
        object: String,
    },
    /// Something in the catalog that cannot be read.
    Unreadable {
        /// The table.
        object: String,
        /// Why.
        reason: String,
    },
    /// The engine is of another version than its recipes were tried on.
    OtherVersion {
        /// Its version.
        object: String,
        /// The engine and the version of the recipes.
        tried: String,
    },
    /// An attached database: never entered.
    Attached {
        /// Its name.
        object: String,
    },
    /// A property of it was dropped in place once, and so it is made anew.
    Mended {
        /// The table.
        object: String,
    },
    /// A property of it was dropped in place once, and it cannot be made anew here.
    Suspect {
        /// The table.
        object: String,
        /// Why not.
        reason: String,
    },
    /// An index that is declared as it was, and that somebody else dropped or changed since.
    OtherIndex {
        /// The index.
        object: String,
    },
    /// The database differs from the ledger, and the policy is to go on.
    Drift {
        /// What differs, as the drift row says it.
        row: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared { object } => write!(
                f,
                "{object} is not declared and is kept; to drop it, say so in the source"
            ),
            Self::UnclearDefault { object, text } => write!(
                f,
                "{object}: the engine reports the default as `{text}`, which may have lost a sign"
            ),
            Self::UnknownMultiplicity { object } => write!(
                f,
                "{object}: the multiplicity cannot be read; the declared one is believed"
            ),
            Self::Adopted { object } => write!(f, "{object} was here before and is adopted"),
            Self::Foreign { object } => {
                write!(f, "{object} belongs to nobody here and is left alone")
            }
            Self::Unreadable { object, reason } => write!(f, "{object} cannot be read: {reason}"),
            Self::OtherVersion { object, tried } => write!(
                f,
                "the engine is of version {object}, and how it is to be changed was tried with {tried}; \
                 make a backup, and try this on a copy first"
            ),
            Self::Attached { object } => {
                write!(f, "the attached database {object} is left alone")
            }
            Self::Mended { object } => write!(
                f,
                "{object}: a property was dropped in place; if the process was killed soon after, a \
                 later checkpoint would crash, so the table is made anew with all its rows"
            ),
            Self::Suspect { object, reason } => write!(
                f,
                "{object}: a property was dropped in place; if the process was killed soon after, a \
                 later checkpoint will crash. To be safe, make a new table of the same shape, copy row \
                 by row with MATCH … CREATE (not COPY, which checkpoints), drop this one, rename the \
                 new one, CHECKPOINT. It is not done here: {reason}"
            ),
            Self::OtherIndex { object } => write!(
                f,
                "{object} was dropped or changed by another binary, and is left so"
            ),
            Self::Drift { row } => f.write_str(row),
        }
    }
}
