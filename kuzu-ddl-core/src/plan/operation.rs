//! What one step does.

use serde::{Deserialize, Serialize};

use super::serial::Count;
use super::value::Value;
use crate::event::ObjectId;
use crate::schema::{Expr, Index, IndexKind, Key, Property, Sequence, Table, Type};
use crate::state::Owed;

/// One change of the database, in names as they are when the step's turn comes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Operation {
    /// A new table of either kind, with its properties, pairs and comment.
    CreateTable {
        /// The table.
        table: Table,
        /// The properties in column order.
        order: Vec<Key>,
        /// The pairs by the spelling of the node tables' names.
        pairs: Vec<(String, String)>,
    },
    /// Another name for a table.
    RenameTable {
        /// From.
        from: String,
        /// To.
        to: String,
        /// Why.
        purpose: Purpose,
    },
    /// Another name for a property.
    RenameProperty {
        /// The table.
        table: String,
        /// From.
        from: String,
        /// To.
        to: String,
        /// Why.
        purpose: Purpose,
    },
    /// A new property of a table that is there.
    AddProperty {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The property.
        property: Property,
        /// What the rows that are there are SET to, if it is not the default that the ADD gives them.
        fill: Option<Box<Expr>>,
        /// Whether they get nothing yet, because a function makes their values later.
        #[serde(default)]
        later: bool,
    },
    /// A node property with another type or default: the old column is archived, a new one added
    /// and filled.
    ChangeProperty {
        /// The table.
        table: String,
        /// The property as it will be.
        property: Property,
        /// The name of the old column from now on.
        archive: String,
        /// How the new values are made.
        value: Box<Value>,
    },
    /// Properties of a table that is yet to be put in place count on, from above what rows have.
    CountOn {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The properties.
        columns: Vec<Count>,
    },
    /// The sequences that the engine looks for when it drops a table with SERIALs.
    ClaimCounters {
        /// The table.
        table: String,
        /// The properties.
        properties: Vec<String>,
        /// Whether there is a table of this name.
        there: bool,
    },
    /// Another type of a property, in place.
    AlterType {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// Its type from now on.
        ty: Type,
    },
    /// A property and all its values, for ever.
    DropProperty {
        /// The table.
        table: String,
        /// The property.
        property: String,
    },
    /// All rows of a node table into another.
    CopyNodes {
        /// From.
        from: String,
        /// To.
        to: String,
        /// Columns of the new table, each with how its values are made.
        columns: Vec<(String, Value)>,
    },
    /// All rels of one FROM–TO pair into another table.
    CopyRels {
        /// From.
        from: String,
        /// To.
        to: String,
        /// The node tables of the old pair.
        pair: (String, String),
        /// Where an end was rebuilt: the new node table, its key, and how that key is made of the old
        /// node.
        moved: Box<[Option<(String, String, Value)>; 2]>,
        /// Columns of the new table, each with how its values are made.
        columns: Vec<(String, Value)>,
    },
    /// An archived table and all its rows, for ever.
    DropTable {
        /// The table.
        table: String,
    },
    /// A table whose rows are all in another by now.
    DropCopied {
        /// The table.
        table: String,
    },
    /// Whether the application may read NULL: kept in the ledger. The database changes only where
    /// rows have NULL and the source says what they get.
    SetNullable {
        /// The table.
        table: String,
        /// Whether it is a node table.
        node: bool,
        /// The property.
        property: String,
        /// Whether it may.
        nullable: bool,
        /// What rows without a value get, and the property's type.
        fill: Option<(Expr, Type)>,
    },
    /// A new FROM–TO pair.
    AddPair {
        /// The rel table.
        table: String,
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
    /// A FROM–TO pair and its rels.
    DropPair {
        /// The rel table.
        table: String,
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
    /// An index goes, on the way to dropping its table, or by itself.
    DropIndex {
        /// The table.
        table: String,
        /// The index.
        index: String,
        /// What kind it is.
        kind: IndexKind,
        /// The engine's id of the table, after which the tables of the index are called: they are
        /// dropped one by one. `None` where the engine drops an index itself.
        id: Option<u64>,
    },
    /// Values of a node property that a Rust function makes. They are owed after the transaction of all
    /// other steps, and made in batches, each a transaction of its own.
    MakeValues {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// The object.
        id: ObjectId,
        /// The name of the table's key, by which a person knows a row.
        key: String,
        /// How the values are made.
        value: Box<Value>,
    },
    /// A new index. It is owed after the transaction of all other steps, unless the engine makes it within.
    CreateIndex {
        /// The table.
        table: String,
        /// The object.
        id: ObjectId,
        /// The properties as spelled.
        columns: Vec<String>,
        /// The index, with all its options.
        index: Index,
        /// Whether it is made within the transaction.
        #[serde(default)]
        within: bool,
    },
    /// A new sequence.
    CreateSequence {
        /// The sequence.
        sequence: Sequence,
    },
    /// A sequence goes.
    DropSequence {
        /// Its name.
        name: String,
    },
    /// A table's comment.
    CommentOnTable {
        /// The table.
        table: String,
        /// The comment; `None` clears it.
        text: Option<String>,
    },
    /// A property's comment: kept in the ledger, no change of the database.
    CommentOnProperty {
        /// The table.
        table: String,
        /// The property.
        property: String,
        /// The comment; `None` clears it.
        text: Option<String>,
    },
}

/// Why something gets another name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Purpose {
    /// The source says so.
    Rename,
    /// It is dropped: kept under a name nobody uses.
    Archive,
    /// It is brought back.
    Restore,
    /// On the way to its name, which is not free yet.
    Temporary,
    /// It takes the place of the table whose rows it has.
    Rebuilt,
}

impl Operation {
    /// The table it is about, by the name it has before.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable { table, .. } => &table.name,
            // Of no table: their names are never those of tables here.
            Self::CreateSequence { .. } | Self::DropSequence { .. } => "",
            Self::RenameTable { from, .. } => from,
            Self::CopyNodes { to, .. } | Self::CopyRels { to, .. } => to,
            Self::ChangeProperty { table, .. }
            | Self::CountOn { table, .. }
            | Self::ClaimCounters { table, .. }
            | Self::AlterType { table, .. }
            | Self::DropProperty { table, .. }
            | Self::DropTable { table }
            | Self::DropCopied { table }
            | Self::SetNullable { table, .. }
            | Self::RenameProperty { table, .. }
            | Self::AddProperty { table, .. }
            | Self::AddPair { table, .. }
            | Self::DropPair { table, .. }
            | Self::DropIndex { table, .. }
            | Self::MakeValues { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::CommentOnTable { table, .. }
            | Self::CommentOnProperty { table, .. } => table,
        }
    }

    /// What is owed after the transaction in place of this step within it, if the engine cannot do
    /// it in one.
    #[must_use]
    pub fn owed(&self) -> Option<Owed> {
        match self {
            Self::CreateIndex {
                id, within: false, ..
            } => Some(Owed::Index(*id)),
            Self::MakeValues { id, .. } => Some(Owed::Values(*id)),
            _ => None,
        }
    }

    /// The values that it makes.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut Value> {
        let (one, many) = match self {
            Self::ChangeProperty { value, .. } => (Some(value.as_mut()), None),
            Self::CopyNodes { columns, .. } | Self::CopyRels { columns, .. } => {
                (None, Some(columns))
            }
            _ => (None, None),
        };
        let many = many.into_iter().flatten().map(|(_, value)| value);
        one.into_iter().chain(many)
    }

    /// Takes over what was found of values that another operation makes, too: those of the rels of another pair,
    /// and the key by which rels find their nodes. Returns whether there was any.
    pub fn follow(&mut self, other: &Self) -> bool {
        let Self::CopyRels {
            to, moved, columns, ..
        } = self
        else {
            return false;
        };
        let (mut news, found) = match other {
            Self::CopyRels {
                to: same,
                columns: found,
                ..
            } if to == same => {
                let own = columns.iter_mut().map(|(name, value)| (&*name, value));
                (own.collect::<Vec<_>>(), found)
            }
            Self::CopyNodes {
                to: node,
                columns: found,
                ..
            } => {
                let ends = moved.iter_mut().flatten();
                let ends = ends.filter(|(table, ..)| table == node);
                (ends.map(|(_, key, value)| (&*key, value)).collect(), found)
            }
            _ => return false,
        };
        let mut changed = false;
        for (name, value) in &mut news {
            let found = found.iter().find(|(other, _)| other == *name);
            if let Some((_, found)) = found.filter(|(_, found)| found != *value) {
                value.clone_from(found);
                changed = true;
            }
        }
        changed
    }

    /// Whether it can fail, or lead elsewhere than wanted, though its statement is well formed.
    #[must_use]
    pub fn may_fail(&self) -> bool {
        match self {
            Self::CreateTable { .. }
            | Self::CreateSequence { .. }
            | Self::DropSequence { .. }
            // There is no index on a scratch table, and making one takes longer than all else.
            | Self::DropIndex { .. }
            | Self::CreateIndex { .. }
            | Self::MakeValues { .. }
            | Self::AddProperty { .. }
            | Self::CommentOnTable { .. }
            | Self::SetNullable { .. }
            | Self::CommentOnProperty { .. } => false,
            // A lone rename of a table or property has no way to go wrong.
            Self::RenameTable { purpose, .. } | Self::RenameProperty { purpose, .. } => {
                *purpose == Purpose::Temporary
            }
            Self::AddPair { .. }
            | Self::DropPair { .. }
            | Self::ChangeProperty { .. }
            | Self::CopyNodes { .. }
            | Self::CopyRels { .. }
            | Self::AlterType { .. }
            | Self::DropProperty { .. }
            | Self::CountOn { .. }
            | Self::ClaimCounters { .. }
            | Self::DropTable { .. }
            | Self::DropCopied { .. } => true,
        }
    }
}
