//! TODO-DOC plan::function_values

use super::value::Value;
use super::value::function::By;
use crate::function::readable;
use crate::schema::Type;
use crate::schema::name::quote;

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
