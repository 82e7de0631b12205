//! Comparison of two schemas, as text and as data.
//!
//! The schemas may be two points of a history, two databases, or a declared and a live schema.
//!
//! Two schemas alone do not show that an object was renamed. A caller that knows it, as a history
//! does from object identities, passes [`RenameMap`]; without them a rename is a removal and an
//! addition.

mod differences;
mod entry;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;

use differences::Differences;
pub use entry::{Comparison, ComparisonEntry, ComparisonKind, RenameMap};
use text::{sequence_text, shape};

use super::model::{Schema, Table};
use super::name::NameKey;

/// Returns the changes that lead from `from` to `to`.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let before = kuzu_ddl::schema![]?;
/// let after = kuzu_ddl::schema![]?.with_sequence("order_no", 1, 1);
/// let changes = kuzu_ddl::schema::compare(&before.schema, &after.schema);
/// assert_eq!(changes.rows.len(), 1);
/// assert!(changes.to_string().starts_with("+ sequence order_no"));
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[doc(alias = "diff")]
#[must_use]
pub fn compare(from: &Schema, to: &Schema) -> Comparison {
    compare_with_renames(from, to, &RenameMap::default())
}

/// Returns the changes that lead from `from` to `to`, given the known renames.
#[must_use]
pub fn compare_with_renames(from: &Schema, to: &Schema, renames: &RenameMap) -> Comparison {
    let mut rows = Differences::new(from, to);
    let renamed = |key: &NameKey| renames.tables.get(key).unwrap_or(key).clone();
    let mut new: BTreeMap<&NameKey, &Table> = to.tables.iter().collect();
    for (key, was) in &from.tables {
        let is = to.tables.get(&renamed(key));
        match is.filter(|is| is.kind.is_node() == was.kind.is_node()) {
            Some(is) => {
                new.remove(&NameKey::new(&is.name));
                rows.tables(key, was, is, renames);
            }
            None => rows.push(was.kind.as_str(), &was.name, ComparisonKind::Removed),
        }
    }
    for table in new.into_values() {
        let detail = shape(table, to);
        rows.push(
            table.kind.as_str(),
            &table.name,
            ComparisonKind::Added { detail },
        );
    }
    for (key, sequence) in &from.sequences {
        match to.sequences.get(key) {
            None => rows.push("sequence", &sequence.name, ComparisonKind::Removed),
            Some(is) if is != sequence => {
                rows.alter(
                    "sequence",
                    &is.name,
                    "shape",
                    &sequence_text(sequence),
                    &sequence_text(is),
                );
            }
            Some(_) => {}
        }
    }
    for (key, sequence) in &to.sequences {
        if !from.sequences.contains_key(key) {
            let detail = sequence_text(sequence);
            rows.push("sequence", &sequence.name, ComparisonKind::Added { detail });
        }
    }
    Comparison {
        rows: rows.finish(),
    }
}
