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
        let [computed, has] = self.parameter_names();
        let own = |list: &str| format!("list_extract(${list}, offset(id(x)) - $from + 1)");
        format!(
            "CASE WHEN {} THEN CAST({} AS {to}) END",
            own(&has),
            own(&computed)
        )
    }
}
