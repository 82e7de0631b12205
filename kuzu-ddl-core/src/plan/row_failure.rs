//! What is said of rows that stand in the way of a plan.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::fmt::{counted, thousands};
use super::preflight::SAMPLE;
use crate::schema::{Multiplicity, Type};

/// How much of a value a failure shows.
const SHOWN: usize = 40;

/// Rows that stand in the way of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// `Table.property`, or the rel table.
    pub object: String,
    /// How many rows, or nodes, fail; `None` where that could not be found out.
    pub rows: Option<u64>,
    /// Of how many.
    pub of: u64,
    /// Up to five of them: the key, and the value if there is one.
    pub sample: Vec<(String, Option<String>)>,
    /// The name of the key.
    pub key: String,
    /// What they fail at.
    pub why: Why,
}

/// What rows fail at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Why {
    /// No new value can be made.
    Cast {
        /// The new type.
        to: Type,
        /// What the engine says of one of them, where it says anything.
        engine: Option<String>,
        /// Whether a failed cast may give NULL or a default.
        can_fall_back: bool,
    },
    /// A function gives no value.
    Made {
        /// Its name.
        function: String,
        /// What it says of one of them.
        says: String,
        /// Whether `on_fail` may say what such rows get.
        can_fall_back: bool,
    },
    /// They would be keys, and have no value.
    Null,
    /// They would be keys, and have the value of another.
    Twice,
    /// They have the largest INT64, and are to be counted.
    Largest,
    /// A node has more than one rel.
    Several(Multiplicity),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let object = &self.object;
        write!(f, "{object}: ")?;
        match self.rows {
            Some(rows) => write!(f, "{} of ", thousands(rows))?,
            None => f.write_str("some of ")?,
        }
        let several = self.rows != Some(1);
        match &self.why {
            Why::Cast { to, .. } => {
                write!(
                    f,
                    "{} cannot be cast to {to}",
                    counted(self.of, "value", "values")
                )?;
            }
            Why::Made { function, .. } => {
                let rows = counted(self.of, "row", "rows");
                let get = if several { "get" } else { "gets" };
                write!(f, "{rows} {get} no value by the function {function}")?;
            }
            Why::Null => {
                let have = if several { "have" } else { "has" };
                let rows = counted(self.of, "row", "rows");
                write!(f, "{rows} {have} no value, and it is to be the primary key")?;
            }
            Why::Twice => {
                let rows = counted(self.of, "row", "rows");
                write!(
                    f,
                    "{rows} share their value, and it is to be the primary key"
                )?;
            }
            Why::Largest => {
                let have = if several { "have" } else { "has" };
                let rows = counted(self.of, "row", "rows");
                write!(
                    f,
                    "{rows} {have} the largest INT64, and it is to count on above the largest value"
                )?;
            }
            Why::Several(multiplicity) => {
                let have = if several { "have" } else { "has" };
                let nodes = counted(self.of, "node", "nodes");
                write!(
                    f,
                    "{nodes} with rels {have} more than one, and it is to be {multiplicity}"
                )?;
            }
        }
        self.examples(f)?;
        self.advice(f)
    }
}

impl Failure {
    fn examples(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, (key, value)) in self.sample.iter().enumerate() {
            f.write_str(if i == 0 { ", for example " } else { ", " })?;
            if self.why != Why::Twice {
                write!(f, "{} ", self.key)?;
            }
            f.write_str(&short(key))?;
            if let Some(value) = value {
                write!(f, " ({})", short(value))?;
            }
        }
        let full = self.sample.len() >= SAMPLE;
        let more = full && self.rows.is_some_and(|rows| rows > SAMPLE as u64);
        f.write_str(if more { ", …" } else { "" })
    }

    fn advice(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.why {
            Why::Cast {
                engine,
                can_fall_back,
                ..
            } => {
                if let Some(engine) = engine {
                    write!(f, "; the engine says: {engine}")?;
                }
                if *can_fall_back {
                    f.write_str(
                        "; write `on_fail = \"null\"` or `on_fail = \"default\"` beside the cast, \
                         or a cast that takes them",
                    )
                } else {
                    f.write_str("; change these rows, or write a cast that takes them")
                }
            }
            Why::Made {
                says,
                can_fall_back,
                ..
            } => {
                write!(f, "; it says: {says}")?;
                if *can_fall_back {
                    f.write_str(
                        "; write `on_fail = \"null\"` or `on_fail = \"default\"` beside it, or let \
                         it take them",
                    )
                } else {
                    f.write_str("; change these rows, or let it take them")
                }
            }
            Why::Null => {
                f.write_str("; give them one, or write `#[kuzu(fill = \"…\")]` on the field")
            }
            Why::Twice | Why::Largest => f.write_str("; change these rows first"),
            Why::Several(_) => f.write_str("; delete the rels that are too many first"),
        }
    }
}

pub fn short(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
