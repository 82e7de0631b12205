//! Kinds of objects and of changes: their numbers in encodings and their display names.

use serde::{Deserialize, Serialize};

use super::change::Change;

/// The kind of an object; part of its identity.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ObjectKind {
    /// A node table.
    NodeTable,
    /// A rel table.
    EdgeTable,
    /// A property of a table.
    Property,
    /// A `FROM`–`TO` pair of a rel table.
    Pair,
    /// An index of a node table.
    Index,
    /// A sequence.
    Sequence,
}

impl ObjectKind {
    /// Returns the number of the kind in encodings.
    pub(super) fn tag(self) -> u8 {
        match self {
            Self::NodeTable => 0,
            Self::EdgeTable => 1,
            Self::Property => 2,
            Self::Pair => 3,
            Self::Index => 4,
            Self::Sequence => 5,
        }
    }

    /// Returns whether the kind is a node table or a rel table.
    #[must_use]
    pub fn is_table(self) -> bool {
        matches!(self, Self::NodeTable | Self::EdgeTable)
    }
}

impl Change {
    /// Returns the kind's number in the encoding. Numbers are only ever appended.
    pub(super) fn number(&self) -> u16 {
        match self {
            Self::CreateNodeTable { .. } => 1,
            Self::CreateEdgeTable { .. } => 2,
            Self::DropTable => 3,
            Self::RestoreTable => 4,
            Self::RenameTable { .. } => 5,
            Self::AddProperty { .. } => 6,
            Self::DropProperty => 7,
            Self::RestoreProperty => 8,
            Self::RenameProperty { .. } => 9,
            Self::AddPair { .. } => 10,
            Self::DropPair => 11,
            Self::CommentOnTable { .. } => 12,
            Self::CommentOnProperty { .. } => 13,
            Self::SetType { .. } => 14,
            Self::SetDefault { .. } => 15,
            Self::SetNullable { .. } => 16,
            Self::SetPrimaryKey { .. } => 17,
            Self::SetMultiplicity { .. } => 18,
            Self::SetStorage { .. } => 19,
            Self::CreateIndex { .. } => 20,
            Self::DropIndex => 21,
            Self::CreateSequence { .. } => 22,
            Self::DropSequence => 23,
            Self::Purge { .. } => 24,
            Self::SetTypeWith { .. } => 26,
            Self::RestorePair => 27,
            Self::Resolve { .. } => 40,
            Self::Unknown { kind, .. } => *kind,
        }
    }

    /// Returns the kind's name for messages.
    #[must_use]
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::CreateNodeTable { .. } => "create node table",
            Self::CreateEdgeTable { .. } => "create rel table",
            Self::DropTable => "drop table",
            Self::RestoreTable => "restore table",
            Self::RenameTable { .. } => "rename table",
            Self::AddProperty { .. } => "add property",
            Self::DropProperty => "drop property",
            Self::RestoreProperty => "restore property",
            Self::RenameProperty { .. } => "rename property",
            Self::AddPair { .. } => "add pair",
            Self::DropPair => "drop pair",
            Self::RestorePair => "restore pair",
            Self::CommentOnTable { .. } => "comment on table",
            Self::CommentOnProperty { .. } => "comment on property",
            Self::SetType { .. } | Self::SetTypeWith { .. } => "set type",
            Self::SetDefault { .. } => "set default",
            Self::SetNullable { .. } => "set nullable",
            Self::SetPrimaryKey { .. } => "set primary key",
            Self::SetMultiplicity { .. } => "set multiplicity",
            Self::SetStorage { .. } => "set storage direction",
            Self::CreateIndex { .. } => "create index",
            Self::DropIndex => "drop index",
            Self::CreateSequence { .. } => "create sequence",
            Self::DropSequence => "drop sequence",
            Self::Purge { .. } => "purge",
            Self::Resolve { .. } => "resolve",
            Self::Unknown { .. } => "unknown",
        }
    }

    /// Returns whether this change creates an object.
    #[must_use]
    pub fn is_creation(&self) -> bool {
        matches!(
            self,
            Self::CreateNodeTable { .. }
                | Self::CreateEdgeTable { .. }
                | Self::AddProperty { .. }
                | Self::AddPair { .. }
                | Self::CreateIndex { .. }
                | Self::CreateSequence { .. }
        )
    }
}
