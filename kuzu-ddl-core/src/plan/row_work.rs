//! Cost of a step: the rows it touches, and its estimated duration on this machine.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::fmt::{HumanDuration, count_noun};

/// Work of a step that grows with the number of rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RowWork {
    /// Operation per row.
    pub kind: RowWorkKind,
    /// Query that counts the rows, with the names of the database before the plan.
    pub count: String,
    /// Number of rows; `None` before they are counted.
    pub rows: Option<u64>,
    /// Estimated duration, extrapolated from a sample on this machine; `None` before it is
    /// measured.
    pub estimate: Option<Duration>,
}

/// Operation per row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum RowWorkKind {
    /// Sets a property of a node.
    SetNode,
    /// Copies a node to another table.
    CopyNode,
    /// Copies a rel to another table.
    CopyRel,
    /// Deletes a rel.
    DropRel,
}

impl RowWork {
    /// Creates work whose rows are not counted yet.
    pub(super) fn new(kind: RowWorkKind, count: String) -> Self {
        Self {
            kind,
            count,
            rows: None,
            estimate: None,
        }
    }
}

impl fmt::Display for RowWork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rows) = self.rows else {
            return Ok(());
        };
        write!(f, "{}", count_noun(rows, "row", "rows"))?;
        match self.estimate {
            Some(estimate) => write!(f, ", about {}", HumanDuration(estimate)),
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
            assert_eq!(count_noun(n, "row", "rows"), want);
        }
    }
}
