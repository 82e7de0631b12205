//! TODO-DOC ledger::corrupt

use std::fmt;

/// A row of the ledger that is not what it should be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct BadRow {
    /// Its key.
    pub key: String,
    /// What is wrong.
    pub reason: String,
    /// What can be done about it.
    pub damage: Damage,
}

/// What can be done about a row that is not what it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Damage {
    /// A repair sets it aside and goes on without.
    Broken,
    /// Others speak of it and it is not there. A repair goes on without.
    Missing,
    /// Nothing, here: a newer version of kuzu-ddl wrote it, or somebody else's table has the ledger's
    /// name.
    NotOurs,
}

impl BadRow {
    pub(super) fn broken(key: &str, reason: impl Into<String>) -> Self {
        let (key, reason) = (key.to_owned(), reason.into());
        let damage = Damage::Broken;
        Self {
            key,
            reason,
            damage,
        }
    }

    pub(super) fn missing(key: String) -> Self {
        Self {
            key,
            reason: "the row is missing".into(),
            damage: Damage::Missing,
        }
    }

    pub(super) fn not_ours(key: &str, reason: String) -> Self {
        let damage = Damage::NotOurs;
        Self {
            damage,
            ..Self::broken(key, reason)
        }
    }

    /// A row whose body cannot be one.
    pub(super) fn no_blob(key: &str) -> Self {
        Self::broken(key, "the body is not a BLOB")
    }

    /// The key as far as a line has room.
    #[must_use]
    pub fn short(&self) -> String {
        self.key.chars().take(100).collect()
    }
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.short(), self.reason)
    }
}
