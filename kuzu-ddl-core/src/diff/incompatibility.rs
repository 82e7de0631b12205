//! Incompatibilities that a diff reports, with their remedies.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::describe::Tombstone;
use crate::one_line::one_line;
use crate::schema::{Conversion, Type};

/// Incompatibility: a declared item that the database cannot be migrated to, or only on explicit
/// request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Incompatibility {
    /// Table or property, as `Table` or `Table.property`.
    pub object: String,
    /// Location of the declaration, as `file:line`; empty where nothing declares it.
    pub origin: String,
    /// Kind of the incompatibility.
    pub kind: IncompatibilityKind,
}

/// Kind of an incompatibility.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IncompatibilityKind {
    /// Declared under a name that was changed since.
    Renamed {
        /// Present name.
        to: String,
    },
    /// Declared, but dropped; its rows are archived.
    Dropped,
    /// Declared, but dropped and purged: its rows no longer exist.
    Purged,
    /// Requested to be restored or purged, but no archived object has this name.
    ArchiveNotFound {
        /// What was requested: `restored` or `purged`.
        request: String,
        /// Similar names of archived objects.
        similar: Vec<String>,
    },
    /// Requested to be recreated, but not declared.
    NotDeclared {
        /// Similar names of declared objects.
        similar: Vec<String>,
    },
    /// Requested for purge, but several archived objects have this name.
    ArchiveAmbiguous {
        /// Names of the candidates in the database.
        names: Vec<String>,
    },
    /// Declared and known before, but missing.
    Missing,
    /// A table with this name exists and is of the other kind.
    KindMismatch {
        /// Existing kind, as the engine names it.
        is: String,
    },
    /// Differs from the database, while the declaration is unchanged: something else changed the
    /// database.
    Changed {
        /// Aspect that differs.
        #[serde(rename = "what")]
        aspect: String,
        /// Declared value.
        declared: String,
        /// Value in the database.
        is: String,
        /// Whether the values that it had with the declared type are archived.
        restorable: bool,
    },
    /// A change that this version does not support.
    Unsupported {
        /// Aspect to change.
        #[serde(rename = "what")]
        aspect: String,
        /// Value in the database.
        from: String,
        /// Declared value.
        to: String,
    },
    /// A type change that may lose data, without a declared cast.
    NeedsCast {
        /// Type in the database.
        from: String,
        /// Declared type.
        to: String,
    },
    /// The declared cast is invalid.
    InvalidCast {
        /// Reason why it is invalid.
        reason: String,
    },
    /// A dropped node table that a rel table still uses.
    InUse {
        /// Name of the rel table.
        by: String,
    },
    /// The program marks the table as dropped, but its declaration is given explicitly and does not
    /// contain the tombstone.
    TombstoneIgnored,
    /// The primary key has a tombstone.
    PrimaryKeyDropped,
    /// Invalid by itself, in any database.
    Invalid {
        /// Rule that is violated.
        #[serde(rename = "why")]
        reason: String,
    },
}

impl IncompatibilityKind {
    /// Returns the same with the texts of the database on one line each.
    fn on_one_line(&self) -> Self {
        let mut kind = self.clone();
        let texts = match &mut kind {
            Self::Renamed { to } | Self::InUse { by: to } | Self::KindMismatch { is: to } => {
                vec![to]
            }
            Self::Changed { declared, is, .. } => vec![declared, is],
            Self::Unsupported { from, to, .. } | Self::NeedsCast { from, to } => vec![from, to],
            Self::ArchiveNotFound { similar: names, .. }
            | Self::NotDeclared { similar: names }
            | Self::ArchiveAmbiguous { names } => names.iter_mut().collect(),
            _ => Vec::new(),
        };
        for text in texts {
            *text = one_line(text).into_owned();
        }
        kind
    }

    /// Returns the message about `object`, with each remedy on a line of its own.
    fn text(&self, object: &str) -> String {
        match self {
            Self::Renamed { to } => format!(
                "was renamed to `{to}`; this binary is older than the database\n\
                 help: deploy the newer binary\n\
                 help: or declare `{to}` with `#[kuzu(renamed_from = \"{}\")]`",
                object.rsplit('.').next().unwrap_or(object)
            ),
            Self::Dropped => format!(
                "is declared, but was dropped; this binary is older than the database\n\
                 help: deploy the newer binary\n\
                 help: or restore it with its rows: `.restore(\"{object}\")` on the Migrator\n\
                 help: or create a new, empty one: `.recreate(\"{object}\")` on the Migrator"
            ),
            Self::Purged => format!(
                "was dropped and purged; its data no longer exist\n\
                 help: create a new, empty one: `.recreate(\"{object}\")` on the Migrator\n\
                 help: or restore a backup"
            ),
            Self::ArchiveNotFound { request, similar } => format!(
                "cannot be {request}: no archived object has this name{}\n\
                 help: list the archived objects with `kuzu_ddl::archive::list_archived(&db)`",
                did_you_mean(similar)
            ),
            Self::NotDeclared { similar } => format!(
                "cannot be recreated: it is not declared{}\n\
                 help: name a declared `Table`, `Table.property` or `Table(From -> To)`",
                did_you_mean(similar)
            ),
            Self::ArchiveAmbiguous { names } => format!(
                "cannot be purged: several archived objects have this name\n\
                 help: name one of them: {}",
                names.join(", ")
            ),
            Self::Missing if has_no_archive(object) => format!(
                "is declared and existed before, but is missing\n\
                 help: inspect the history, then create it again: `.recreate(\"{object}\")` on the \
                 Migrator"
            ),
            Self::Missing => format!(
                "is declared and existed before, but is missing\n\
                 help: inspect the history, then restore it: `.restore(\"{object}\")` on the Migrator\n\
                 help: or create a new, empty one: `.recreate(\"{object}\")` on the Migrator"
            ),
            Self::KindMismatch { is } => format!(
                "is a {is} in the database\n\
                 help: rename the struct's table with `#[kuzu(name = \"…\")]`"
            ),
            Self::Changed {
                aspect,
                declared,
                is,
                restorable,
            } => {
                let restore = restorable.then(|| {
                    format!(
                        "\nhelp: or restore the values from before: `.restore(\"{object}\")` on the \
                         Migrator"
                    )
                });
                format!(
                    "the {aspect} is declared as {declared}, but is {is} in the database\n\
                     help: declare {is}\n\
                     help: or deploy the binary that changed it{}",
                    restore.unwrap_or_default()
                )
            }
            Self::Unsupported { aspect, from, to } => format!(
                "changing the {aspect} from {from} to {to} is not supported\n\
                 help: declare {from}\n\
                 help: or add a new property under another name and backfill it"
            ),
            Self::NeedsCast { from, to } => needs_cast(from, to),
            Self::InvalidCast { reason } => format!("the cast is invalid: {reason}"),
            Self::InUse { by } => format!(
                "has a tombstone, but the rel table `{by}` still uses it\n\
                 help: drop `{by}` as well: `dropped_table!(\"{by}\")`\n\
                 help: or declare `{by}` without this pair"
            ),
            Self::TombstoneIgnored => format!(
                "`dropped_table!(\"{object}\")` has no effect: the schema is given by \
                 `.declared(…)`, without the tombstone\n\
                 help: add it: `schema![…; dropped \"{object}\"]`\n\
                 help: or remove `dropped_table!(\"{object}\")`"
            ),
            Self::PrimaryKeyDropped => "the primary key cannot be dropped".to_owned(),
            Self::Invalid { reason } => reason.clone(),
        }
    }
}

/// Returns the message about a type change without a declared cast.
fn needs_cast(from: &str, to: &str) -> String {
    let types = from.parse::<Type>().ok().zip(to.parse().ok());
    let conversion = types.map(|(from, to)| from.conversion_to(&to));
    let change = format!("changing the type from {from} to {to}");
    match conversion {
        Some(conversion) if conversion.method().is_none() => {
            let help = conversion.help().unwrap_or_default();
            format!("{change} has no built-in conversion\nhelp: {help}")
        }
        conversion => {
            let what = match conversion {
                Some(Conversion::Lossless(_)) => "needs a declared cast",
                _ => "may lose data",
            };
            format!(
                "{change} {what}\n\
                 help: add `#[kuzu(cast = \"CAST(old AS {to})\")]`\n\
                 help: or name a function with `#[kuzu(cast_with = path::to::function)]`"
            )
        }
    }
}

/// Returns whether a missing object with such a path has no archive: a pair that no event dropped, or
/// a sequence.
fn has_no_archive(object: &str) -> bool {
    object.contains('(') || object.starts_with("sequence ")
}

fn did_you_mean(similar: &[String]) -> String {
    if similar.is_empty() {
        return String::new();
    }
    let similar: Vec<String> = similar.iter().map(|name| format!("`{name}`")).collect();
    format!("; did you mean {}?", similar.join(" or "))
}

impl Incompatibility {
    /// Creates the incompatibility of a tombstone that the program registers, and its explicit
    /// declaration lacks.
    #[must_use]
    pub fn ignored_tombstone(tombstone: &Tombstone) -> Self {
        Self {
            object: tombstone.name.to_owned(),
            origin: format!("{}:{}", tombstone.file, tombstone.line),
            kind: IncompatibilityKind::TombstoneIgnored,
        }
    }
}

impl fmt::Display for Incompatibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object,
            origin,
            kind: reason,
        } = self;
        let object = one_line(object);
        let text = reason.on_one_line().text(&object);
        let (message, help) = text.split_at(text.find('\n').unwrap_or(text.len()));
        write!(f, "{object}: {message}")?;
        if !origin.is_empty() {
            write!(f, " ({origin})")?;
        }
        f.write_str(help)
    }
}

/// Returns the declaration that drops an object; indexes have none.
pub(super) fn tombstone(object: &str) -> Option<String> {
    Some(match (object.strip_prefix("sequence "), object) {
        (Some(name), _) => format!("`dropped_sequence!(\"{name}\")`"),
        (None, index) if index.contains('[') => return None,
        (None, pair) if pair.contains('(') => "`#[kuzu(dropped_pair(…))]` on its struct".to_owned(),
        (None, path) => match path.split_once('.') {
            Some((_, property)) => format!("`#[kuzu(dropped(\"{property}\"))]` on its struct"),
            None => format!("`dropped_table!(\"{path}\")`"),
        },
    })
}
