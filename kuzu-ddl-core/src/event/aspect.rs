//! The independently written aspects of an object.

use serde::{Deserialize, Serialize};

use super::codec::CodecError;
use super::codec::reader::Reader;

/// An aspect of an object: the unit that one event writes, and that concurrent events can write in
/// conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Aspect {
    /// The lifecycle: live, archived or purged.
    Lifecycle,
    /// The name.
    Name,
    /// The comment.
    Comment,
    /// The type of a property.
    Type,
    /// The default of a property.
    Default,
    /// Whether a property accepts NULL.
    Nullable,
    /// The primary key of a node table.
    PrimaryKey,
    /// The multiplicity of a rel table.
    Multiplicity,
    /// The storage direction of a rel table.
    Storage,
    /// The definition of an index or a sequence.
    Definition,
}

impl Aspect {
    /// The tag of an aspect is its position. Only ever append.
    const ALL: [Self; 10] = [
        Self::Lifecycle,
        Self::Name,
        Self::Comment,
        Self::Type,
        Self::Default,
        Self::Nullable,
        Self::PrimaryKey,
        Self::Multiplicity,
        Self::Storage,
        Self::Definition,
    ];

    /// Returns the number of the aspect in encodings.
    pub(crate) fn tag(self) -> u8 {
        Self::ALL
            .iter()
            .position(|aspect| *aspect == self)
            .unwrap_or(0) as u8
    }

    /// Decodes an aspect.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let tag = r.byte()?;
        match Self::ALL.get(usize::from(tag)) {
            Some(aspect) => Ok(*aspect),
            None => r.malformed("unknown aspect of an object"),
        }
    }

    /// Returns the aspect's name for messages.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lifecycle => "lifecycle",
            Self::Name => "name",
            Self::Comment => "comment",
            Self::Type => "type",
            Self::Default => "default",
            Self::Nullable => "nullability",
            Self::PrimaryKey => "primary key",
            Self::Multiplicity => "multiplicity",
            Self::Storage => "storage direction",
            Self::Definition => "definition",
        }
    }
}
