//! Hashes of the catalog, which reveal at the next start whether anything has changed.

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::event::{Fingerprint, Writer};
use kuzu_ddl_core::schema::name::check_table;

use crate::inspect::TableListing;

/// Returns the hash of the output of `show_tables`, with the catalog ids. The ledger's own table is
/// excluded: the transaction that writes this hash creates it.
pub(in crate::migrate) fn table_list_hash(tables: &[TableListing]) -> Fingerprint {
    let mut w = Writer::default();
    w.byte(3);
    for table in tables.iter().filter(|t| !is_internal(&t.name)) {
        w.text(&table.name);
        w.uint(table.id.into());
        w.bool(table.node);
        w.option(table.comment.as_ref(), |w, text| w.text(text));
    }
    Fingerprint::hash_of(&w.finish())
}

fn is_internal(name: &str) -> bool {
    matches!(
        check_table(name),
        Err(kuzu_ddl_core::schema::NameError::Internal(_))
    )
}

/// Returns the hash of the whole snapshot.
pub(in crate::migrate) fn snapshot_hash(found: &CatalogSnapshot) -> Fingerprint {
    let mut w = Writer::default();
    w.byte(5);
    w.hash(found.schema.fingerprint().as_bytes());
    for (key, id) in &found.table_ids {
        w.text(key.as_str());
        w.uint((*id).into());
    }
    // Two properties of one type may have exchanged their names.
    for (table, numbers) in &found.column_ids {
        w.text(table.as_str());
        for (property, number) in numbers {
            w.text(property.as_str());
            w.uint((*number).into());
        }
    }
    Fingerprint::hash_of(&w.finish())
}
