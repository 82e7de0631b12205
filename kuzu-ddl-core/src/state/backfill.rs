//! TODO-DOC state::backfill

use serde::{Deserialize, Serialize};

use crate::event::{ObjectId, OnFail};

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
