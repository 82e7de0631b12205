//! What an event says: one typed change of one object.

use serde::{Deserialize, Serialize};

use super::aspect::Part;
use super::dependencies::Dependencies;
use super::id::{EventId, ObjectId};
use super::on_fail::OnFail;
use super::spec::{IndexSpec, SequenceSpec};
use crate::schema::{Expr, Multiplicity, StorageDirection, Type};

/// The longest comment, in bytes.
pub const MAX_COMMENT_BYTES: usize = 64 * 1024;

/// Type, nullability and default of a property: what cannot be changed by a rename.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PropertySpec {
    /// The type.
    pub ty: Type,
    /// Whether the application may read NULL.
    pub nullable: bool,
    /// The default; existing rows get it when the property is added.
    pub default: Option<Expr>,
}

/// The two node tables of a FROM–TO pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Endpoints {
    /// The source node table.
    pub from: ObjectId,
    /// The destination node table.
    pub to: ObjectId,
}

/// A change of one object. Changes that bring an object into being carry `past`: the events that
/// last touched the name it takes, so that CREATE after DROP is a new object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Change {
    /// A new node table with its primary key.
    CreateNodeTable {
        /// Its name.
        name: String,
        /// The primary key's name.
        key_name: String,
        /// The primary key's type and default.
        key: PropertySpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// A new rel table; its FROM–TO pairs are events of their own.
    CreateEdgeTable {
        /// Its name.
        name: String,
        /// How many rels a node may have.
        multiplicity: Multiplicity,
        /// Which directions are stored.
        storage: StorageDirection,
        /// What held the name before.
        past: Dependencies,
    },
    /// Archive a table with all its rows.
    DropTable,
    /// Bring an archived table back.
    RestoreTable,
    /// Give a table another name.
    RenameTable {
        /// The new name.
        to: String,
    },
    /// A new property.
    AddProperty {
        /// Its table.
        table: ObjectId,
        /// Its name.
        name: String,
        /// Type, nullability, default.
        spec: PropertySpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// Archive a property with all its values.
    DropProperty,
    /// Bring an archived property back.
    RestoreProperty,
    /// Give a property another name.
    RenameProperty {
        /// The new name.
        to: String,
    },
    /// A new FROM–TO pair of a rel table.
    AddPair {
        /// The rel table.
        table: ObjectId,
        /// The two node tables.
        endpoints: Endpoints,
        /// What joined the two before.
        past: Dependencies,
    },
    /// Delete a FROM–TO pair and its rels.
    DropPair,
    /// Set or clear a table's comment.
    CommentOnTable {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Set or clear a property's comment.
    CommentOnProperty {
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// Give a property another type. Its values are cast, and the old ones archived.
    SetType {
        /// The new type.
        ty: Type,
        /// How to make a new value of an `old` one; `None` is a plain CAST.
        cast: Option<Expr>,
        /// What a row gets of whose value none can be made.
        on_fail: OnFail,
    },
    /// Give a property another type, with values that a Rust function makes of the old ones. The event
    /// names it; code is nothing that a history could hold. A database whose program has no function of
    /// that name does not carry the change out.
    SetTypeBy {
        /// The new type.
        ty: Type,
        /// The function's name: its path from the crate's name on.
        function: String,
        /// What a row gets of whose value none can be made.
        on_fail: OnFail,
    },
    /// Give a property another default, for rows to come.
    SetDefault {
        /// The default; `None` is NULL.
        default: Option<Expr>,
    },
    /// Say whether the application may read NULL.
    SetNullable {
        /// Whether it may.
        nullable: bool,
    },
    /// Make another property the primary key of a node table.
    SetKey {
        /// The property.
        key: ObjectId,
    },
    /// Change how many rels a node may have.
    SetMultiplicity {
        /// How many.
        multiplicity: Multiplicity,
    },
    /// Change which directions of a rel table are stored.
    SetStorage {
        /// Which.
        storage: StorageDirection,
    },
    /// A new index of a node table. Another option is another index.
    CreateIndex {
        /// The node table.
        table: ObjectId,
        /// Its name.
        name: String,
        /// What is indexed, and how.
        spec: IndexSpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// An index goes; it holds no data.
    DropIndex,
    /// A new sequence.
    CreateSequence {
        /// Its name.
        name: String,
        /// How it counts.
        spec: SequenceSpec,
        /// What held the name before.
        past: Dependencies,
    },
    /// A sequence goes, with the place it had come to.
    DropSequence,
    /// Delete for ever what an event archived: a dropped table, a dropped property, or the column
    /// with the values from before a change.
    Purge {
        /// The event that archived it.
        of: EventId,
    },
    /// Settle a contradiction: of the events that wrote a part of the object without knowing of one
    /// another, this one holds.
    Resolve {
        /// The part.
        part: Part,
        /// The event whose word holds; one of those this event depends on.
        keep: EventId,
    },
    /// A kind of a newer version: kept and passed on, not applied.
    Unknown {
        /// The kind's number.
        kind: u16,
        /// Its body, as it came.
        body: Vec<u8>,
    },
}
