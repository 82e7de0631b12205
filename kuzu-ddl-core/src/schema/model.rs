//! TODO-DOC schema::model

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::expr::Expr;
use super::index::Index;
use super::name::Key;
use super::types::Type;

/// Tables and sequences by name. Equality is equality of schemas: the order of properties, of
/// tables and of declarations does not count.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Schema {
    /// Node and rel tables; they share one name space.
    pub tables: BTreeMap<Key, Table>,
    /// Sequences, without those that `SERIAL` properties own.
    pub sequences: BTreeMap<Key, Sequence>,
}

/// A node table or a rel table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// The name as spelled.
    pub name: String,
    /// What only node tables or only rel tables have.
    pub kind: TableKind,
    /// The properties, a node table's primary key among them.
    pub properties: BTreeMap<Key, Property>,
    /// The indexes, without the primary key's.
    pub indexes: BTreeMap<Key, Index>,
    /// `COMMENT ON TABLE`; never empty.
    pub comment: Option<String>,
}

/// What only node tables or only rel tables have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum TableKind {
    /// A node table.
    Node {
        /// The primary key's property.
        primary_key: Key,
    },
    /// A rel table.
    Edge {
        /// The FROM–TO pairs.
        pairs: BTreeSet<Pair>,
        /// `None` where neither the engine nor the ledger could say.
        multiplicity: Option<Multiplicity>,
        /// Which directions are stored.
        storage: StorageDirection,
    },
}

impl TableKind {
    /// `true` for a node table.
    #[must_use]
    pub fn is_node(&self) -> bool {
        matches!(self, Self::Node { .. })
    }

    /// The engine's words: `node table` or `rel table`.
    #[must_use]
    pub fn words(&self) -> &'static str {
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
    /// The name as spelled.
    pub name: String,
    /// The type.
    pub ty: Type,
    /// Whether the application may read NULL here. The engine has no NOT NULL: this is kept in
    /// the ledger.
    pub nullable: bool,
    /// The default; `None` is NULL.
    pub default: Option<Expr>,
    /// The comment, kept in the ledger (the engine has none for properties); never empty.
    pub comment: Option<String>,
}

impl Property {
    /// The canonical text of the default, as `table_info` reports it.
    #[must_use]
    pub fn default_text(&self) -> Option<String> {
        self.default.as_ref().map(|expr| expr.canonical(&self.ty))
    }
}

/// A FROM–TO pair of a rel table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Pair {
    /// The source node table.
    pub from: Key,
    /// The destination node table.
    pub to: Key,
}

/// How many rels a node may have on either side.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum Multiplicity {
    /// Any number on both sides.
    #[default]
    ManyMany,
    /// At most one rel from each source.
    ManyOne,
    /// At most one rel to each destination.
    OneMany,
    /// At most one on both sides.
    OneOne,
}

impl Multiplicity {
    /// All, in the engine's order.
    pub const ALL: [Self; 4] = [Self::ManyMany, Self::ManyOne, Self::OneMany, Self::OneOne];

    /// The word in DDL.
    #[must_use]
    pub fn word(self) -> &'static str {
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
        f.write_str(self.word())
    }
}

impl FromStr for Multiplicity {
    type Err = String;

    fn from_str(word: &str) -> Result<Self, String> {
        Self::ALL
            .into_iter()
            .find(|m| m.word().eq_ignore_ascii_case(word))
            .ok_or_else(|| format!("`{word}` is not MANY_MANY, MANY_ONE, ONE_MANY or ONE_ONE"))
    }
}

/// Which directions of a rel table are stored.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub enum StorageDirection {
    /// Forward and backward: the engine's default.
    #[default]
    Both,
    /// Forward only: smaller, and slow from the destination's side.
    Fwd,
}

impl StorageDirection {
    /// The word in DDL.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Both => "both",
            Self::Fwd => "fwd",
        }
    }
}

/// A sequence.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sequence {
    /// The name as spelled.
    pub name: String,
    /// The first value.
    pub start: i64,
    /// The step.
    pub increment: i64,
    /// The smallest value.
    pub min: i64,
    /// The largest value.
    pub max: i64,
    /// Whether it starts anew at the end.
    pub cycle: bool,
}

impl Schema {
    /// The table named `name`, in any case.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&Table> {
        self.tables.get(&Key::new(name))
    }
}

impl Table {
    /// The property named `name`, in any case.
    #[must_use]
    pub fn property(&self, name: &str) -> Option<&Property> {
        self.properties.get(&Key::new(name))
    }
}
