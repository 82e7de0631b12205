//! Names of tables, properties, indexes and sequences: legality, case folding and quoting.
//!
//! Kùzu compares names without regard to ASCII case and preserves their spelling. A [`NameKey`] is
//! the folded form used for comparison; the spelling is in the `name` of each object.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, StrExt as _};

pub use super::limits::MAX_NAME_BYTES;
use crate::one_line::one_line;

/// The maximum length of a suffix that a name has in the database, in bytes: `__a_` or `__c_` and
/// eight hex digits.
pub const MAX_SUFFIX_BYTES: usize = 12;

/// The prefix of names that are reserved for the ledger.
pub const INTERNAL_PREFIX: &str = "_kuzu_ddl";

/// The property names that the engine reserves. `CREATE` rejects them but `ALTER` does not, so they
/// are checked here.
pub const RESERVED_PROPERTIES: [&str; 6] = ["_id", "_label", "_src", "_dst", "_nodes", "_rels"];

/// The Cypher keywords that cannot name a member of a `STRUCT` or `UNION`. A keyword needs
/// backticks, and the engine stores the backticks as part of a member's name.
pub const RESERVED_MEMBERS: &[&str] = &[
    "acyclic",
    "all",
    "and",
    "any",
    "asc",
    "ascending",
    "case",
    "cast",
    "column",
    "commit_skip_checkpoint",
    "create",
    "dbtype",
    "default",
    "desc",
    "descending",
    "distinct",
    "else",
    "end",
    "ends",
    "exists",
    "false",
    "glob",
    "group",
    "headers",
    "hint",
    "in",
    "install",
    "join",
    "macro",
    "multi_join",
    "none",
    "not",
    "null",
    "on",
    "only",
    "optional",
    "or",
    "order",
    "primary",
    "profile",
    "rollback_skip_checkpoint",
    "shortest",
    "single",
    "starts",
    "table",
    "then",
    "trail",
    "true",
    "union",
    "unwind",
    "when",
    "where",
    "with",
    "wshortest",
    "xor",
];

/// A name as the engine compares it: ASCII letters in lowercase, everything else unchanged.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::NameKey;
/// assert_eq!(NameKey::new("Person"), NameKey::new("PERSON"));
/// assert_eq!(NameKey::new("Person").as_str(), "person");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct NameKey(SmolStr);

impl NameKey {
    /// Folds `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_ascii_lowercase_smolstr())
    }

    /// Folds a name from the program itself without copying it if it is lowercase already. Startup
    /// folds the name of every property.
    #[must_use]
    pub fn of_static(name: &'static str) -> Self {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Self::new(name)
        } else {
            Self(SmolStr::new_static(name))
        }
    }

    /// Returns the folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns whether a table of this name belongs to the ledger.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.0.starts_with(INTERNAL_PREFIX)
    }
}

impl From<&str> for NameKey {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Debug for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for NameKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Error returned when a name cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The name is empty.
    #[error("the name is empty")]
    Empty,
    /// The name is longer than [`MAX_NAME_BYTES`].
    #[error(
        "the name `{}…` is too long: {bytes} bytes, at most {MAX_NAME_BYTES}",
        one_line(start)
    )]
    TooLong {
        /// The first characters of the name.
        start: String,
        /// The length of the name, in bytes.
        bytes: usize,
    },
    /// The name contains a backtick, a dot or a NUL. The engine cannot quote a backtick, takes the
    /// part before a dot for a database, and truncates the name at a NUL.
    #[error("invalid name {name:?}: it contains {character:?}, which Kùzu cannot quote")]
    Character {
        /// The whole name.
        name: String,
        /// The first invalid character.
        character: char,
    },
    /// The name is one of [`RESERVED_PROPERTIES`].
    #[error("the property name `{0}` is reserved by Kùzu")]
    Reserved(String),
    /// The name starts with [`INTERNAL_PREFIX`].
    #[error(
        "the name `{}` is reserved: the prefix `{INTERNAL_PREFIX}` is for the tables of kuzu-ddl",
        one_line(.0)
    )]
    Internal(String),
}

fn check(name: &str, longest: usize) -> Result<(), NameError> {
    if name.is_empty() {
        return Err(NameError::Empty);
    }
    if name.len() > longest {
        return Err(NameError::TooLong {
            start: name.chars().take(24).collect(),
            bytes: name.len(),
        });
    }
    if let Some(byte) = name.bytes().find(|b| matches!(b, b'`' | b'.' | b'\0')) {
        return Err(NameError::Character {
            name: name.into(),
            character: byte.into(),
        });
    }
    // Not through a `NameKey`: startup checks every name of the schema, and this avoids copying
    // each.
    let start = name.as_bytes().get(..INTERNAL_PREFIX.len());
    if start.is_some_and(|start| start.eq_ignore_ascii_case(INTERNAL_PREFIX.as_bytes())) {
        return Err(NameError::Internal(name.into()));
    }
    Ok(())
}

/// Checks that `name` can name a declared table or sequence.
///
/// # Errors
///
/// Returns the first rule that the name violates.
pub fn check_table(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES)
}

/// Returns whether `name` is one that an archived or conflicting object gets: a name, `__a_` or
/// `__c_`, and eight hex digits. They can be foretold, so no event may take one before.
#[must_use]
pub fn is_reserved_for_archives(name: &str) -> bool {
    let Some((stem, suffix)) = name.split_at_checked(name.len().saturating_sub(MAX_SUFFIX_BYTES))
    else {
        return false;
    };
    let (link, digits) = suffix.split_at_checked(4).unwrap_or_default();
    !stem.is_empty()
        && ["__a_", "__c_"]
            .iter()
            .any(|reserved| link.eq_ignore_ascii_case(reserved))
        && digits.len() == 8
        && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

/// The reason why a name is refused that [`is_reserved_for_archives`].
pub const RESERVED_FOR_ARCHIVES: &str =
    "the name is reserved: archived and conflicting objects get such names";

/// Checks that `name`, found in a catalog, can be represented: it may be a legal name with the
/// suffix of an archived or conflicting object.
///
/// # Errors
///
/// Returns the first rule that the name violates.
pub fn check_catalog_name(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES + MAX_SUFFIX_BYTES)
}

/// Checks that `name` can name a declared property.
///
/// # Errors
///
/// Returns the first rule that the name violates.
pub fn check_property(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES)?;
    if RESERVED_PROPERTIES
        .iter()
        .any(|reserved| reserved.eq_ignore_ascii_case(name))
    {
        return Err(NameError::Reserved(name.into()));
    }
    Ok(())
}

/// Returns whether Cypher accepts `name` as an identifier without backticks.
#[must_use]
pub fn is_bare_identifier(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && !RESERVED_MEMBERS
            .iter()
            .any(|word| word.eq_ignore_ascii_case(name))
}

/// Checks that `name` can name a declared index. The engine derives table names from it and does
/// not quote them.
///
/// # Errors
///
/// Returns the first rule that the name violates.
pub fn check_index(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES)?;
    let wrong = name.chars().find(|c| !c.is_alphanumeric() && *c != '_');
    wrong.map_or(Ok(()), |character| {
        Err(NameError::Character {
            name: name.into(),
            character,
        })
    })
}

/// Returns `name` in backticks. Safe for every name accepted by [`check_table`] or
/// [`check_property`].
#[must_use]
pub fn quote(name: &str) -> String {
    format!("`{name}`")
}

/// Returns `text` as a Cypher string literal, using only the escapes that both engines read alike:
/// `\\` and `\'`.
#[must_use]
pub fn string_literal(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('\'');
    for c in text.chars() {
        if matches!(c, '\\' | '\'') {
            out.push('\\');
        }
        out.push(c);
    }
    out.push('\'');
    out
}

/// The maximum length of a function's name, in bytes.
pub const MAX_FUNCTION_PATH_BYTES: usize = 1024;

/// Returns whether `name` is a valid function path.
#[must_use]
pub fn is_function_path(name: &str) -> bool {
    let legal = |part: &str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == '#')
    };
    name.len() <= MAX_FUNCTION_PATH_BYTES && name.split("::").all(legal)
}

/// Returns the name of the implicit sequence of a `SERIAL` property. The engine looks it up by this
/// name when the table is dropped.
pub fn serial_sequence_name(table: &str, property: &str) -> NameKey {
    NameKey::new(&format!("{table}_{property}_serial"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_ascii_only() {
        assert_eq!(NameKey::new("PerSon"), NameKey::new("person"));
        assert_ne!(NameKey::new("É"), NameKey::new("é"));
    }

    #[test]
    fn refuses_what_the_engine_cannot_quote() {
        assert!(check_table("order by; DROP TABLE x '\" 🦀\n").is_ok());
        for name in ["", "a`b", "a.b", "a\0b", "_kuzu_ddl_x", "_KUZU_DDL"] {
            assert!(check_table(name).is_err(), "{name:?}");
        }
        assert!(check_table(&"x".repeat(MAX_NAME_BYTES)).is_ok());
        assert!(check_table(&"x".repeat(MAX_NAME_BYTES + 1)).is_err());
        assert!(check_property("_ID").is_err());
        assert!(check_property("_foo").is_ok());
    }

    #[test]
    fn names_of_archives_are_reserved() {
        for name in [
            "x__a_00000000",
            "X__A_0123abCD",
            "É__c_ffffffff",
            "a__a___c_12345678",
        ] {
            assert!(is_reserved_for_archives(name), "{name}");
        }
        for name in [
            "",
            "__a_00000000",
            "x__c_1",
            "x__b_00000000",
            "x__a_0000000g",
            "éééééé",
        ] {
            assert!(!is_reserved_for_archives(name), "{name}");
        }
    }

    #[test]
    fn escapes_strings() {
        assert_eq!(string_literal("a'b\\c\nd"), "'a\\'b\\\\c\nd'");
    }
}
