//! Checks that a declaration can be stored in the ledger, as JSON.

#[cfg(feature = "json")]
use super::model::Declared;
#[cfg(feature = "json")]
use crate::schema::NameKey;
use crate::schema::Table;

/// Returns whether a declared table can be decoded from its ledger row. JSON has a nesting limit.
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

/// Returns `false`: without JSON no deeply nested table is accepted.
#[cfg(not(feature = "json"))]
pub(crate) fn is_readable(_: &Table) -> bool {
    false
}
