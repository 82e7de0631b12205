//! Values that Rust functions compute for the rows of one step.
//!
//! The runtime evaluates the functions by ranges of row offsets; [`ValueFunction`] explains why.

use super::value::ValueSource;
use super::value::function::ValueFunction;
use crate::function::transport_cypher;
use crate::schema::Type;
use crate::schema::name::quote;

/// Condition that holds for the rows `x` of an offset range.
pub const OFFSET_RANGE: &str = "offset(id(x)) >= $from AND offset(id(x)) < $to";

/// Values of a step that functions compute.
#[derive(Clone, Debug)]
pub struct FunctionValues<'a> {
    /// MATCH clause for the rows, as `x`.
    pub rows: String,
    /// Condition that selects some of the rows, if not all.
    pub only: Option<String>,
    /// Functions with their targets.
    pub by: Vec<(&'a ValueFunction, FunctionTarget<'a>)>,
    /// For each function the condition under which a row takes its prior value, if there is one.
    conditions: Vec<Option<String>>,
}

/// Target of a function: conversion of old values, or backfill of missing ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FunctionTarget<'a> {
    /// Conversion of old values.
    Cast,
    /// Backfill of missing values: in the given column, if it exists.
    Fill(Option<&'a (String, Type)>),
}

impl<'a> FunctionValues<'a> {
    /// Collects the functions of some values; `None` if there are none.
    pub fn new(rows: String, only: Option<String>, values: Vec<&'a ValueSource>) -> Option<Self> {
        let by = values.into_iter().flat_map(|value| {
            let cast = value.cast_function.iter();
            let cast = cast.map(|by| ((by, FunctionTarget::Cast), value.prior_condition("x")));
            let old = value.column.as_ref();
            let fill = value.fill_function.iter();
            cast.chain(fill.map(move |by| ((by, FunctionTarget::Fill(old)), None)))
        });
        let (by, conditions): (Vec<_>, Vec<_>) = by.unzip();
        (!by.is_empty()).then_some(Self {
            rows,
            only,
            by,
            conditions,
        })
    }

    /// Returns the input columns of the functions, without duplicates.
    #[must_use]
    pub fn inputs(&self) -> Vec<&'a (String, Type)> {
        let mut inputs: Vec<&(String, Type)> = Vec::new();
        let all = self.by.iter().flat_map(|(by, column)| {
            let old = match column {
                FunctionTarget::Fill(old) => *old,
                FunctionTarget::Cast => None,
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

    /// Returns the Cypher of the constants and of the condition, each with the position of its
    /// function.
    #[must_use]
    pub fn constants(&self) -> Vec<(usize, &str)> {
        let by = self.by.iter().zip(&self.conditions).enumerate();
        by.flat_map(|(n, ((by, _), condition))| {
            let own = by.constants().into_iter().chain(condition.as_deref());
            own.map(move |text| (n, text))
        })
        .collect()
    }

    /// Returns the query that reads a range: the offset, then the inputs, then the constants.
    #[must_use]
    pub fn read(&self) -> String {
        let mut query = format!("{} WHERE {OFFSET_RANGE}", self.rows);
        if let Some(only) = &self.only {
            query += &format!(" AND {only}");
        }
        query += " RETURN offset(id(x)) AS o";
        for (i, (name, ty)) in self.inputs().into_iter().enumerate() {
            let column = transport_cypher(&format!("x.{}", quote(name)), ty);
            query += &format!(", {column} AS c{i}");
        }
        for (i, (_, constant)) in self.constants().into_iter().enumerate() {
            query += &format!(", {constant} AS k{i}");
        }
        query
    }

    /// Returns the query for the number of rows from offset `$from` on, with their smallest and
    /// largest offset.
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
