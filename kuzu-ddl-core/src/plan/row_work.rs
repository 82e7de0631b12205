//! What a step costs: the rows it touches, and how many seconds that will take on this machine.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fmt::{Seconds, counted};

/// The part of a step's work that grows with the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Work {
    /// What is done to each row.
    pub kind: WorkKind,
    /// The query that counts the rows, in the names of the database before the plan.
    pub count: String,
    /// How many rows; `None` before they are counted.
    pub rows: Option<u64>,
    /// How long it will take, by what this machine did with a few rows; `None` before that.
    pub estimate: Option<Duration>,
}

/// What is done to each row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum WorkKind {
    /// A property of a node is written.
    SetNode,
    /// A node is copied to another table.
    CopyNode,
    /// A rel is copied to another table.
    CopyRel,
    /// A rel is deleted.
    DropRel,
}

impl Work {
    /// Work whose rows are not counted yet.
    pub(super) fn new(kind: WorkKind, count: String) -> Self {
        Self {
            kind,
            count,
            rows: None,
            estimate: None,
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rows) = self.rows else {
            return Ok(());
        };
        write!(f, "{}", counted(rows, "row", "rows"))?;
        match self.estimate {
            Some(estimate) => write!(f, ", about {}", Seconds(estimate)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_for_people() {
        for (n, want) in [
            (0, "0 rows"),
            (1, "1 row"),
            (999, "999 rows"),
            (12_041, "12,041 rows"),
            (1_234_567, "1,234,567 rows"),
        ] {
            assert_eq!(counted(n, "row", "rows"), want);
        }
    }
}
