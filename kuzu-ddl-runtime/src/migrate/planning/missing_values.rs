//! Rows without a value, of existing properties that are declared as required.

use std::collections::BTreeMap;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::plan::count_nulls;
use kuzu_ddl_core::schema::{NameKey, Table, TableKind};

use crate::engine::Session;
use crate::error::Error;

/// Counts the rows without a value of each property that is declared as required and is about to be
/// adopted, by declared table and property. Properties without such rows are left out.
pub(in crate::migrate) fn count_missing_values(
    session: &dyn Session,
    declared: &Declared,
    expected: &Fold,
    found: &CatalogSnapshot,
) -> Result<BTreeMap<(NameKey, NameKey), u64>, Error> {
    let mut counts = BTreeMap::new();
    for (key, table) in &declared.schema.tables {
        let hints = declared.tables.get(key);
        let object = expected.find(None, key);
        let live = match object {
            Some(object) => found.schema.table(&expected.database_name(object)),
            None => names(key, hints.map(|h| h.renamed_from.as_slice()))
                .find_map(|name| found.schema.tables.get(&name)),
        };
        let Some(live) = live.filter(|live| live.kind.is_node() == table.kind.is_node()) else {
            continue;
        };
        for (name, property) in &table.properties {
            let is_known = object.is_some_and(|object| {
                let mut known = expected.objects_ever_named(Some(object.id), name);
                known.next().is_some()
            });
            if property.nullable || is_known || is_key(live, name) {
                continue;
            }
            let renames = hints.and_then(|h| h.property_renames.get(name));
            let present =
                names(name, renames.map(Vec::as_slice)).find_map(|name| live.properties.get(&name));
            let Some(present) =
                present.filter(|present| !is_key(live, &NameKey::new(&present.name)))
            else {
                continue;
            };
            let query = count_nulls(&live.name, live.kind.is_node(), &present.name);
            let rows = session.query(&query)?;
            let count = rows.first().and_then(|row| row.first()?.int());
            match count.and_then(|n| u64::try_from(n).ok()) {
                None | Some(0) => {}
                Some(count) => {
                    counts.insert((key.clone(), name.clone()), count);
                }
            }
        }
    }
    Ok(counts)
}

/// Returns a name, then the former names.
fn names(key: &NameKey, olds: Option<&[String]>) -> impl Iterator<Item = NameKey> {
    let olds = olds.unwrap_or_default().iter().map(|old| NameKey::new(old));
    std::iter::once(key.clone()).chain(olds)
}

fn is_key(table: &Table, name: &NameKey) -> bool {
    matches!(&table.kind, TableKind::Node { primary_key } if primary_key == name)
}
