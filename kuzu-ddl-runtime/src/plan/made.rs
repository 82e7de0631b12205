//! Values that a Rust function makes.
//!
//! A statement cannot call Rust. So the rows are gone through by ranges of their offsets: a query reads
//! what the function takes, and the statement gets the values as a list, from which each row picks its
//! own by its offset. (To join the rows with the list is a cross product; picking takes 30 ms for 10,000
//! rows of 300,000.) A second list says which rows have a value: in a list of lists the engine makes an
//! empty list of a NULL, and a cast of it to an array fails. What stands there instead is any value.

use serde::{Deserialize, Serialize};

use super::value::Value;
use crate::event::{ObjectId, OnFail};
use crate::function::readable;
use crate::schema::Type;
use crate::schema::name::quote;

/// Which function makes values, and of what.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct By {
    /// Its name.
    pub function: String,
    /// The columns that it takes, in order, with their types.
    pub inputs: Vec<(String, Type)>,
    /// Whether it takes NULL; otherwise a cast leaves NULL as it is.
    pub takes_null: bool,
    /// What a row gets for which it gives no value.
    pub on_fail: OnFail,
    /// Whether every row must get a value.
    pub required: bool,
    /// Tells its lists from those of other functions in the same statement.
    pub slot: usize,
}

impl By {
    /// The names of the lists: the values, and which rows have one.
    #[must_use]
    pub fn lists(&self) -> [String; 2] {
        [format!("made{}", self.slot), format!("has{}", self.slot)]
    }

    /// The Cypher of the value that was made for `x`.
    pub(super) fn of(&self, to: &Type) -> String {
        let [made, has] = self.lists();
        let own = |list: &str| format!("list_extract(${list}, offset(id(x)) - $from + 1)");
        format!(
            "CASE WHEN {} THEN CAST({} AS {to}) END",
            own(&has),
            own(&made)
        )
    }
}

/// A condition that holds for the rows `x` of a range.
pub const RANGE: &str = "offset(id(x)) >= $from AND offset(id(x)) < $to";

/// The part of a step that functions make.
#[derive(Clone, Debug)]
pub struct Made<'a> {
    /// What matches the rows, as `x`.
    pub rows: String,
    /// Which of them, if not all.
    pub only: Option<String>,
    /// The functions with the values they are for.
    pub by: Vec<(&'a By, Column<'a>)>,
}

/// Whether a function makes new values of old ones, or values where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column<'a> {
    /// Of the old ones.
    Cast,
    /// Where there are none: in the column, if there is one.
    Fill(Option<&'a (String, Type)>),
}

impl<'a> Made<'a> {
    /// The functions of some values; `None` if there are none.
    pub fn of(rows: String, only: Option<String>, values: Vec<&'a Value>) -> Option<Self> {
        let by = values.into_iter().flat_map(|value| {
            let cast = value.by.iter().map(|by| (by, Column::Cast));
            let old = value.from.as_ref();
            cast.chain(value.fill_by.iter().map(move |by| (by, Column::Fill(old))))
        });
        let by: Vec<_> = by.collect();
        (!by.is_empty()).then_some(Self { rows, only, by })
    }

    /// The columns that the functions take, each once.
    #[must_use]
    pub fn inputs(&self) -> Vec<&'a (String, Type)> {
        let mut inputs: Vec<&(String, Type)> = Vec::new();
        let all = self.by.iter().flat_map(|(by, column)| {
            let old = match column {
                Column::Fill(old) => *old,
                Column::Cast => None,
            };
            by.inputs.iter().chain(old)
        });
        for input in all {
            if !inputs.contains(&input) {
                inputs.push(input);
            }
        }
        inputs
    }

    /// The query that reads a range: the offset, then the inputs.
    #[must_use]
    pub fn read(&self) -> String {
        let mut query = format!("{} WHERE {RANGE}", self.rows);
        if let Some(only) = &self.only {
            query += &format!(" AND {only}");
        }
        query += " RETURN offset(id(x)) AS o";
        for (i, (name, ty)) in self.inputs().into_iter().enumerate() {
            let (column, as_type) = (format!("x.{}", quote(name)), readable(ty));
            if as_type == *ty {
                query += &format!(", {column} AS c{i}");
            } else {
                query += &format!(", CAST({column} AS {as_type}) AS c{i}");
            }
        }
        query
    }

    /// The query for how many rows there are from the offset `$from` on, and their largest offset.
    #[must_use]
    pub fn extent(&self) -> String {
        let only = self.only.as_ref();
        let only = only.map_or_else(String::new, |only| format!(" AND {only}"));
        format!(
            "{} WHERE offset(id(x)) >= $from{only} RETURN count(*), min(offset(id(x))), max(offset(id(x)))",
            self.rows
        )
    }
}

/// Values that are being made, as the ledger keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Making {
    /// The function's name.
    pub function: String,
    /// The properties that a fill takes; a cast takes the archived old values.
    pub inputs: Vec<ObjectId>,
    /// The archived column of a cast.
    pub old: Option<String>,
    /// Whether it takes NULL.
    pub takes_null: bool,
    /// What a row gets for which it gives no value.
    pub on_fail: OnFail,
    /// The engine's id of the table that [`next`](Self::next) is about; another table is another
    /// count.
    pub table: u64,
    /// The offset up to which all rows are done.
    pub next: u64,
    /// How many rows are done.
    pub done: u64,
}
