//! Notes of a diff for the operator.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::incompatibility::tombstone;
use crate::one_line::one_line;

/// Note for the operator; no change follows from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Note {
    /// Exists in the database, is no longer declared, and is kept.
    Undeclared {
        /// Table, property or pair.
        object: String,
    },
    /// Has a tombstone, was restored since, and is kept.
    Restored {
        /// Table, property, pair or sequence.
        object: String,
    },
    /// A pair that this plan restores has no archive in this database: it had no rels, or never was
    /// in the database.
    RestoredEmpty {
        /// Path of the pair.
        object: String,
    },
    /// A rel table that this plan archives has rels, which hold on to their nodes.
    ArchivedRels {
        /// Name of the rel table.
        object: String,
        /// Number of its rels, with the noun.
        rels: String,
    },
    /// A column that this plan archives has a default that uses a sequence.
    ArchivedDefault {
        /// Table or property.
        object: String,
        /// Name of the sequence.
        sequence: String,
    },
    /// The engine reports a default in a form that may have lost a sign.
    AmbiguousDefault {
        /// Property with the default.
        object: String,
        /// Text that the engine reports.
        text: String,
    },
    /// The multiplicity cannot be read; the declared one is assumed.
    UnknownMultiplicity {
        /// Name of the rel table.
        object: String,
    },
    /// An existing table or property was adopted: it is managed by kuzu-ddl from now on.
    Adopted {
        /// Table or property.
        object: String,
    },
    /// An adopted property is declared as required, and rows lack a value.
    MissingValues {
        /// Property.
        object: String,
        /// Number of these rows.
        rows: u64,
        /// Whether the declaration has a backfill, which fills them.
        is_filled: bool,
    },
    /// A table that is neither declared nor created by an event: it is never changed.
    Unmanaged {
        /// Name of the table.
        object: String,
    },
    /// Part of the catalog that cannot be read.
    Unreadable {
        /// Name of the table.
        object: String,
        /// Reason why it cannot be read.
        reason: String,
    },
    /// The engine's version is not the one that the plans were tested with.
    UntestedEngineVersion {
        /// Version of the engine.
        object: String,
        /// Engine and version that the plans were tested with.
        #[serde(rename = "tried")]
        tested: String,
    },
    /// An attached database: it is never read.
    Attached {
        /// Name of the attached database.
        object: String,
    },
    /// A property of the table was dropped in place, so the table is rebuilt.
    RebuiltSuspectTable {
        /// Name of the table.
        object: String,
    },
    /// A property of the table was dropped in place, and the table cannot be rebuilt here.
    SuspectTable {
        /// Name of the table.
        object: String,
        /// Reason why it cannot be rebuilt.
        reason: String,
    },
    /// An index that is declared unchanged, and was dropped or changed elsewhere since.
    IndexChangedElsewhere {
        /// Path of the index.
        object: String,
    },
    /// The database differs from the ledger, and the drift policy is to continue.
    Drift {
        /// Difference, as displayed by its drift entry.
        row: String,
    },
}

impl Note {
    /// Creates the note that an object is not declared and is kept.
    pub(super) fn kept(object: String, has_tombstone: bool) -> Self {
        if has_tombstone {
            Self::Restored { object }
        } else {
            Self::Undeclared { object }
        }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.on_one_line().fmt_raw(f)
    }
}

impl Note {
    /// Returns the note with the texts of the database on one line each. Names that a remedy repeats
    /// as literals are escaped there.
    fn on_one_line(&self) -> Self {
        let mut note = self.clone();
        let texts = match &mut note {
            Self::Undeclared { object }
            | Self::Restored { object }
            | Self::RestoredEmpty { object }
            | Self::UnknownMultiplicity { object }
            | Self::Adopted { object }
            | Self::MissingValues { object, .. }
            | Self::Unmanaged { object }
            | Self::Attached { object }
            | Self::RebuiltSuspectTable { object }
            | Self::IndexChangedElsewhere { object }
            | Self::Drift { row: object } => [Some(object), None],
            Self::AmbiguousDefault {
                object,
                text: other,
            }
            | Self::Unreadable {
                object,
                reason: other,
            }
            | Self::UntestedEngineVersion {
                object,
                tested: other,
            }
            | Self::SuspectTable {
                object,
                reason: other,
            } => [Some(object), Some(other)],
            Self::ArchivedRels { rels, .. } => [Some(rels), None],
            Self::ArchivedDefault { sequence, .. } => [Some(sequence), None],
        };
        for text in texts.into_iter().flatten() {
            *text = one_line(text).into_owned();
        }
        note
    }

    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Undeclared { object } => {
                write!(f, "{object} is not declared and is kept")?;
                tombstone(object).map_or(Ok(()), |tombstone| {
                    write!(f, "\nhelp: to drop it, declare {tombstone}")
                })
            }
            Self::Restored { object } => write!(
                f,
                "{object} has a tombstone, but was restored since, and is kept\n\
                 help: to keep it, remove the tombstone\n\
                 help: to drop it again, start once with \
                 `.undeclared_policy(UndeclaredPolicy::Archive)` on the Migrator"
            ),
            Self::RestoredEmpty { object } => write!(
                f,
                "{object} is restored without rels: this database has no archive of it"
            ),
            Self::ArchivedRels { object, rels } => write!(
                f,
                "{} is archived with {rels}: DELETE of a node that has one of them fails, and \
                 DETACH DELETE deletes them from the archive, too\n\
                 help: delete the archive with `.purge({object:?})` on the Migrator",
                one_line(object)
            ),
            Self::ArchivedDefault { object, sequence } => write!(
                f,
                "the archive of {} still uses the sequence {sequence}, which cannot be \
                 dropped\n\
                 help: delete the archive with `.purge({object:?})` on the Migrator",
                one_line(object)
            ),
            Self::AmbiguousDefault { object, text } => write!(
                f,
                "{object}: the engine reports the default as `{text}`, which may have lost a sign"
            ),
            Self::UnknownMultiplicity { object } => write!(
                f,
                "{object}: the multiplicity cannot be read; the declared one is assumed"
            ),
            Self::Adopted { object } => write!(f, "{object}: existing object adopted"),
            Self::MissingValues {
                object,
                rows,
                is_filled,
            } => {
                let rows = match rows {
                    1 => "1 row has".to_owned(),
                    rows => format!("{rows} rows have"),
                };
                write!(f, "{object} is required, but {rows} no value")?;
                f.write_str(if *is_filled {
                    "; the declared backfill fills them"
                } else {
                    "\nhelp: add `#[kuzu(fill = \"…\")]` to the field before the first start\n\
                     help: or set the values with your own Cypher\n\
                     help: or allow NULL: use an `Option`"
                })
            }
            Self::Unmanaged { object } => {
                write!(f, "{object} is not managed by kuzu-ddl; left unchanged")
            }
            Self::Unreadable { object, reason } => write!(f, "{object} cannot be read: {reason}"),
            Self::UntestedEngineVersion { object, tested } => write!(
                f,
                "engine version {object} is untested; plans were tested with {tested}\n\
                 help: create a backup, and migrate a copy first"
            ),
            Self::Attached { object } => {
                write!(f, "the attached database {object} is left unchanged")
            }
            Self::RebuiltSuspectTable { object } => write!(
                f,
                "{object} is rebuilt with all its rows: a property was dropped in place, and if the \
                 process was killed soon after, a later checkpoint would crash"
            ),
            Self::SuspectTable { object, reason } => write!(
                f,
                "{object} is not rebuilt ({reason}): a property was dropped in place, and if the \
                 process was killed soon after, a later checkpoint will crash\n\
                 help: create a table of the same shape, copy row by row with `MATCH … CREATE` (not \
                 `COPY`, which checkpoints), drop {object}, rename the new table, run `CHECKPOINT`"
            ),
            Self::IndexChangedElsewhere { object } => write!(
                f,
                "{object} was dropped or changed by another binary; left unchanged"
            ),
            Self::Drift { row } => f.write_str(row),
        }
    }
}
