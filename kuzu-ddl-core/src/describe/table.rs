//! What the derives emit: one constant description per struct, and no logic.
//!
//! Everything here can be written in a `const`, so an expansion is a static table and costs the
//! user next to nothing to compile. The owned model is made from it once, at startup.

use serde::{Deserialize, Serialize};

use super::function::FunctionDesc;
use super::types::TypeDesc;
use crate::schema::{Multiplicity, StorageDirection};

/// A table as its struct describes it.
#[derive(Debug)]
pub struct TableDesc {
    /// The table's name.
    pub name: &'static str,
    /// What only node tables or only rel tables have.
    pub kind: KindDesc,
    /// The properties in the order of the fields.
    pub properties: &'static [PropertyDesc],
    /// The doc comment.
    pub comment: Option<&'static str>,
    /// Earlier names of this table.
    pub renamed_from: &'static [&'static str],
    /// Properties this table had and shall lose.
    pub dropped: &'static [&'static str],
    /// The indexes.
    pub indexes: &'static [IndexDesc],
    /// Where the struct stands.
    pub origin: Origin,
}

impl TableDesc {
    /// What a description says unless its struct says more. It stands alone where a derive failed,
    /// so that one mistake gives one error.
    #[doc(hidden)]
    pub const BLANK: Self = Self {
        name: "",
        kind: KindDesc::Node { primary_key: "" },
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

/// What only node tables or only rel tables have.
#[derive(Debug)]
pub enum KindDesc {
    /// A node table.
    Node {
        /// The name of the primary key's property.
        primary_key: &'static str,
    },
    /// A rel table.
    Edge {
        /// The names of the node tables of each FROM–TO pair.
        pairs: &'static [PairDesc],
        /// Pairs this table had and shall lose.
        dropped_pairs: &'static [PairDesc],
        /// How many rels a node may have.
        multiplicity: Multiplicity,
        /// Which directions are stored.
        storage: StorageDirection,
    },
}

/// A FROM–TO pair: names of node tables.
#[derive(Debug)]
pub struct PairDesc {
    /// The source.
    pub from: &'static str,
    /// The destination.
    pub to: &'static str,
}

/// A property as its field describes it.
#[derive(Debug)]
pub struct PropertyDesc {
    /// The property's name.
    pub name: &'static str,
    /// Its type.
    pub ty: TypeDesc,
    /// Whether it may be NULL.
    pub nullable: bool,
    /// Its default.
    pub default: Option<ExprDesc>,
    /// The doc comment.
    pub comment: Option<&'static str>,
    /// Earlier names of this property.
    pub renamed_from: &'static [&'static str],
    /// After a change of type: how a new value is made of the `old` one.
    pub cast: Option<&'static str>,
    /// After a change of type: the function that makes a new value of the old one.
    pub cast_with: Option<FunctionDesc>,
    /// What a row gets whose cast fails, or whose function gives nothing.
    pub on_fail: Option<OnFailDesc>,
    /// What existing rows get that have no value yet.
    pub fill: Option<&'static str>,
    /// The function that makes it.
    pub fill_with: Option<FunctionDesc>,
    /// The field's line in the file of the struct.
    pub line: u32,
}

impl PropertyDesc {
    /// What a description says unless its field says more.
    #[doc(hidden)]
    pub const BLANK: Self = Self {
        name: "",
        ty: TypeDesc::Broken,
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

/// An index as its attribute describes it.
#[derive(Debug)]
pub struct IndexDesc {
    /// The index's name.
    pub name: &'static str,
    /// What is indexed, and how.
    pub kind: IndexKindDesc,
    /// The names of the properties, in the index's order.
    pub properties: &'static [&'static str],
    /// The options that were said: name in lower case, and canonical text.
    pub options: &'static [(&'static str, &'static str)],
}

/// [`crate::schema::IndexKind`] as a constant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IndexKindDesc {
    /// Full-text, by the FTS extension.
    FullText,
    /// HNSW, by the vector extension.
    Vector,
}

/// What a row gets whose cast fails, as the attribute `on_fail` says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailDesc {
    /// Nothing: the change is refused while there is such a row.
    Abort,
    /// NULL.
    Null,
    /// The property's default.
    Default,
}

/// Where a struct stands in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// `CARGO_PKG_NAME` of its crate.
    pub krate: &'static str,
    /// The struct with its module path.
    pub rust_name: &'static str,
    /// The file, as the compiler names it.
    pub file: &'static str,
    /// The line of the struct's name.
    pub line: u32,
}

/// A default as its attribute gives it.
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
