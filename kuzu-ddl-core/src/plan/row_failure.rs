//! Row failures: rows that fail a preflight check, with their remedies.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::REVISIONS_BETWEEN;
use super::fmt::{count_noun, group_digits};
use super::preflight::SAMPLE_SIZE;
use crate::one_line::one_line;
use crate::schema::{Multiplicity, Type};

/// Number of characters of a value that a failure shows.
const SHOWN: usize = 40;

/// Rows that fail a preflight check of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RowFailure {
    /// Object whose rows fail: `Table.property`, or the rel table.
    pub object: String,
    /// Number of rows, or nodes, that fail; `None` if it could not be determined.
    pub rows: Option<u64>,
    /// Number of rows, or nodes, that were checked.
    pub total: u64,
    /// Up to five of the failing rows: the key, and the value if it has one.
    pub sample: Vec<(String, Option<String>)>,
    /// Name of the primary key property.
    pub key_property: String,
    /// Check that the rows fail.
    pub kind: RowFailureKind,
}

/// Kind of a row failure.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RowFailureKind {
    /// The value cannot be cast to the new type.
    Cast {
        /// New type of the property.
        to: Type,
        /// The engine's message for one of the rows, if it gives one.
        engine: Option<String>,
        /// Whether `on_fail` can set NULL or the default instead.
        accepts_on_fail: bool,
    },
    /// A rollback finds neither the archived value nor a cast to the earlier type.
    NotReturned {
        /// Earlier type of the property.
        to: Type,
    },
    /// A rollback over several type changes cannot tell the archived value from one written since.
    Indistinguishable {
        /// Earlier type of the property.
        to: Type,
    },
    /// A function returns no value.
    Function {
        /// Path of the function.
        function: String,
        /// Message of the function for one of the rows.
        message: String,
        /// Whether `on_fail` can set NULL or the default instead.
        accepts_on_fail: bool,
    },
    /// The new primary key has no value.
    MissingKey,
    /// The new primary key is NaN, which no look-up finds.
    NotANumberKey,
    /// The new primary key has the value of another row.
    DuplicateKey,
    /// The new SERIAL property already has the largest INT64.
    SerialExhausted,
    /// A node has more rels than the new multiplicity allows.
    MultiplicityExceeded(Multiplicity),
}

impl fmt::Display for RowFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = one_line(&self.object);
        write!(f, "{object}: ")?;
        match self.rows {
            Some(rows) => write!(f, "{} of ", group_digits(rows))?,
            None => f.write_str("some of ")?,
        }
        let several = self.rows != Some(1);
        match &self.kind {
            RowFailureKind::Cast { to, .. } | RowFailureKind::NotReturned { to } => {
                write!(
                    f,
                    "{} cannot be cast to {to}",
                    count_noun(self.total, "value", "values")
                )?;
            }
            RowFailureKind::Indistinguishable { to } => {
                write!(
                    f,
                    "{} of type {to} in the archive cannot be distinguished from values written \
                     since",
                    count_noun(self.total, "value", "values")
                )?;
            }
            RowFailureKind::Function { function, .. } => {
                let rows = count_noun(self.total, "row", "rows");
                let get = if several { "get" } else { "gets" };
                write!(f, "{rows} {get} no value from the function {function}")?;
            }
            RowFailureKind::MissingKey => {
                let have = if several { "have" } else { "has" };
                let rows = count_noun(self.total, "row", "rows");
                write!(f, "{rows} {have} no value for the new primary key")?;
            }
            RowFailureKind::NotANumberKey => {
                let have = if several { "have" } else { "has" };
                let rows = count_noun(self.total, "row", "rows");
                write!(f, "{rows} {have} NaN as the new primary key")?;
            }
            RowFailureKind::DuplicateKey => {
                let rows = count_noun(self.total, "row", "rows");
                write!(f, "{rows} have duplicate values of the new primary key")?;
            }
            RowFailureKind::SerialExhausted => {
                let have = if several { "have" } else { "has" };
                let rows = count_noun(self.total, "row", "rows");
                write!(
                    f,
                    "{rows} {have} the largest INT64, so SERIAL numbering cannot continue"
                )?;
            }
            RowFailureKind::MultiplicityExceeded(multiplicity) => {
                let have = if several { "have" } else { "has" };
                let nodes = count_noun(self.total, "node", "nodes");
                write!(
                    f,
                    "{nodes} with rels {have} more than {multiplicity} allows"
                )?;
            }
        }
        self.examples(f)?;
        self.help(f)
    }
}

impl RowFailure {
    /// Creates a failure of `rows` of `total` rows.
    #[doc(hidden)]
    #[must_use]
    pub fn new(
        (object, key_property): (String, String),
        kind: RowFailureKind,
        (rows, total): (Option<u64>, u64),
        sample: Vec<(String, Option<String>)>,
    ) -> Self {
        Self {
            object,
            rows,
            total,
            sample,
            key_property,
            kind,
        }
    }

    /// Returns the failure as that of a rollback, which has neither a cast nor `on_fail` to change.
    #[doc(hidden)]
    #[must_use]
    pub fn of_rollback(mut self) -> Self {
        if let RowFailureKind::Cast { to, .. } = self.kind {
            self.kind = RowFailureKind::NotReturned { to };
        }
        self
    }

    fn examples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.sample.iter().enumerate() {
            f.write_str(if i == 0 { ", for example " } else { ", " })?;
            if self.kind != RowFailureKind::DuplicateKey {
                write!(f, "{} ", self.key_property)?;
            }
            f.write_str(&abbreviate(key))?;
            if let Some(value) = value {
                write!(f, " ({})", abbreviate(value))?;
            }
        }
        let full = self.sample.len() >= SAMPLE_SIZE;
        let more = full && self.rows.is_some_and(|rows| rows > SAMPLE_SIZE as u64);
        f.write_str(if more { ", …" } else { "" })
    }

    fn help(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            RowFailureKind::Cast {
                engine,
                accepts_on_fail,
                ..
            } => {
                if let Some(engine) = engine {
                    write!(f, "; engine error: {}", one_line(engine.trim_end()))?;
                }
                f.write_str(if *accepts_on_fail {
                    "\nhelp: add `on_fail = \"null\"` or `on_fail = \"default\"` next to the cast\
                     \nhelp: or change the cast so that it accepts these values"
                } else {
                    "\nhelp: change these rows\
                     \nhelp: or change the cast so that it accepts these values"
                })
            }
            RowFailureKind::Function {
                message,
                accepts_on_fail,
                ..
            } => {
                write!(f, ": {}", one_line(message))?;
                f.write_str(if *accepts_on_fail {
                    "\nhelp: add `on_fail = \"null\"` or `on_fail = \"default\"` next to the function\
                     \nhelp: or change the function so that it accepts these rows"
                } else {
                    "\nhelp: change these rows\
                     \nhelp: or change the function so that it accepts these rows"
                })
            }
            RowFailureKind::NotReturned { .. } => {
                write!(f, "\nhelp: {REVISIONS_BETWEEN}\nhelp: or change these rows")
            }
            RowFailureKind::Indistinguishable { .. } => write!(f, "\nhelp: {REVISIONS_BETWEEN}"),
            RowFailureKind::MissingKey => f.write_str(
                "\nhelp: set the values of these rows\
                 \nhelp: or add a backfill, `#[kuzu(fill = \"…\")]` on the field",
            ),
            RowFailureKind::NotANumberKey
            | RowFailureKind::DuplicateKey
            | RowFailureKind::SerialExhausted => f.write_str("\nhelp: change these rows first"),
            RowFailureKind::MultiplicityExceeded(_) => {
                f.write_str("\nhelp: delete the surplus rels first")
            }
        }
    }
}

/// Returns a text shortened for display, on one line.
#[must_use]
pub fn abbreviate(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", one_line(&text[..end])),
        None => one_line(text).into_owned(),
    }
}
