//! TODO-DOC inspect::scope

use std::collections::BTreeSet;

use kuzu_ddl_core::schema::NameKey;

/// Which tables to look at.
#[derive(Clone, Copy, Debug)]
pub enum InspectScope<'a> {
    /// All of the local database.
    All,
    /// Those of these that exist, with their indexes. Sequences are always all.
    Only(&'a BTreeSet<NameKey>),
}

impl InspectScope<'_> {
    pub(super) fn contains(self, key: &NameKey) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }
}
