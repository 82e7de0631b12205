//! TODO-DOC ledger::corrupt

use std::fmt;

/// A row of the ledger that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CorruptRow {
    /// Its key.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What can be done about it.
    pub corruption: Corruption,
}

/// What can be done about a row that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Corruption {
    /// A repair sets it aside and goes on without.
    Unreadable,
    /// Others speak of it and it is not there. A repair goes on without.
    DanglingReference,
    /// Nothing, here: a newer version of kuzu-ddl wrote it, or somebody else's table has the ledger's
    /// name.
    Foreign,
}

impl CorruptRow {
    pub(super) fn unreadable(key: &str, reason: impl Into<String>) -> Self {
        let (key, reason) = (key.to_owned(), reason.into());
        let damage = Corruption::Unreadable;
        Self {
            key,
            reason,
            corruption: damage,
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
        let damage = Corruption::Foreign;
        Self {
            corruption: damage,
            ..Self::unreadable(key, reason)
        }
    }

    /// A row whose body cannot be one.
    pub(super) fn not_a_blob(key: &str) -> Self {
        Self::unreadable(key, "the body is not a BLOB")
    }

    /// The key as far as a line has room.
    #[must_use]
    pub fn short(&self) -> String {
        self.key.chars().take(100).collect()
    }
}

impl fmt::Display for CorruptRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.short(), self.reason)
    }
}
