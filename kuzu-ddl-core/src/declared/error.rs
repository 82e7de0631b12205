//! The issues of a declared schema, each with its source location.

use std::fmt;

use crate::describe::{SourceLocation, TableDesc};
use crate::schema::{IndexError, NameError, ParseExprError, ParseTypeError};

/// Error returned when a declared schema is invalid, with every issue found.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// let declared = kuzu_ddl::schema![; sequences ("order_no"), ("order_no")];
/// let error = declared.expect_err("the name is declared twice");
/// assert_eq!(error.issues().len(), 1);
/// println!("{error}");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct DeclareError {
    issues: Vec<Issue>,
}

impl DeclareError {
    /// Returns an error if there are issues.
    pub(super) fn unless_empty(mut mistakes: Vec<Issue>) -> Result<(), Self> {
        if mistakes.is_empty() {
            return Ok(());
        }
        mistakes.sort_by_cached_key(|mistake| (mistake.location, mistake.to_string()));
        mistakes.dedup();
        Err(Self { issues: mistakes })
    }

    /// Returns the issues, at least one, ordered by file and line.
    #[must_use]
    pub fn issues(&self) -> &[Issue] {
        &self.issues
    }
}

impl std::error::Error for DeclareError {}

/// Formats like [`Display`](fmt::Display): `main` and `unwrap` print it.
impl fmt::Debug for DeclareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for DeclareError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.issues.as_slice() {
            [only] => write!(f, "the declared schema is invalid: {only}"),
            many => {
                write!(f, "the declared schema is invalid, {} issues:", many.len())?;
                many.iter()
                    .try_for_each(|m| write!(f, "\n  {}", m.to_string().replace('\n', "\n  ")))
            }
        }
    }
}

/// One issue of a declared schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issue {
    /// The source location.
    pub location: SourceLocation,
    /// The table or sequence, as spelled.
    pub table: String,
    /// The kind of issue.
    pub kind: IssueKind,
}

impl fmt::Display for Issue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use IssueKind::{DuplicateSequence, SequenceDroppedButDeclared};
        let object_kind = match self.kind {
            DuplicateSequence { .. } | SequenceDroppedButDeclared { .. } => "sequence",
            _ => "table",
        };
        write!(
            f,
            "{}: {object_kind} `{}`: {}",
            self.location, self.table, self.kind
        )
    }
}

/// The kind of an issue.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IssueKind {
    /// Two structs declare the same table. Names are compared without regard to ASCII case.
    #[error(
        "duplicate table: declared by `{rust_name}`, and by `{other_rust_name}` at {other}\nhelp: map one of them to another table with `#[kuzu(name = \"…\")]`"
    )]
    Duplicate {
        /// The struct that the issue is reported for.
        rust_name: &'static str,
        /// The other struct.
        other_rust_name: &'static str,
        /// The location of the other struct.
        other: SourceLocation,
    },
    /// A sequence is declared more than once.
    #[error(
        "duplicate sequence: also declared at {other}\nhelp: remove one; several properties can use one sequence"
    )]
    DuplicateSequence {
        /// The location of the other declaration.
        other: SourceLocation,
    },
    /// A sequence is both declared and marked as dropped.
    #[error(
        "marked as dropped, but declared at {other}\nhelp: remove `dropped_sequence!` or the declaration"
    )]
    SequenceDroppedButDeclared {
        /// The location of the declaration.
        other: SourceLocation,
    },
    /// A name of a table or property is not legal.
    #[error(transparent)]
    Name(#[from] NameError),
    /// Two properties have the same name.
    #[error("duplicate property `{property}`: also declared at {other}")]
    DuplicateProperty {
        /// The property, as spelled.
        property: String,
        /// The location of the other field.
        other: SourceLocation,
    },
    /// The type of a property is invalid.
    #[error("property `{property}`: {error}")]
    Type {
        /// The property, as spelled.
        property: String,
        /// The reason.
        error: ParseTypeError,
    },
    /// The default of a property is invalid or has another type.
    #[error("property `{property}`: {error}")]
    Default {
        /// The property, as spelled.
        property: String,
        /// The reason.
        error: ParseExprError,
    },
    /// The primary key is not a property of the table.
    #[error("the primary key `{0}` is not a property of the table")]
    UnknownPrimaryKey(String),
    /// The primary key is nullable.
    #[error("the primary key `{0}` cannot be NULL\nhelp: remove the `Option`")]
    KeyNullable(String),
    /// The engine does not support a primary key of this type.
    #[error("the primary key `{property}` cannot have type {ty}")]
    KeyType {
        /// The property, as spelled.
        property: String,
        /// The type of the property.
        ty: String,
    },
    /// A rel table has no `FROM`–`TO` pair.
    #[error("no FROM–TO pair\nhelp: add `#[kuzu(from = …, to = …)]`")]
    MissingPair,
    /// A rel table declares a pair more than once.
    #[error("duplicate pair from `{from}` to `{to}`")]
    DuplicatePair {
        /// The source node table.
        from: String,
        /// The destination node table.
        to: String,
    },
    /// An endpoint is not declared in this schema.
    #[error(
        "the endpoint `{0}` is not declared in this schema\nhelp: add its struct, or link its crate with `use … as _;`"
    )]
    Endpoint(String),
    /// An endpoint is a rel table.
    #[error("the endpoint `{0}` is a rel table, but rels connect node tables")]
    EndpointKind(String),
    /// `renamed_from` is the current name of the table or property.
    #[error("`renamed_from` of `{0}` is its current name")]
    RenamedFromItself(String),
    /// `renamed_from` is the name of another declared object that was not renamed itself.
    #[error(
        "`{name}` is renamed from `{old}`, but `{old}` is still declared\nhelp: remove `renamed_from = \"{old}\"`, or remove `{old}`"
    )]
    RenamedFromExisting {
        /// The current name.
        name: String,
        /// The claimed former name.
        old: String,
    },
    /// Two tables, or two properties of one table, claim the same former name.
    #[error(
        "`{name}` is renamed from `{old}`, and so is `{other_name}` at {other}\nhelp: remove one of the two `renamed_from = \"{old}\"`"
    )]
    RenamedTwice {
        /// The current name.
        name: String,
        /// The former name that both claim.
        old: String,
        /// The current name of the other object.
        other_name: String,
        /// The location of the other declaration.
        other: SourceLocation,
    },
    /// A tombstone names a declared object.
    #[error("`{0}` is both declared and marked as dropped")]
    DroppedButDeclared(String),
    /// A tombstone names a former name of a declared object.
    #[error("`{old}` is marked as dropped, but `{name}` is renamed from it")]
    DroppedButRenamed {
        /// The name of the tombstone.
        old: String,
        /// The object with this former name.
        name: String,
    },
    /// Two indexes have the same name.
    #[error("duplicate index `{0}`")]
    DuplicateIndex(String),
    /// An index is invalid.
    #[error("index `{index}`: {error}")]
    Index {
        /// The index, as spelled.
        index: String,
        /// The reason.
        error: IndexError,
    },
    /// A comment contains a NUL, at which the engine would truncate it.
    #[error("the comment of `{0}` contains a NUL")]
    Comment(String),
}

/// Returns the location of a struct.
pub(super) fn location_of(desc: &TableDesc) -> SourceLocation {
    SourceLocation {
        file: desc.origin.file,
        line: desc.origin.line,
    }
}
