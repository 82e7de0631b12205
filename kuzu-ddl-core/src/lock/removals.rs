//! Objects of a lock file that the binary removed without a tombstone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{LockFile, LockedTable};
use crate::declared::{Declared, TableHints};
use crate::schema::NameKey;

/// An object that was removed without a tombstone. `Display` contains the code that fixes it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum UnaccountedRemoval {
    /// A package of which no struct is linked into the binary.
    Package {
        /// The name of the package.
        krate: String,
        /// The tables of the package.
        tables: Vec<String>,
    },
    /// A table without a struct.
    Table {
        /// The name of the table.
        table: String,
        /// The new tables of the same kind; one may be the table under another name.
        candidates: Vec<String>,
    },
    /// A property without a field.
    Property {
        /// The name of the table.
        table: String,
        /// The name of the property.
        property: String,
        /// The new properties of the same type; one may be the property under another name.
        candidates: Vec<String>,
    },
    /// A sequence that is no longer declared.
    Sequence {
        /// The name of the sequence.
        sequence: String,
    },
}

impl fmt::Display for UnaccountedRemoval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let renamed = |candidates: &[String], otherwise: &str| match candidates {
            [] => otherwise.to_owned(),
            [one] => format!("if it was renamed to `{one}`"),
            many => format!("if it was renamed to one of `{}`", many.join("`, `")),
        };
        match self {
            Self::Package { krate, tables } => {
                let path = krate.replace('-', "_");
                write!(
                    f,
                    "no struct of the crate `{krate}` is linked into this binary\n\
                     help: link it with `use {path} as _;`"
                )?;
                tables.iter().try_for_each(|t| {
                    write!(
                        f,
                        "\nhelp: or archive its table with `kuzu_ddl::dropped_table!({t:?});`"
                    )
                })
            }
            Self::Table { table, candidates } => write!(
                f,
                "the table `{table}` has no struct\n\
                 help: {}, add to its struct: `#[kuzu(renamed_from = {table:?})]`\n\
                 help: if it was removed, archive it with `kuzu_ddl::dropped_table!({table:?});`",
                renamed(candidates, "if it was renamed")
            ),
            Self::Property {
                table,
                property,
                candidates,
            } => write!(
                f,
                "the property `{table}.{property}` has no field\n\
                 help: {}, add to its field: `#[kuzu(renamed_from = {property:?})]`\n\
                 help: if it was removed, archive it by adding to the struct: `#[kuzu(dropped({property:?}))]`",
                renamed(candidates, "if it was renamed")
            ),
            Self::Sequence { sequence } => write!(
                f,
                "the sequence `{sequence}` is no longer declared\n\
                 help: declare it with `kuzu_ddl::sequence!({sequence:?});`\n\
                 help: or drop it and its current value with `kuzu_ddl::dropped_sequence!({sequence:?});`"
            ),
        }
    }
}

/// Returns the objects of `lock` that `declared` neither declares, nor renames, nor drops.
pub fn unaccounted_removals(lock: &LockFile, declared: &Declared) -> Vec<UnaccountedRemoval> {
    let none = TableHints::default();
    let hints = |key: &NameKey| declared.tables.get(key).unwrap_or(&none);
    let formers = lock.former_tables(declared);
    let claimed: BTreeMap<&NameKey, &NameKey> =
        formers.iter().map(|(now, old)| (old, now)).collect();
    let tables = declared.schema.tables.iter();
    let new: Vec<_> = tables
        .filter(|(key, _)| !formers.contains_key(*key))
        .map(|(_, t)| t)
        .collect();
    let present: BTreeSet<&str> = declared
        .tables
        .values()
        .map(|h| h.package.as_str())
        .collect();
    let mut crates: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut out = Vec::new();
    for (key, locked) in &lock.tables {
        if let Some(now) = claimed.get(key) {
            properties(locked, now, declared, hints(now), &mut out);
        } else if declared.dropped_tables.contains_key(key) {
            // Dropped with a tombstone.
        } else if !locked.krate.is_empty() && !present.contains(&*locked.krate) {
            let tables = crates.entry(&locked.krate).or_default();
            tables.push(locked.table.name.clone());
        } else {
            let candidates = |is_node| new.iter().filter(move |t| t.kind.is_node() == is_node);
            out.push(UnaccountedRemoval::Table {
                table: locked.table.name.clone(),
                candidates: candidates(locked.table.kind.is_node())
                    .map(|t| t.name.clone())
                    .collect(),
            });
        }
    }
    let sequences = lock.sequences.iter().filter(|(key, _)| {
        !declared.schema.sequences.contains_key(*key)
            && !declared.dropped_sequences.contains_key(*key)
    });
    out.extend(sequences.map(|(_, removed)| UnaccountedRemoval::Sequence {
        sequence: removed.name.clone(),
    }));
    let crates = crates
        .into_iter()
        .map(|(krate, tables)| UnaccountedRemoval::Package {
            krate: krate.to_owned(),
            tables,
        });
    crates.chain(out).collect()
}

fn properties(
    locked: &LockedTable,
    now: &NameKey,
    declared: &Declared,
    hints: &TableHints,
    out: &mut Vec<UnaccountedRemoval>,
) {
    let Some(table) = declared.schema.tables.get(now) else {
        return;
    };
    let formers = locked.former_properties(table, hints);
    let claimed: BTreeSet<&NameKey> = formers.values().collect();
    let properties = table.properties.iter();
    let new: Vec<_> = properties
        .filter(|(key, _)| !formers.contains_key(*key))
        .map(|(_, p)| p)
        .collect();
    for (key, property) in &locked.table.properties {
        if !claimed.contains(key) && !hints.dropped.contains(key) {
            let candidates = new.iter().filter(|p| p.ty == property.ty);
            out.push(UnaccountedRemoval::Property {
                table: table.name.clone(),
                property: property.name.clone(),
                candidates: candidates.map(|p| p.name.clone()).collect(),
            });
        }
    }
}
