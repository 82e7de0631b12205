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
    /// second input. A row whose present value still is its result takes the prior value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computed_by: Option<(Vec<Type>, OnFail)>,
}

impl ValueFunction {
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
        let (has, computed) = self.own(to);
        format!("CASE WHEN {has} THEN {computed} ELSE {then} END")
    }

    /// Renders whether `x` has a computed value, and the value.
    fn own(&self, to: &Type) -> (String, String) {
        let [computed, has] = self.parameter_names();
        let own = |list: &str| format!("list_extract(${list}, offset(id(x)) - $from + 1)");
        (own(&has), receive_cypher(&own(&computed), to))
    }
}
