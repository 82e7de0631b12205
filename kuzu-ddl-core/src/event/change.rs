//! The change of an event: one typed modification of one object.

use serde::{Deserialize, Serialize};

use super::aspect::Aspect;
use super::dependencies::Dependencies;
use super::id::{EventId, ObjectId};
use super::on_fail::OnFail;
use super::spec::{IndexSpec, SequenceSpec};
use crate::schema::{Expr, Multiplicity, StorageDirection, Type};

/// The maximum length of a comment, in bytes.
pub const MAX_COMMENT_BYTES: usize = 64 * 1024;

/// The type, nullability and default of a property.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertySpec {
    /// The type.
    pub ty: Type,
    /// Whether the application accepts NULL.
    pub nullable: bool,
    /// The default, which existing rows get when the property is added.
    pub default: Option<Expr>,
}

/// The two node tables of a `FROM`–`TO` pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoints {
    /// The source node table.
    pub from: ObjectId,
    /// The destination node table.
    pub to: ObjectId,
}

/// A modification of one object.
///
/// Changes that create an object carry their predecessors: the events that last used the name
/// they take. A CREATE after a DROP is therefore a new object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Change {
    /// A new node table with its primary key.
    CreateNodeTable {
        /// The name of the table.
        name: String,
        /// The name of the primary key.
        key_name: String,
        /// The type and default of the primary key.
        key: PropertySpec,
        /// The predecessors: the last events of previous holders of the name.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// A new rel table. Its `FROM`–`TO` pairs are separate events.
    CreateEdgeTable {
        /// The name of the table.
        name: String,
        /// Number of rels that a node may have.
        multiplicity: Multiplicity,
        /// The directions in which rels are stored.
        storage: StorageDirection,
        /// The predecessors: the last events of previous holders of the name.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// Archives a table with all its rows.
    #[doc(alias = "archive")]
    DropTable,
    /// Restores an archived table.
    RestoreTable,
    /// Renames a table.
    RenameTable {
        /// The new name.
        to: String,
    },
    /// A new property.
    AddProperty {
        /// The table of the property.
        table: ObjectId,
        /// The name of the property.
        name: String,
        /// The type, nullability and default.
        spec: PropertySpec,
        /// The predecessors: the last events of previous holders of the name.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// Archives a property with all its values.
    DropProperty,
    /// Restores an archived property.
    RestoreProperty,
    /// Renames a property.
    RenameProperty {
        /// The new name.
        to: String,
    },
    /// A new `FROM`–`TO` pair of a rel table.
    AddPair {
        /// The rel table.
        table: ObjectId,
        /// The two node tables.
        endpoints: Endpoints,
        /// The predecessors: the last events of a previous pair of the two tables.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// Archives a `FROM`–`TO` pair with its rels.
    DropPair,
    /// Restores an archived `FROM`–`TO` pair.
    RestorePair,
    /// Sets or clears the comment of a table.
    CommentOnTable {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Sets or clears the comment of a property.
    CommentOnProperty {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Changes the type of a property. Its values are cast, and the old values are archived.
    SetType {
        /// The new type.
        ty: Type,
        /// The expression that converts an `old` value; `None` is a plain CAST.
        cast: Option<Expr>,
        /// The fallback for rows whose value cannot be converted.
        on_fail: OnFail,
    },
    /// Changes the type of a property and converts its values with a Rust function.
    ///
    /// The event holds the name of the function, since code cannot be part of a history. A database
    /// whose program has no function of that name does not apply the change.
    SetTypeWith {
        /// The new type.
        ty: Type,
        /// The name of the function: its path, starting with the crate name.
        function: String,
        /// The fallback for rows whose value cannot be converted.
        on_fail: OnFail,
    },
    /// Changes the default of a property for future rows.
    SetDefault {
        /// The default; `None` is NULL.
        default: Option<Expr>,
    },
    /// Changes whether the application accepts NULL.
    SetNullable {
        /// Whether NULL is accepted.
        nullable: bool,
    },
    /// Makes another property the primary key of a node table.
    SetPrimaryKey {
        /// The new primary key.
        key: ObjectId,
    },
    /// Changes the multiplicity of a rel table.
    SetMultiplicity {
        /// The new multiplicity.
        multiplicity: Multiplicity,
    },
    /// Changes the directions in which a rel table is stored.
    SetStorage {
        /// The new storage direction.
        storage: StorageDirection,
    },
    /// A new index of a node table. An index with another option is another index.
    CreateIndex {
        /// The node table.
        table: ObjectId,
        /// The name of the index.
        name: String,
        /// The definition of the index.
        spec: IndexSpec,
        /// The predecessors: the last events of previous holders of the name.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// Removes an index, which holds no data of its own.
    DropIndex,
    /// A new sequence.
    CreateSequence {
        /// The name of the sequence.
        name: String,
        /// The definition of the sequence.
        spec: SequenceSpec,
        /// The predecessors: the last events of previous holders of the name.
        #[serde(rename = "past", alias = "predecessors")]
        predecessors: Dependencies,
    },
    /// Removes a sequence together with its current value.
    DropSequence,
    /// Permanently deletes what an event archived: a dropped table, a dropped property, or the
    /// column with the values from before a change.
    #[doc(alias = "delete")]
    Purge {
        /// The event that archived it.
        #[serde(rename = "of")]
        archived_by: EventId,
    },
    /// Resolves a conflict: of the concurrent events that wrote an aspect of the object, `keep`
    /// wins.
    Resolve {
        /// The aspect in conflict.
        #[serde(rename = "part")]
        aspect: Aspect,
        /// The winning event; one of this event's dependencies.
        keep: EventId,
    },
    /// A kind from a newer version, stored and forwarded but not applied.
    Unknown {
        /// The number of the kind.
        kind: u16,
        /// The encoded body, unchanged.
        body: Vec<u8>,
    },
}

impl Change {
    /// Returns the names that the change gives to objects.
    #[must_use]
    pub fn assigned_names(&self) -> Vec<&str> {
        match self {
            Self::CreateNodeTable { name, key_name, .. } => vec![name, key_name],
            Self::CreateEdgeTable { name, .. }
            | Self::AddProperty { name, .. }
            | Self::CreateIndex { name, .. }
            | Self::CreateSequence { name, .. }
            | Self::RenameTable { to: name }
            | Self::RenameProperty { to: name } => vec![name],
            _ => Vec::new(),
        }
    }
}
