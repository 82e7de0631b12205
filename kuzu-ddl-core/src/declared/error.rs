//! What can be wrong with a declared schema, each with the place to look at.

use std::fmt;

use crate::describe::{Place, TableDesc};
use crate::schema::{ExprError, IndexError, NameError, TypeError};

/// Everything that is wrong with a declared schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeclareError {
    mistakes: Vec<Mistake>,
}

impl DeclareError {
    /// `Err` if there are mistakes.
    pub(super) fn unless_empty(mut mistakes: Vec<Mistake>) -> Result<(), Self> {
        if mistakes.is_empty() {
            return Ok(());
        }
        mistakes.sort_by_cached_key(|mistake| (mistake.place, mistake.to_string()));
        mistakes.dedup();
        Err(Self { mistakes })
    }

    /// The mistakes, at least one, by file and line.
    #[must_use]
    pub fn mistakes(&self) -> &[Mistake] {
        &self.mistakes
    }
}

impl std::error::Error for DeclareError {}

impl fmt::Display for DeclareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mistakes.as_slice() {
            [only] => write!(f, "the declared schema has a mistake: {only}"),
            many => {
                write!(f, "the declared schema has {} mistakes:", many.len())?;
                many.iter()
                    .try_for_each(|mistake| write!(f, "\n  {mistake}"))
            }
        }
    }
}

/// One mistake.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// Where to look.
    pub place: Place,
    /// The table or sequence, as spelled.
    pub table: String,
    /// What is wrong with it.
    pub kind: MistakeKind,
}

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use MistakeKind::{SequenceDroppedYetDeclared, SequenceTwice};
        let what = match self.kind {
            SequenceTwice { .. } | SequenceDroppedYetDeclared { .. } => "sequence",
            _ => "table",
        };
        write!(f, "{}: {what} `{}`: {}", self.place, self.table, self.kind)
    }
}

/// The kinds of mistake.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MistakeKind {
    /// Two structs claim one table. Names are compared without regard to ASCII case.
    #[error(
        "`{rust_name}` declares it, and so does `{other_rust_name}` at {other}; rename one, or give one another table by `name = \"…\"`"
    )]
    Duplicate {
        /// This struct.
        rust_name: &'static str,
        /// The other struct.
        other_rust_name: &'static str,
        /// Where the other struct stands.
        other: Place,
    },
    /// A sequence is declared twice.
    #[error("it is declared again at {other}; once is enough for all that count by it")]
    SequenceTwice {
        /// The other place.
        other: Place,
    },
    /// A sequence is declared, and something says that it is gone.
    #[error(
        "`dropped_sequence!` says that it is gone, and it is declared at {other}; take one of the two out"
    )]
    SequenceDroppedYetDeclared {
        /// Where it is declared.
        other: Place,
    },
    /// A name of a table or property cannot be used.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Two properties have one name.
    #[error("the property `{property}` is declared twice, again at {other}")]
    DuplicateProperty {
        /// The property, as spelled.
        property: String,
        /// The other field.
        other: Place,
    },
    /// A property's type is none.
    #[error("property `{property}`: {error}")]
    Type {
        /// The property, as spelled.
        property: String,
        /// What is wrong.
        error: TypeError,
    },
    /// A property's default cannot be one, or is of another type.
    #[error("property `{property}`: {error}")]
    Default {
        /// The property, as spelled.
        property: String,
        /// What is wrong.
        error: ExprError,
    },
    /// The primary key is not a property.
    #[error("the primary key `{0}` is not among its properties")]
    KeyMissing(String),
    /// The primary key may be NULL.
    #[error("the primary key `{0}` cannot be NULL: take the `Option` away")]
    KeyNullable(String),
    /// The engine takes no primary key of this type.
    #[error("the primary key `{property}` cannot be of type {ty}")]
    KeyType {
        /// The property, as spelled.
        property: String,
        /// Its type.
        ty: String,
    },
    /// A rel table connects nothing.
    #[error("it has no FROM–TO pair; say `from = …, to = …`")]
    NoPair,
    /// A rel table names a pair twice.
    #[error("the pair from `{from}` to `{to}` is declared twice")]
    DuplicatePair {
        /// The source.
        from: String,
        /// The destination.
        to: String,
    },
    /// An endpoint is not declared in this schema.
    #[error("its endpoint `{0}` is not declared in this schema; add its struct, or link its crate")]
    Endpoint(String),
    /// An endpoint is a rel table.
    #[error("its endpoint `{0}` is a rel table; rels connect node tables")]
    EndpointKind(String),
    /// `renamed_from` is the name that the table or property has.
    #[error("`{0}` is renamed from itself")]
    RenamedFromItself(String),
    /// `renamed_from` is the name of something that is declared and was not renamed itself.
    #[error(
        "`{name}` was renamed from `{old}`, yet `{old}` is still declared; take the hint or the other away"
    )]
    RenamedFromPresent {
        /// The present name.
        name: String,
        /// The name that it claims to have had.
        old: String,
    },
    /// Two tables, or two properties of one table, were both renamed from one name.
    #[error("`{name}` was renamed from `{old}`, and so was `{other_name}` at {other}")]
    RenamedTwice {
        /// The present name.
        name: String,
        /// The name that both claim.
        old: String,
        /// The other present name.
        other_name: String,
        /// Where the other is declared.
        other: Place,
    },
    /// A tombstone names something that is declared.
    #[error("`{0}` is said to be dropped, yet it is declared")]
    DroppedYetDeclared(String),
    /// A tombstone names something that was renamed.
    #[error("`{old}` is said to be dropped, yet `{name}` was renamed from it")]
    DroppedYetRenamed {
        /// The name said to be dropped.
        old: String,
        /// What was renamed from it.
        name: String,
    },
    /// Two indexes have one name.
    #[error("the index `{0}` is declared twice")]
    DuplicateIndex(String),
    /// The engine could not make an index.
    #[error("index `{index}`: {error}")]
    Index {
        /// The index, as spelled.
        index: String,
        /// What is wrong.
        error: IndexError,
    },
    /// A comment holds a NUL, where the engine would end it.
    #[error("the comment of `{0}` contains a NUL")]
    Comment(String),
}

pub(super) fn place(desc: &TableDesc) -> Place {
    Place {
        file: desc.origin.file,
        line: desc.origin.line,
    }
}
