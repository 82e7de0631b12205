//! Whether a declaration survives the ledger, which stores it as JSON.

use super::model::Declared;
use crate::schema::{NameKey, Table};

/// Whether a declared table can be read back from the row of the ledger that holds it. JSON has a limit of
/// nesting.
#[cfg(feature = "json")]
pub(crate) fn is_readable(table: &Table) -> bool {
    let mut declared = Declared::default();
    declared
        .schema
        .tables
        .insert(NameKey::new(&table.name), table.clone());
    let bytes = serde_json::to_vec(&declared);
    bytes.is_ok_and(|bytes| {
        serde_json::from_slice::<Declared>(&bytes).is_ok_and(|read| read == declared)
    })
}

/// Without JSON no table that nests deeply is accepted.
#[cfg(not(feature = "json"))]
pub(crate) fn is_readable(_: &Table) -> bool {
    false
}
