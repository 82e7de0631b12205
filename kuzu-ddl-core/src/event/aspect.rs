//! The parts of an object, each of which events write on its own.

use serde::{Deserialize, Serialize};

use super::codec::CodecError;
use super::codec::reader::Reader;

/// A part of an object: what one event writes, and what two events can write without knowing of one
/// another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Part {
    /// Whether it is live, archived or purged.
    Life,
    /// Its name.
    Name,
    /// Its comment.
    Comment,
    /// A property's type.
    Type,
    /// A property's default.
    Default,
    /// Whether a property may be NULL.
    Nullable,
    /// A node table's primary key.
    Key,
    /// A rel table's multiplicity.
    Multiplicity,
    /// A rel table's storage direction.
    Storage,
    /// What makes an index or a sequence.
    Spec,
}

impl Part {
    /// Tag = position. Only ever append.
    const ALL: [Self; 10] = [
        Self::Life,
        Self::Name,
        Self::Comment,
        Self::Type,
        Self::Default,
        Self::Nullable,
        Self::Key,
        Self::Multiplicity,
        Self::Storage,
        Self::Spec,
    ];

    pub(crate) fn tag(self) -> u8 {
        Self::ALL.iter().position(|part| *part == self).unwrap_or(0) as u8
    }

    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, CodecError> {
        let tag = r.byte()?;
        match Self::ALL.get(usize::from(tag)) {
            Some(part) => Ok(*part),
            None => r.bad("the part of an object is not known"),
        }
    }

    /// The part in a word, for people.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Life => "stage",
            Self::Name => "name",
            Self::Comment => "comment",
            Self::Type => "type",
            Self::Default => "default",
            Self::Nullable => "nullability",
            Self::Key => "primary key",
            Self::Multiplicity => "multiplicity",
            Self::Storage => "storage direction",
            Self::Spec => "definition",
        }
    }
}
