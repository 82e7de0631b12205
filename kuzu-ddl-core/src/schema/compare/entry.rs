//! Differences as data, and their text.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::one_line::fmt_one_line;
use crate::schema::NameKey;

/// The differences between two schemas, ordered by object.
///
/// [`compare`](super::compare) returns one; its `Display` is one line per difference.
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
