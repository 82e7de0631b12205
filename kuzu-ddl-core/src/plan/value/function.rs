//! Values that a Rust function makes.
//!
//! A statement cannot call Rust. So the rows are gone through by ranges of their offsets: a query reads
//! what the function takes, and the statement gets the values as a list, from which each row picks its
//! own by its offset. (To join the rows with the list is a cross product; picking takes 30 ms for 10,000
//! rows of 300,000.) A second list says which rows have a value: in a list of lists the engine makes an
//! empty list of a NULL, and a cast of it to an array fails. What stands there instead is any value.

use serde::{Deserialize, Serialize};

use crate::event::OnFail;
use crate::schema::Type;

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
    pub(in crate::plan) fn of(&self, to: &Type) -> String {
        let [made, has] = self.lists();
        let own = |list: &str| format!("list_extract(${list}, offset(id(x)) - $from + 1)");
        format!(
            "CASE WHEN {} THEN CAST({} AS {to}) END",
            own(&has),
            own(&made)
        )
    }
}
