//! Descriptions of tables and their members.

use serde::{Deserialize, Serialize};

use super::function::FunctionDesc;
use super::types::TypeDesc;
use crate::schema::{Multiplicity, StorageDirection};

/// The description of a table, from its struct.
#[derive(Debug)]
pub struct TableDesc {
    /// The name of the table.
    pub name: &'static str,
    /// The part that differs between node tables and rel tables.
    pub kind: TableKindDesc,
    /// The properties, in field order.
    pub properties: &'static [PropertyDesc],
    /// The doc comment.
    pub comment: Option<&'static str>,
    /// The former names of the table.
    pub renamed_from: &'static [&'static str],
    /// The tombstones of properties.
    #[doc(alias = "tombstone")]
    pub dropped: &'static [&'static str],
    /// The indexes.
    pub indexes: &'static [IndexDesc],
    /// The source location of the struct.
    pub origin: Origin,
}

impl TableDesc {
    /// The default values of a description. A derive that failed emits it unchanged, so that one
    /// issue gives one error.
    #[doc(hidden)]
    pub const EMPTY: Self = Self {
        name: "",
        kind: TableKindDesc::Node { primary_key: "" },
        properties: &[],
        comment: None,
        renamed_from: &[],
        dropped: &[],
        indexes: &[],
        origin: Origin {
            krate: "",
            rust_name: "",
            file: "",
            line: 0,
        },
    };
}

/// The kind of a table, with what only that kind has.
#[derive(Debug)]
pub enum TableKindDesc {
    /// A node table.
    Node {
        /// The name of the property that is the primary key.
        primary_key: &'static str,
    },
    /// A rel table.
    Edge {
        /// The `FROM`–`TO` pairs.
        pairs: &'static [PairDesc],
        /// The tombstones of pairs.
        dropped_pairs: &'static [PairDesc],
        /// Number of rels that a node may have.
        multiplicity: Multiplicity,
        /// The directions in which rels are stored.
        storage: StorageDirection,
    },
}

/// A `FROM`–`TO` pair of node table names.
#[derive(Debug)]
pub struct PairDesc {
    /// The source node table.
    pub from: &'static str,
    /// The destination node table.
    pub to: &'static str,
}

/// The description of a property, from its field.
#[derive(Debug)]
pub struct PropertyDesc {
    /// The name of the property.
    pub name: &'static str,
    /// The type.
    pub ty: TypeDesc,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// The default.
    pub default: Option<ExprDesc>,
    /// The doc comment.
    pub comment: Option<&'static str>,
    /// The former names of the property.
    pub renamed_from: &'static [&'static str],
    /// For type changes: the expression that converts an `old` value.
    pub cast: Option<&'static str>,
    /// For type changes: the function that converts an old value.
    pub cast_with: Option<FunctionDesc>,
    /// The fallback for rows whose cast fails, or whose function returns nothing.
    pub on_fail: Option<OnFailDesc>,
    /// The expression that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    pub fill: Option<&'static str>,
    /// The function that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    pub fill_with: Option<FunctionDesc>,
    /// The line number of the field.
    pub line: u32,
}

impl PropertyDesc {
    /// The default values of a description.
    #[doc(hidden)]
    pub const EMPTY: Self = Self {
        name: "",
        ty: TypeDesc::Invalid,
        nullable: false,
        default: None,
        comment: None,
        renamed_from: &[],
        cast: None,
        cast_with: None,
        on_fail: None,
        fill: None,
        fill_with: None,
        line: 0,
    };
}

/// The description of an index, from its attribute.
#[derive(Debug)]
pub struct IndexDesc {
    /// The name of the index.
    pub name: &'static str,
    /// The kind of the index.
    pub kind: IndexKindDesc,
    /// The indexed properties, in index order.
    pub properties: &'static [&'static str],
    /// The specified options: lowercase name and canonical value.
    pub options: &'static [(&'static str, &'static str)],
}

/// [`crate::schema::IndexKind`] as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKindDesc {
    /// A full-text index, provided by the FTS extension.
    FullText,
    /// An HNSW index, provided by the vector extension.
    Vector,
}

/// The fallback for rows whose cast fails, from the attribute `on_fail`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailDesc {
    /// No fallback: the change is rejected while such a row exists.
    Abort,
    /// The row gets NULL.
    Null,
    /// The row gets the property's default.
    Default,
}

/// The source location of a struct.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// The package of the crate, `CARGO_PKG_NAME`.
    pub krate: &'static str,
    /// The path of the struct, including its module.
    pub rust_name: &'static str,
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line of the struct's name.
    pub line: u32,
}

/// A default value, from its attribute.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum ExprDesc {
    /// `default = true`
    Bool(bool),
    /// `default = 5`
    Int(i128),
    /// `default = 1.5`
    Float(f64),
    /// `default = "text"`
    Text(&'static str),
    /// `default = b"bytes"`
    Bytes(&'static [u8]),
    /// `default = [1, 2]`
    List(&'static [ExprDesc]),
    /// `default_expr = "current_timestamp()"`
    Engine(&'static str),
}
