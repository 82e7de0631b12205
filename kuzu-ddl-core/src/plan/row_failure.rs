//! Row failures: rows that fail a preflight check, with their remedies.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fmt::{count_noun, group_digits};
use super::preflight::SAMPLE_SIZE;
use crate::schema::{Multiplicity, Type};

/// How much of a value a failure shows.
const SHOWN: usize = 40;

/// Rows that stand in the way of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowFailure {
    /// `Table.property`, or the rel table.
    pub object: String,
    /// How many rows, or nodes, fail; `None` where that could not be found out.
    pub rows: Option<u64>,
    /// Of how many.
    pub total: u64,
    /// Up to five of them: the key, and the value if there is one.
    pub sample: Vec<(String, Option<String>)>,
    /// The name of the key.
    pub key_property: String,
    /// What they fail at.
    pub kind: RowFailureKind,
}

/// What rows fail at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum RowFailureKind {
    /// No new value can be made.
    Cast {
        /// The new type.
        to: Type,
        /// What the engine says of one of them, where it says anything.
        engine: Option<String>,
        /// Whether a failed cast may give NULL or a default.
        accepts_on_fail: bool,
    },
    /// A function gives no value.
    Function {
        /// Its name.
        function: String,
        /// What it says of one of them.
        says: String,
        /// Whether `on_fail` may say what such rows get.
        can_fall_back: bool,
    },
    /// They would be keys, and have no value.
    MissingKey,
    /// They would be keys, and have the value of another.
    DuplicateKey,
    /// They have the largest INT64, and are to be counted.
    SerialExhausted,
    /// A node has more than one rel.
    MultiplicityExceeded(Multiplicity),
}

impl fmt::Display for RowFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        write!(f, "{object}: ")?;
        match self.rows {
            Some(rows) => write!(f, "{} of ", group_digits(rows))?,
            None => f.write_str("some of ")?,
        }
        let several = self.rows != Some(1);
        match &self.kind {
            RowFailureKind::Cast { to, .. } => {
                write!(
                    f,
                    "{} cannot be cast to {to}",
                    count_noun(self.total, "value", "values")
                )?;
            }
            RowFailureKind::Function { function, .. } => {
                let rows = count_noun(self.total, "row", "rows");
                let get = if several { "get" } else { "gets" };
                write!(f, "{rows} {get} no value by the function {function}")?;
            }
            RowFailureKind::MissingKey => {
                let have = if several { "have" } else { "has" };
                let rows = count_noun(self.total, "row", "rows");
                write!(f, "{rows} {have} no value, and it is to be the primary key")?;
            }
            RowFailureKind::DuplicateKey => {
                let rows = count_noun(self.total, "row", "rows");
                write!(
                    f,
                    "{rows} share their value, and it is to be the primary key"
                )?;
            }
            RowFailureKind::SerialExhausted => {
                let have = if several { "have" } else { "has" };
                let rows = count_noun(self.total, "row", "rows");
                write!(
                    f,
                    "{rows} {have} the largest INT64, and it is to count on above the largest value"
                )?;
            }
            RowFailureKind::MultiplicityExceeded(multiplicity) => {
                let have = if several { "have" } else { "has" };
                let nodes = count_noun(self.total, "node", "nodes");
                write!(
                    f,
                    "{nodes} with rels {have} more than one, and it is to be {multiplicity}"
                )?;
            }
        }
        self.examples(f)?;
        self.help(f)
    }
}

impl RowFailure {
    fn examples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.sample.iter().enumerate() {
            f.write_str(if i == 0 { ", for example " } else { ", " })?;
            if self.kind != RowFailureKind::DuplicateKey {
                write!(f, "{} ", self.key_property)?;
            }
            f.write_str(&short(key))?;
            if let Some(value) = value {
                write!(f, " ({})", short(value))?;
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
                accepts_on_fail: can_fall_back,
                ..
            } => {
                if let Some(engine) = engine {
                    write!(f, "; the engine says: {engine}")?;
                }
                if *can_fall_back {
                    f.write_str(
                        "; write `on_fail = \"null\"` or `on_fail = \"default\"` next to the cast, \
                         or a cast that takes them",
                    )
                } else {
                    f.write_str("; change these rows, or write a cast that takes them")
                }
            }
            RowFailureKind::Function {
                says,
                can_fall_back,
                ..
            } => {
                write!(f, "; it says: {says}")?;
                if *can_fall_back {
                    f.write_str(
                        "; write `on_fail = \"null\"` or `on_fail = \"default\"` next to it, or let \
                         it take them",
                    )
                } else {
                    f.write_str("; change these rows, or let it take them")
                }
            }
            RowFailureKind::MissingKey => {
                f.write_str("; give them one, or write `#[kuzu(fill = \"…\")]` on the field")
            }
            RowFailureKind::DuplicateKey | RowFailureKind::SerialExhausted => {
                f.write_str("; change these rows first")
            }
            RowFailureKind::MultiplicityExceeded(_) => {
                f.write_str("; delete the rels that are too many first")
            }
        }
    }
}

/// Returns a text shortened for display.
#[must_use]
pub fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
