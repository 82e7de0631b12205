//! Scope of an inspection.

use std::collections::BTreeSet;

use kuzu_ddl_core::schema::NameKey;

/// Tables that an inspection covers.
#[derive(Clone, Copy, Debug)]
pub enum InspectScope<'a> {
    /// All tables of the local database.
    All,
    /// The existing tables among these, with their indexes. Sequences are always included.
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
