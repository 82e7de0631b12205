//! What a diff refuses, with the words that settle it.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Something declared that the database cannot be brought to, or must not be without being asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Refusal {
    /// The table or property, as `Table` or `Table.property`.
    pub object: String,
    /// Where it is declared, as `file:line`; empty where nothing declares it.
    pub origin: String,
    /// What is the matter.
    pub reason: Reason,
}

/// The reasons for a refusal.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Reason {
    /// Declared, but by now it has another name.
    Renamed {
        /// The present name.
        to: String,
    },
    /// Declared, but it was dropped; its rows are archived.
    Dropped,
    /// It was dropped, and its rows were deleted for ever.
    Purged,
    /// To be purged, but nothing archived has this name.
    NothingArchived,
    /// To be purged, but several archived things have this name.
    SeveralArchived {
        /// Their names in the database.
        names: Vec<String>,
    },
    /// Declared and known before, but it is gone.
    Gone,
    /// A table of this name is of the other kind.
    OtherKind {
        /// The engine's words for what it is.
        is: String,
    },
    /// It differs from the database, and the declaration has not changed: something else changed it.
    Differs {
        /// What differs.
        what: String,
        /// As declared.
        declared: String,
        /// As it is.
        is: String,
        /// Whether the values are archived that it had when it was as declared.
        restorable: bool,
    },
    /// A change of this kind is not carried out by this version.
    Unsupported {
        /// What changes.
        what: String,
        /// As it is.
        from: String,
        /// As declared.
        to: String,
    },
    /// A change of type that may lose something, and no word on how to make the new values.
    NeedsCast {
        /// As it is.
        from: String,
        /// As declared.
        to: String,
    },
    /// The cast cannot be read.
    BadCast {
        /// Why.
        reason: String,
    },
    /// A dropped node table that a rel table still uses.
    InUse {
        /// The rel table.
        by: String,
    },
    /// The primary key has a tombstone.
    KeyDropped,
    /// It breaks a rule by itself, in whatever database.
    Illegal {
        /// The rule.
        why: String,
    },
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            origin,
            reason,
        } = self;
        write!(f, "{object}: ")?;
        match reason {
            Reason::Renamed { to } => write!(
                f,
                "is declared, but it is called `{to}` now; this binary is older than the database. \
                 Deploy the newer one, or declare `{to}` with `#[kuzu(renamed_from = \"{}\")]`",
                object.rsplit('.').next().unwrap_or(object)
            ),
            Reason::Dropped => write!(
                f,
                "is declared, but it was dropped; this binary is older than the database. Deploy \
                 the newer one, or bring it back with `.restore(\"{object}\")`, or make a new, empty \
                 one with `.recreate(\"{object}\")` on the Migrator"
            ),
            Reason::Purged => write!(
                f,
                "was dropped and purged, and its data are gone for ever; make a new, empty one with \
                 `.recreate(\"{object}\")` on the Migrator, or go back to a backup"
            ),
            Reason::NothingArchived => write!(
                f,
                "is to be purged, but nothing archived has this name; `archives(&db)` lists what there is"
            ),
            Reason::SeveralArchived { names } => write!(
                f,
                "is to be purged, but several archived things have this name; say which: {}",
                names.join(", ")
            ),
            Reason::Gone => write!(
                f,
                "is declared and was here before, but it is gone; look at the history, then bring \
                 it back with `.restore(\"{object}\")` or make a new, empty one with \
                 `.recreate(\"{object}\")` on the Migrator"
            ),
            Reason::OtherKind { is } => write!(
                f,
                "is a {is} in the database; rename the struct's table with `#[kuzu(name = \"…\")]`"
            ),
            Reason::Differs {
                what,
                declared,
                is,
                restorable,
            } => {
                write!(
                    f,
                    "the {what} is declared as {declared}, but it is {is} by now; declare {is}, or \
                     deploy the binary that made it so"
                )?;
                if *restorable {
                    write!(
                        f,
                        ", or go back to the values from before with `.restore(\"{object}\")` on the \
                         Migrator"
                    )?;
                }
                Ok(())
            }
            Reason::Unsupported { what, from, to } => write!(
                f,
                "changing the {what} from {from} to {to} is not supported yet; declare {from}, or \
                 add a new property under another name and fill it"
            ),
            Reason::NeedsCast { from, to } => write!(
                f,
                "changing the type from {from} to {to} may lose something; say how to make a new \
                 value of an `old` one, for example `#[kuzu(cast = \"CAST(old AS {to})\")]`, or name a \
                 function that does: `#[kuzu(cast_with = path::to::function)]`"
            ),
            Reason::BadCast { reason } => write!(f, "the cast cannot be used: {reason}"),
            Reason::InUse { by } => write!(
                f,
                "has a tombstone, but the rel table `{by}` still uses it; drop that one too, or \
                 write `#[kuzu(dropped_pair(…))]` on its struct"
            ),
            Reason::KeyDropped => write!(f, "is the primary key and cannot be dropped"),
            Reason::Illegal { why } => f.write_str(why),
        }?;
        if origin.is_empty() {
            Ok(())
        } else {
            write!(f, " ({origin})")
        }
    }
}
