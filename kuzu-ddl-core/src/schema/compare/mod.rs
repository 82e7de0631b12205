//! Comparison of two schemas, as text and as data.
//!
//! The schemas may be two points of a history, two databases, or a declared and a live schema.
//!
//! Two schemas alone do not show that an object was renamed. A caller that knows it, as a history
//! does from object identities, passes [`RenameMap`]; without them a rename is a removal and an
//! addition.

mod differences;
#[cfg(test)]
mod tests;
mod text;

use std::collections::BTreeMap;
use std::fmt;

use differences::Differences;
use serde::{Deserialize, Serialize};
use text::{sequence_text, shape};

use super::model::{Schema, Table};
use super::name::NameKey;
use crate::one_line::fmt_one_line;

/// The differences between two schemas, ordered by object.
///
/// [`compare`] returns one; its `Display` is one line per difference.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let before = kuzu_ddl::schema![; sequences ("order_no")]?.schema;
/// let after = kuzu_ddl::schema![; sequences ("invoice_no")]?.schema;
/// let comparison = kuzu_ddl::schema::compare(&before, &after);
/// let objects: Vec<_> = comparison.rows.iter().map(|row| row.object.as_str()).collect();
/// assert_eq!(objects, ["invoice_no", "order_no"]);
/// println!("{comparison}");
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Comparison {
    /// One entry per added, removed or changed object.
    pub rows: Vec<ComparisonEntry>,
}

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ComparisonEntry {
    /// The kind of object: `node table`, `rel table`, `property`, `pair`, `index` or `sequence`.
    #[serde(rename = "what")]
    pub object_kind: String,
    /// The object: `Table`, `Table.property`, `Table(From -> To)`, `Table.index` or the name of a
    /// sequence.
    pub object: String,
    /// The kind of difference.
    pub how: ComparisonKind,
}

/// The kind of a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ComparisonKind {
    /// The object exists only in the second schema.
    Added {
        /// A short definition: the type of a property, the properties of a table.
        detail: String,
    },
    /// The object exists only in the first schema.
    Removed,
    /// The object has another name in the second schema.
    Renamed {
        /// The name in the first schema.
        from: String,
    },
    /// An aspect of the object differs.
    Altered {
        /// The aspect: `type`, `default`, `comment`, …
        aspect: String,
        /// The value in the first schema.
        from: String,
        /// The value in the second schema.
        to: String,
    },
}

/// The objects that have another name in the second schema.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RenameMap {
    /// The tables: name in the first schema to name in the second.
    pub tables: BTreeMap<NameKey, NameKey>,
    /// The properties: table and name in the first schema to name in the second.
    pub properties: BTreeMap<(NameKey, NameKey), NameKey>,
}

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

impl Comparison {
    /// Returns whether the schemas are equal.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }
}

impl fmt::Display for ComparisonEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt_one_line(f, |f| self.fmt_raw(f))
    }
}

impl ComparisonEntry {
    fn fmt_raw(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            object_kind,
            object,
            how,
        } = self;
        match how {
            ComparisonKind::Added { detail } if detail.is_empty() => {
                write!(f, "+ {object_kind} {object}")
            }
            ComparisonKind::Added { detail } if detail.starts_with('(') => {
                write!(f, "+ {object_kind} {object}{detail}")
            }
            ComparisonKind::Added { detail } => write!(f, "+ {object_kind} {object} {detail}"),
            ComparisonKind::Removed => write!(f, "- {object_kind} {object}"),
            ComparisonKind::Renamed { from } => {
                write!(f, "~ {object_kind} {object}: renamed from {from}")
            }
            ComparisonKind::Altered { aspect, from, to } => {
                write!(f, "~ {object_kind} {object}: {aspect} {from} -> {to}")
            }
        }
    }
}

/// One line per difference: `+` only in the second schema, `-` only in the first, `~` changed.
impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.rows.is_empty() {
            return f.write_str("no differences");
        }
        let lines: Vec<String> = self.rows.iter().map(ToString::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
