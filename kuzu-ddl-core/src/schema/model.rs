//! The types of the schema model.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use super::index::Index;
use super::name::NameKey;
use super::types::Type;

/// The tables and sequences of one database, by name.
///
/// Equality is equality of schemas: the order of properties, of tables and of declarations does not
/// count.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let schema = kuzu_ddl::schema![; sequences ("order_no", start = 100)]?.schema;
/// assert_eq!(schema.sequences[&"Order_No".into()].start, 100);
/// assert!(schema.table("Person").is_none());
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// The node and rel tables, which share one namespace.
    pub tables: BTreeMap<NameKey, Table>,
    /// The sequences, without the implicit ones of `SERIAL` properties.
    pub sequences: BTreeMap<NameKey, Sequence>,
}

/// A node table or a rel table.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// # use kuzu_ddl::event::PropertySpec;
/// # use kuzu_ddl::fold::{ChangeBuilder, Fold};
/// # use kuzu_ddl::schema::Type;
/// # let id = PropertySpec { ty: Type::Int64, nullable: false, default: None };
/// # let mut draft = ChangeBuilder::new(Fold::default());
/// # draft.create_node_table("Person", "id", id);
/// # let (fold, _) = draft.finish();
/// let schema = fold.schema();
/// let table = schema.table("person").expect("created");
/// assert_eq!(table.name, "Person");
/// assert!(table.kind.is_node());
/// assert_eq!(table.property("id").map(|property| &property.ty), Some(&Type::Int64));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name, as spelled.
    pub name: String,
    /// The part that differs between node tables and rel tables.
    pub kind: TableKind,
    /// The properties, a node table's primary key among them.
    pub properties: BTreeMap<NameKey, Property>,
    /// The indexes, without the implicit one of the primary key.
    pub indexes: BTreeMap<NameKey, Index>,
    /// The `COMMENT ON TABLE` text; never empty.
    pub comment: Option<String>,
}

/// The kind of a table, with what only that kind has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableKind {
    /// A node table.
    Node {
        /// The property that is the primary key.
        primary_key: NameKey,
    },
    /// A rel table.
    Edge {
        /// The `FROM`–`TO` pairs of node tables that the rels connect.
        pairs: BTreeSet<Pair>,
        /// Number of rels that a node may have; `None` if neither the catalog nor the ledger knows
        /// it.
        multiplicity: Option<Multiplicity>,
        /// The directions in which rels are stored.
        storage: StorageDirection,
    },
}

impl TableKind {
    /// Returns `true` for a node table.
    #[must_use]
    pub fn is_node(&self) -> bool {
        matches!(self, Self::Node { .. })
    }

    /// Returns the engine's name of the kind: `node table` or `rel table`.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        if self.is_node() {
            "node table"
        } else {
            "rel table"
        }
    }
}

/// A property of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The name, as spelled.
    pub name: String,
    /// The type of the values.
    pub ty: Type,
    /// Whether the application accepts NULL. The engine has no `NOT NULL` constraint, so this is
    /// stored in the ledger.
    pub nullable: bool,
    /// The default value; `None` is NULL.
    pub default: Option<Expr>,
    /// The comment; never empty. It is stored in the ledger, because the engine has no comments on
    /// properties.
    pub comment: Option<String>,
}

impl Property {
    /// Returns the canonical Cypher of the default, as `table_info` reports it.
    #[must_use]
    pub fn default_cypher(&self) -> Option<String> {
        self.default.as_ref().map(|expr| expr.canonical(&self.ty))
    }
}

/// One `FROM`–`TO` pair of a rel table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The source node table.
    pub from: NameKey,
    /// The destination node table.
    pub to: NameKey,
}

/// Number of rels that a node may have at either end of a rel table.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::Multiplicity;
/// assert_eq!("many_one".parse(), Ok(Multiplicity::ManyOne));
/// assert_eq!(Multiplicity::ManyOne.to_string(), "MANY_ONE");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Multiplicity {
    /// Any number of rels per source and per destination.
    #[default]
    ManyMany,
    /// At most one rel per source.
    ManyOne,
    /// At most one rel per destination.
    OneMany,
    /// At most one rel per source and per destination.
    OneOne,
}

impl Multiplicity {
    /// All multiplicities, in the engine's order.
    pub const ALL: [Self; 4] = [Self::ManyMany, Self::ManyOne, Self::OneMany, Self::OneOne];

    /// Returns the DDL keyword.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ManyMany => "MANY_MANY",
            Self::ManyOne => "MANY_ONE",
            Self::OneMany => "ONE_MANY",
            Self::OneOne => "ONE_ONE",
        }
    }
}

impl fmt::Display for Multiplicity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Multiplicity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|m| m.as_str().eq_ignore_ascii_case(word))
            .ok_or_else(|| format!("unknown multiplicity `{word}`: expected MANY_MANY, MANY_ONE, ONE_MANY or ONE_ONE"))
    }
}

/// The directions in which the rels of a table are stored.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::StorageDirection;
/// assert_eq!(StorageDirection::default().as_str(), "both");
/// assert_eq!(StorageDirection::Forward.as_str(), "fwd");
/// ```
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum StorageDirection {
    /// Forward and backward, the engine's default.
    #[default]
    Both,
    /// Forward only: uses less space, but traversal from the destination is slow.
    #[serde(alias = "Fwd")]
    Forward,
}

impl StorageDirection {
    /// Returns the DDL keyword.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Forward => "fwd",
        }
    }
}

/// A sequence, which hands out consecutive numbers.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let schema = kuzu_ddl::schema![; sequences ("order_no", start = 100, increment = 10)]?.schema;
/// let sequence = &schema.sequences[&"order_no".into()];
/// assert_eq!((sequence.start, sequence.increment), (100, 10));
/// # Ok::<(), kuzu_ddl::declared::DeclareError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The name, as spelled.
    pub name: String,
    /// The first value.
    pub start: i64,
    /// The difference between consecutive values.
    pub increment: i64,
    /// The smallest value.
    pub min: i64,
    /// The largest value.
    pub max: i64,
    /// Whether the sequence restarts after its last value.
    pub cycle: bool,
}

impl Sequence {
    /// Returns whether both count in the same way. The start does not matter: a sequence that is
    /// created again continues from the value that it had reached.
    #[must_use]
    pub fn counts_like(&self, other: &Self) -> bool {
        let options = |s: &Self| (s.increment, s.min, s.max, s.cycle);
        options(self) == options(other)
    }
}

impl Schema {
    /// Returns the table named `name`, ignoring ASCII case.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&NameKey::new(name))
    }
}

impl Table {
    /// Returns the property named `name`, ignoring ASCII case.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.get(&NameKey::new(name))
    }
}
