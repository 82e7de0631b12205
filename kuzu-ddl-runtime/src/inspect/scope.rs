//! TODO-DOC inspect::scope

use std::collections::BTreeSet;

use kuzu_ddl_core::schema::Key;

/// Which tables to look at.
#[derive(Clone, Copy, Debug)]
pub enum Scope<'a> {
    /// All of the local database.
    All,
    /// Those of these that exist, with their indexes. Sequences are always all.
    Only(&'a BTreeSet<Key>),
}

impl Scope<'_> {
    pub(super) fn contains(self, key: &Key) -> bool {
        match self {
            Self::All => true,
            Self::Only(keys) => keys.contains(key),
        }
    }
}
