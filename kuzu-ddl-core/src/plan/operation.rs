//! The typed operation of a step.

use serde::{Deserialize, Serialize};

use super::serial::SerialColumn;
use super::value::ValueSource;
use crate::event::ObjectId;
use crate::schema::{Expr, Index, IndexKind, NameKey, Property, Sequence, Table, Type};
use crate::state::DeferredTask;

/// Change of the database, with names as they are when the step runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Operation {
    /// Creates a table of either kind, with its properties, pairs and comment.
    CreateTable {
        /// Definition of the table.
        table: Table,
        /// Properties in column order.
        order: Vec<NameKey>,
        /// Pairs, with the spelling of the node tables' names.
        pairs: Vec<(String, String)>,
    },
    /// Renames a table.
    RenameTable {
        /// Present name.
        from: String,
        /// New name.
        to: String,
        /// Reason for the rename.
        purpose: RenameReason,
    },
    /// Renames a property.
    RenameProperty {
        /// Name of the table.
        table: String,
        /// Present name.
        from: String,
        /// New name.
        to: String,
        /// Reason for the rename.
        purpose: RenameReason,
    },
    /// Adds a property to an existing table.
    AddProperty {
        /// Name of the table.
        table: String,
        /// Whether the table is a node table.
        node: bool,
        /// Definition of the property.
        property: Property,
        /// Expression to which existing rows are SET, if it is not the default that the ADD gives
        /// them.
        fill: Option<Box<Expr>>,
        /// Whether the values are deferred, because a function backfills them after the
        /// transaction.
        #[serde(default)]
        later: bool,
        /// Column from which existing rows take their values.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        copy_of: Option<String>,
    },
    /// Gives a node property another type or default: archives the old column, adds a new one and
    /// fills it.
    ReplaceProperty {
        /// Name of the table.
        table: String,
        /// Property after the change.
        property: Property,
        /// New name of the old column.
        archive: String,
        /// Source of the new values.
        value: Box<ValueSource>,
    },
    /// Continues SERIAL numbering above the values of the rows, in a table that is not yet in
    /// place.
    ContinueSerial {
        /// Name of the table.
        table: String,
        /// Whether the table is a node table.
        node: bool,
        /// SERIAL properties.
        columns: Vec<SerialColumn>,
    },
    /// Creates the sequences that the engine looks for when it drops a table with SERIAL
    /// properties.
    CreateSerialSequences {
        /// Name of the table.
        table: String,
        /// Names of the SERIAL properties.
        properties: Vec<String>,
        /// Whether a table of this name exists.
        #[serde(alias = "there")]
        table_exists: bool,
    },
    /// Changes the type of a property in place.
    AlterType {
        /// Name of the table.
        table: String,
        /// Name of the property.
        property: String,
        /// New type.
        ty: Type,
    },
    /// Drops a property with all its values permanently.
    DropProperty {
        /// Name of the table.
        table: String,
        /// Name of the property.
        property: String,
    },
    /// Copies all rows of a node table to another.
    CopyNodes {
        /// Name of the source table.
        from: String,
        /// Name of the target table.
        to: String,
        /// Columns of the target table, each with the source of its values.
        columns: Vec<(String, ValueSource)>,
    },
    /// Copies all rels of one FROM–TO pair to another table.
    CopyRels {
        /// Name of the source table.
        from: String,
        /// Name of the target table.
        to: String,
        /// Node tables of the old pair.
        pair: (String, String),
        /// For each end whose node table was rebuilt: the new node table, its key, and the source
        /// of that key in the old node.
        moved: Box<[Option<(String, String, ValueSource)>; 2]>,
        /// Columns of the target table, each with the source of its values.
        columns: Vec<(String, ValueSource)>,
    },
    /// Drops an archived table with all its rows permanently.
    DropTable {
        /// Name of the table.
        table: String,
    },
    /// Drops a table whose rows have been copied to its replacement.
    DropReplacedTable {
        /// Name of the table.
        table: String,
    },
    /// Sets whether the application may read NULL, which the ledger records. The database changes
    /// only where rows have NULL and the declaration specifies a backfill.
    SetNullable {
        /// Name of the table.
        table: String,
        /// Whether the table is a node table.
        node: bool,
        /// Name of the property.
        property: String,
        /// Whether NULL is allowed.
        nullable: bool,
        /// Backfill expression for rows without a value, with the property's type.
        fill: Option<(Expr, Type)>,
    },
    /// Adds a FROM–TO pair.
    AddPair {
        /// Name of the rel table.
        table: String,
        /// Name of the source node table.
        from: String,
        /// Name of the destination node table.
        to: String,
    },
    /// Drops a FROM–TO pair with its rels.
    DropPair {
        /// Name of the rel table.
        table: String,
        /// Name of the source node table.
        from: String,
        /// Name of the destination node table.
        to: String,
        /// Whether the pair must have no rels: the plan is stale otherwise.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        must_be_empty: bool,
    },
    /// Copies the rels of a FROM–TO pair to a new node table, which refers to no node: it has the
    /// key values of both ends.
    ArchivePair {
        /// Name of the rel table.
        table: String,
        /// Names of the node tables.
        pair: (String, String),
        /// For each end, the column of the new table and the property of the node table that it is
        /// copied from.
        keys: Box<[(String, String); 2]>,
        /// Definition of the new table.
        archive: Box<Table>,
        /// Columns of the new table in order.
        order: Vec<NameKey>,
        /// Columns of the new table with the properties of the rels they are copied from.
        columns: Vec<(String, String)>,
    },
    /// Creates the rels of a restored FROM–TO pair from the node table that keeps them, where both
    /// ends exist.
    RestorePair {
        /// Name of the node table that keeps the rels.
        archive: String,
        /// Name of the rel table.
        table: String,
        /// Names of the node tables.
        pair: (String, String),
        /// For each end, the property that identifies the node, and the source of its value in the
        /// archive.
        ends: Box<[(String, ValueSource); 2]>,
        /// Properties of the rels, each with the source of its values.
        columns: Vec<(String, ValueSource)>,
    },
    /// Drops an index, on its own or before its table is dropped.
    DropIndex {
        /// Name of the table.
        table: String,
        /// Name of the index.
        index: String,
        /// Kind of the index.
        kind: IndexKind,
        /// Engine id of the table, from which the index's internal tables are named: they are
        /// dropped one by one. `None` where the engine drops an index itself.
        id: Option<u64>,
    },
    /// Backfills a node property with a Rust function. It is deferred until after the main
    /// transaction, and runs in batches, one transaction each.
    #[doc(alias = "backfill")]
    Backfill {
        /// Name of the table.
        table: String,
        /// Name of the property.
        property: String,
        /// Object id of the property.
        id: ObjectId,
        /// Name of the table's primary key, which identifies rows in messages.
        key: String,
        /// Source of the values.
        value: Box<ValueSource>,
        /// Whether a built-in conversion computes the values within the transaction.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        within: bool,
    },
    /// Creates an index. It is deferred until after the main transaction, unless the engine can
    /// create indexes in a transaction.
    CreateIndex {
        /// Name of the table.
        table: String,
        /// Object id of the index.
        id: ObjectId,
        /// Indexed properties, with their spelling.
        columns: Vec<String>,
        /// Index, with all its options.
        index: Index,
        /// Whether the index is created within the transaction.
        #[serde(default)]
        within: bool,
    },
    /// Creates a sequence.
    CreateSequence {
        /// Definition of the sequence.
        sequence: Sequence,
    },
    /// Gives a sequence another definition: it is created again, and continues.
    ReplaceSequence {
        /// Definition of the sequence.
        sequence: Sequence,
    },
    /// Drops a sequence.
    DropSequence {
        /// Name of the sequence.
        name: String,
    },
    /// Sets or clears the comment on a table.
    CommentOnTable {
        /// Name of the table.
        table: String,
        /// Comment; `None` clears it.
        text: Option<String>,
    },
    /// Sets or clears the comment on a property: recorded in the ledger, without change of the
    /// database.
    CommentOnProperty {
        /// Name of the table.
        table: String,
        /// Name of the property.
        property: String,
        /// Comment; `None` clears it.
        text: Option<String>,
    },
}

/// Reason for a rename.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RenameReason {
    /// The declaration requests it.
    Declared,
    /// The object is archived: it is kept under an unused name.
    Archive,
    /// The object is restored.
    Restore,
    /// The name is needed first for another object, so it is vacated.
    FreeName,
    /// A rebuilt table takes the name of the table that it replaces.
    SwapIn,
}

impl Operation {
    /// Returns the table that the operation concerns, by its name before the operation.
    #[must_use]
    pub fn table(&self) -> &str {
        match self {
            Self::CreateTable { table, .. } => &table.name,
            Self::ArchivePair { archive, .. } => &archive.name,
            // They concern no table; the names of sequences are never compared with those of tables
            // here.
            Self::CreateSequence { .. }
            | Self::ReplaceSequence { .. }
            | Self::DropSequence { .. } => "",
            Self::RenameTable { from, .. } => from,
            Self::CopyNodes { to, .. } | Self::CopyRels { to, .. } => to,
            Self::ReplaceProperty { table, .. }
            | Self::ContinueSerial { table, .. }
            | Self::CreateSerialSequences { table, .. }
            | Self::AlterType { table, .. }
            | Self::DropProperty { table, .. }
            | Self::DropTable { table }
            | Self::DropReplacedTable { table }
            | Self::SetNullable { table, .. }
            | Self::RenameProperty { table, .. }
            | Self::AddProperty { table, .. }
            | Self::AddPair { table, .. }
            | Self::DropPair { table, .. }
            | Self::RestorePair { table, .. }
            | Self::DropIndex { table, .. }
            | Self::Backfill { table, .. }
            | Self::CreateIndex { table, .. }
            | Self::CommentOnTable { table, .. }
            | Self::CommentOnProperty { table, .. } => table,
        }
    }

    /// Returns the deferred task that replaces this step within the transaction, if the engine
    /// cannot run it in one.
    #[must_use]
    pub fn deferred_task(&self) -> Option<DeferredTask> {
        match self {
            Self::CreateIndex {
                id, within: false, ..
            } => Some(DeferredTask::BuildIndex(*id)),
            Self::Backfill {
                id, within: false, ..
            } => Some(DeferredTask::Backfill(*id)),
            _ => None,
        }
    }

    /// Returns the sources of the values that the operation writes.
    pub fn value_sources_mut(&mut self) -> impl Iterator<Item = &mut ValueSource> {
        let (one, many) = match self {
            Self::ReplaceProperty { value, .. } => (Some(value.as_mut()), None),
            Self::CopyNodes { columns, .. }
            | Self::CopyRels { columns, .. }
            | Self::RestorePair { columns, .. } => (None, Some(columns)),
            _ => (None, None),
        };
        let many = many.into_iter().flatten().map(|(_, value)| value);
        one.into_iter().chain(many)
    }

    /// Takes over what was learned about values that another operation computes, too: those of a
    /// replaced property, of the rels of another pair, and the key by which rels find their nodes.
    /// Returns whether anything changed.
    pub fn adopt_findings(&mut self, other: &Self) -> bool {
        if let (
            Self::Backfill {
                table,
                property,
                value,
                within: true,
                ..
            },
            Self::ReplaceProperty {
                table: same,
                property: replaced,
                value: found,
                ..
            },
        ) = (&mut *self, other)
        {
            let changed = table == same && *property == replaced.name && value != found;
            if changed {
                value.clone_from(found);
            }
            return changed;
        }
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

    /// Returns whether the operation can fail, or lead to another schema than the target, although
    /// its statements are well formed.
    #[must_use]
    pub fn may_fail(&self) -> bool {
        match self {
            Self::CreateTable { .. }
            | Self::CreateSequence { .. }
            | Self::ReplaceSequence { .. }
            | Self::DropSequence { .. }
            // There is no index on a scratch table, and building one takes longer than all else.
            | Self::DropIndex { .. }
            | Self::CreateIndex { .. }
            | Self::Backfill { .. }
            | Self::AddProperty { .. }
            | Self::CommentOnTable { .. }
            | Self::SetNullable { .. }
            | Self::CommentOnProperty { .. } => false,
            // A lone rename of a table or property has no way to go wrong.
            Self::RenameTable { purpose, .. } | Self::RenameProperty { purpose, .. } => {
                *purpose == RenameReason::FreeName
            }
            Self::AddPair { .. }
            | Self::DropPair { .. }
            | Self::ArchivePair { .. }
            | Self::RestorePair { .. }
            | Self::ReplaceProperty { .. }
            | Self::CopyNodes { .. }
            | Self::CopyRels { .. }
            | Self::AlterType { .. }
            | Self::DropProperty { .. }
            | Self::ContinueSerial { .. }
            | Self::CreateSerialSequences { .. }
            | Self::DropTable { .. }
            | Self::DropReplacedTable { .. } => true,
        }
    }
}
