//! Rows of the ledger that cannot be read.

use std::fmt;

use kuzu_ddl_core::one_line::one_line;

use super::keys;

/// Corrupt row of the ledger.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CorruptRow {
    /// Key of the row.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
    /// Kind of the corruption, which decides whether a repair is possible.
    pub corruption: Corruption,
}

/// Kind of corruption of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Corruption {
    /// The row cannot be decoded. A repair quarantines it.
    Unreadable,
    /// Other rows refer to the row, but it is missing. A repair removes the references.
    DanglingReference,
    /// A newer version of kuzu-ddl wrote the row, or another program's table has the name of the
    /// ledger. Not repairable.
    Foreign,
}

impl CorruptRow {
    pub(super) fn unreadable(key: &str, reason: impl Into<String>) -> Self {
        Self {
            key: key.to_owned(),
            reason: reason.into(),
            corruption: Corruption::Unreadable,
        }
    }

    pub(super) fn missing(key: String) -> Self {
        Self {
            key,
            reason: "the row is missing".into(),
            corruption: Corruption::DanglingReference,
        }
    }

    pub(super) fn foreign(key: &str, reason: String) -> Self {
        Self {
            corruption: Corruption::Foreign,
            ..Self::unreadable(key, reason)
        }
    }

    /// Creates the entry for a row whose body is not a BLOB.
    pub(super) fn not_a_blob(key: &str) -> Self {
        Self::unreadable(key, "the body is not a BLOB")
    }

    /// Returns the key on one line, shortened to 100 characters.
    #[must_use]
    pub fn abbreviate(&self) -> String {
        let start: String = self.key.chars().take(100).collect();
        one_line(&start).into_owned()
    }

    /// Returns what a repair cannot restore, beyond the row itself.
    pub(crate) fn loss(&self) -> Option<&'static str> {
        (keys::kind_of(&self.key).0 == "backfill").then_some(
            "the backfill ends, and the rows that it has not reached stay without a value",
        )
    }
}

impl fmt::Display for CorruptRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.abbreviate(), one_line(&self.reason))
    }
}
