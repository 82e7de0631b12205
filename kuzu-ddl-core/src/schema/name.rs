//! Names of tables, properties and sequences: what is legal, how the engine compares them, how
//! they are quoted.
//!
//! Kùzu compares names without regard to ASCII case and keeps the spelling. A [`Key`] is the
//! compared form; the spelling stays in the object's `name`.

use std::fmt;

use serde::{Deserialize, Serialize};
use smol_str::{SmolStr, StrExt as _};

/// The longest name accepted, in bytes. The engine has no limit of its own; frames and ledgers
/// that hold names need one.
pub const MAX_NAME_BYTES: usize = 1024;

/// The longest suffix that a name has in the database: `__a_` and eight digits.
pub const MAX_SUFFIX_BYTES: usize = 12;

/// Names that start so belong to the ledger.
pub const INTERNAL_PREFIX: &str = "_kuzu_ddl";

/// Property names the engine keeps for itself. CREATE refuses them, ALTER does not, so they are
/// checked here.
pub const RESERVED_PROPERTIES: [&str; 6] = ["_id", "_label", "_src", "_dst", "_nodes", "_rels"];

/// Words of Cypher that cannot name a member of a `STRUCT` or `UNION`: only backticks would make names of them, and the
/// engine keeps the backticks of a member as a part of its name.
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

/// A name as the engine compares it: ASCII letters in lower case, all else as written.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(SmolStr);

impl Key {
    /// The compared form of `name`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.to_ascii_lowercase_smolstr())
    }

    /// The compared form of a name in the program itself, which need not be copied if it is folded
    /// already: a start has one for each property.
    #[must_use]
    pub fn of_static(name: &'static str) -> Self {
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Self::new(name)
        } else {
            Self(SmolStr::new_static(name))
        }
    }

    /// The folded text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a table of this name belongs to the ledger.
    #[must_use]
    pub fn is_internal(&self) -> bool {
        self.0.starts_with(INTERNAL_PREFIX)
    }
}

impl From<&str> for Key {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Why a name cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NameError {
    /// The empty string.
    #[error("a name cannot be empty")]
    Empty,
    /// Longer than [`MAX_NAME_BYTES`].
    #[error("the name `{start}…` has {bytes} bytes; at most {MAX_NAME_BYTES} are allowed")]
    TooLong {
        /// The first characters.
        start: String,
        /// Its length.
        bytes: usize,
    },
    /// A backtick, a dot or a NUL: the engine cannot quote them (backtick), takes the part before
    /// them for a database (dot), or ends the text there (NUL).
    #[error("the name {name:?} contains {character:?}, which Kùzu cannot quote; rename it")]
    Character {
        /// The whole name.
        name: String,
        /// The first character at fault.
        character: char,
    },
    /// One of [`RESERVED_PROPERTIES`].
    #[error("the property name `{0}` is reserved by Kùzu; rename it")]
    Reserved(String),
    /// Starts with [`INTERNAL_PREFIX`].
    #[error(
        "the name `{0}` is reserved: names that start with `{INTERNAL_PREFIX}` belong to kuzu-ddl; rename it"
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
    // Without a `Key`: startup checks every name of the schema, and this way none is copied.
    let start = name.as_bytes().get(..INTERNAL_PREFIX.len());
    if start.is_some_and(|start| start.eq_ignore_ascii_case(INTERNAL_PREFIX.as_bytes())) {
        return Err(NameError::Internal(name.into()));
    }
    Ok(())
}

/// Whether `name` can name a table, a sequence or an index of ours.
///
/// # Errors
/// The first rule it breaks.
pub fn check_table(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES)
}

/// Whether `name`, found in a catalog, can be read: it may be one of ours with the suffix that an
/// archived or contested object has.
///
/// # Errors
/// The first rule it breaks.
pub fn check_live(name: &str) -> Result<(), NameError> {
    check(name, MAX_NAME_BYTES + MAX_SUFFIX_BYTES)
}

/// Whether `name` can name a property of ours.
///
/// # Errors
/// The first rule it breaks.
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

/// Whether Cypher takes `name` for a name without backticks.
#[must_use]
pub fn is_plain(name: &str) -> bool {
    let mut chars = name.chars();
    chars.next().is_some_and(|c| c.is_alphabetic() || c == '_')
        && chars.all(|c| c.is_alphanumeric() || c == '_')
        && !RESERVED_MEMBERS
            .iter()
            .any(|word| word.eq_ignore_ascii_case(name))
}

/// Whether `name` can name an index of ours: the engine makes names of tables of it, without quotes.
///
/// # Errors
/// The first rule it breaks.
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

/// `name` in backticks. Safe for every name that [`check_table`] or [`check_property`] passes.
#[must_use]
pub fn quote(name: &str) -> String {
    format!("`{name}`")
}

/// `text` as a Cypher string literal, in the escapes that both engines read alike: `\\` and `\'`.
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

/// The longest name of a function, in bytes.
pub const MAX_FUNCTION_PATH_BYTES: usize = 1024;

/// Whether `name` can be that of a function.
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

/// The sequence that the engine makes for a `SERIAL` property, and looks for when its table is dropped.
pub fn counter(table: &str, property: &str) -> Key {
    Key::new(&format!("{table}_{property}_serial"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_ascii_only() {
        assert_eq!(Key::new("PerSon"), Key::new("person"));
        assert_ne!(Key::new("É"), Key::new("é"));
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
    fn escapes_strings() {
        assert_eq!(string_literal("a'b\\c\nd"), "'a\\'b\\\\c\nd'");
    }
}
