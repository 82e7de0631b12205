//! What the next declaration is compared with.

use crate::declared::{Declared, TableHints};
use crate::event::ObjectId;
use crate::fold::Fold;
use crate::schema::{Key, Table};

/// The last declared ancestor of every object: `declared`, and what it does not mention as it was
/// declared `last`, while it is still in `after`.
///
/// A binary may declare a part only, because a crate was not linked. If its word about the rest
/// replaced what was said before, an older binary would not be known for one any more.
#[must_use]
pub fn ancestor(declared: &Declared, last: Option<&Declared>, after: &Fold) -> Declared {
    let mut merged = declared.clone();
    let Some(last) = last else { return merged };
    for (key, table) in &last.schema.tables {
        let Some(id) = after.find(None, key).map(|object| object.id) else {
            continue;
        };
        let hints = last.tables.get(key).cloned().unwrap_or_default();
        if let Some(now) = merged.schema.tables.get_mut(key) {
            let now_hints = merged.tables.entry(key.clone()).or_default();
            keep_properties((now, now_hints), (table, hints), id, after);
        } else {
            merged.schema.tables.insert(key.clone(), table.clone());
            merged.tables.insert(key.clone(), hints);
        }
    }
    for (key, name) in &last.dropped_tables {
        if after.find(None, key).is_none() {
            merged
                .dropped_tables
                .entry(key.clone())
                .or_insert_with(|| name.clone());
        }
    }
    merged
}

fn keep_properties(
    (now, now_hints): (&mut Table, &mut TableHints),
    (last, mut hints): (&Table, TableHints),
    table: ObjectId,
    after: &Fold,
) {
    let is_live = |key: &Key| after.find(Some(table), key).is_some();
    for (key, property) in &last.properties {
        if now.properties.contains_key(key) || !is_live(key) {
            continue;
        }
        now.properties.insert(key.clone(), property.clone());
        if let Some(earlier) = hints.properties.remove(key) {
            now_hints.properties.insert(key.clone(), earlier);
        }
    }
    now_hints
        .dropped
        .extend(hints.dropped.into_iter().filter(|key| !is_live(key)));
}
