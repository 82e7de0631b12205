//! Values that Rust functions compute, in ranges of rows.
//!
//! A statement cannot call Rust. So the rows are processed by ranges of their offsets: a query
//! reads the function's inputs, and the statement gets the results as a list parameter, from which
//! each row picks its own by its offset. (To join the rows with the list is a cross product;
//! picking takes 30 ms for 10,000 rows of 300,000.) A second list marks the rows that have a value:
//! in a list of lists the engine turns a NULL into an empty list, whose cast to an array fails. A
//! marked-off row holds an arbitrary value instead.

use serde::{Deserialize, Serialize};

use crate::event::OnFail;
use crate::function::receive_cypher;
use crate::schema::Type;

/// Function that computes values, with its inputs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValueFunction {
    /// Path of the function.
    pub function: String,
    /// Input columns, in order, with their types.
    pub inputs: Vec<(String, Type)>,
    /// Whether the function accepts NULL; otherwise a cast leaves NULL as it is.
    pub accepts_null: bool,
    /// Value for a row for which the function returns none.
    pub on_fail: OnFail,
    /// Whether every row must get a value.
    pub required: bool,
    /// Distinguishes its lists from those of other functions in the same statement.
    pub slot: usize,
    /// Built-in conversion, which then takes the place of the named function.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<ConversionChain>,
}

/// Built-in conversion of a column through one or more types.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConversionChain {
    /// Types that the values take one after the other, without that of the input.
    pub to: Vec<Type>,
    /// Conversion by which the present values were computed from the prior ones, which are the
    /// second input. A row whose present value still is its result takes the prior value. Without
    /// it and a condition, every row that has a prior value takes it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed_by: Option<PriorConversion>,
    /// Whether a condition in Cypher is read after the inputs and constants. A row for which it holds
    /// takes the prior value.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_condition: bool,
}

/// Built-in conversion of prior values to the present ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriorConversion {
    /// Types that the values took one after the other, without that of the prior ones.
    pub to: Vec<Type>,
    /// What a value that did not fit became.
    pub on_fail: OnFail,
    /// Cypher of the fallback, the backfill, and the default of the archived column, which rows
    /// inserted since have there; NULL for none. They are read with the inputs.
    pub constants: [String; 3],
}

/// Mark of a row, where rows without a computed value take a prior one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowMark {
    /// The row takes the prior value.
    Prior = 0,
    /// The row takes the computed value.
    Computed = 1,
    /// The row has no value.
    Null = 2,
}

impl ValueFunction {
    /// Returns whether rows without a computed value take a prior one: the second input. The marks
    /// are then numbers, as [`RowMark`], otherwise truth values.
    #[must_use]
    pub fn has_prior(&self) -> bool {
        self.conversion.is_some() && self.inputs.len() > 1
    }

    /// Returns the Cypher of the constants that are read with the inputs.
    pub(in crate::plan) fn constants(&self) -> Vec<&str> {
        let by = self
            .conversion
            .as_ref()
            .and_then(|c| c.computed_by.as_ref());
        by.map_or_else(Vec::new, |by| {
            by.constants.iter().map(String::as_str).collect()
        })
    }

    /// Returns the names of the list parameters: the values, and the marks of rows that have one.
    #[must_use]
    pub fn parameter_names(&self) -> [String; 2] {
        [
            format!("computed{}", self.slot),
            format!("has{}", self.slot),
        ]
    }

    /// Returns the Cypher of the computed value of `x`.
    pub(in crate::plan) fn render(&self, to: &Type) -> String {
        let (has, computed) = self.own(to);
        format!("CASE WHEN {has} THEN {computed} END")
    }

    /// Renders the computed value, or the prior one in `then` for the rows that take it.
    pub(in crate::plan) fn render_or(&self, then: &str, to: &Type) -> String {
        let (mark, computed) = self.own(to);
        let (prior, own) = (RowMark::Prior as u8, RowMark::Computed as u8);
        format!("CASE WHEN {mark} = {prior} THEN {then} WHEN {mark} = {own} THEN {computed} END")
    }

    /// Renders the mark of `x`, and its computed value.
    fn own(&self, to: &Type) -> (String, String) {
        let [computed, has] = self.parameter_names();
        let own = |list: &str| format!("list_extract(${list}, offset(id(x)) - $from + 1)");
        (own(&has), receive_cypher(&own(&computed), to))
    }
}
