//! Progress of a backfill that runs in several transactions.

use serde::{Deserialize, Serialize};

use crate::event::{ObjectId, OnFail};

/// Progress of a backfill, as stored in the ledger.
#[doc(alias = "backfill")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BackfillProgress {
    /// Path of the function.
    pub function: String,
    /// Input properties of a backfill; a cast reads the archived old values.
    pub inputs: Vec<ObjectId>,
    /// Archived column that a cast reads.
    #[serde(alias = "old")]
    pub archived_column: Option<String>,
    /// Whether the function accepts NULL.
    #[serde(alias = "takes_null")]
    pub accepts_null: bool,
    /// Value for a row for which the function returns none.
    pub on_fail: OnFail,
    /// Engine id of the table to which [`next_offset`](Self::next_offset) refers; in another table
    /// the backfill starts over.
    pub table: u64,
    /// Offset below which all rows are done.
    #[serde(alias = "next")]
    pub next_offset: u64,
    /// Number of rows done.
    #[serde(alias = "done")]
    pub rows_done: u64,
}
