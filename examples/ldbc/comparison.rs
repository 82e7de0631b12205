//! The contents of a database before and after a migration.

use std::collections::BTreeMap;

use kuzu_ddl::peers::ObjectId;

use crate::Outcome;
use crate::checksum::Contents;

/// Prints both checksums of each table with rows.
///
/// # Errors
/// A row or a value differs.
pub(crate) fn compare(
    before: &BTreeMap<ObjectId, Contents>,
    after: &BTreeMap<ObjectId, Contents>,
) -> Outcome<()> {
    println!(
        "  {:<52} {:>7} {:>7}  checksums of the existing columns",
        "table", "rows", "rows"
    );
    let mut lost = Vec::new();
    let mut tables: Vec<_> = before.iter().filter(|(_, old)| old.rows > 0).collect();
    tables.sort_by_key(|(_, old)| &old.name);
    for (id, old) in tables {
        let Some(new) = after.get(id) else {
            lost.push(format!("the table {} is missing", old.name));
            continue;
        };
        let name = if old.name == new.name {
            old.name.clone()
        } else {
            format!("{} -> {}", old.name, new.name)
        };
        let sums = (old.sum_of(old), new.sum_of(old));
        println!(
            "  {name:<52} {:>7} {:>7}  {:016x} {:016x}",
            old.rows, new.rows, sums.0, sums.1
        );
        if old.rows != new.rows || sums.0 != sums.1 {
            lost.push(format!("the table {name} differs"));
        }
    }
    if lost.is_empty() {
        Ok(())
    } else {
        Err(lost.join("; ").into())
    }
}
