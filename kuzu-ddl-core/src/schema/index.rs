//! Indexes: what the engine's full-text and vector extensions can index, and their options.

use std::collections::BTreeMap;

use OptionValue::{Bool, Float, Int, Pattern, Source, Word};
use serde::{Deserialize, Serialize};

use super::name::{NameError, NameKey};

/// An index of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The name, as spelled.
    pub name: String,
    /// The kind of the index.
    pub kind: IndexKind,
    /// The indexed properties, in index order.
    pub properties: Vec<NameKey>,
    /// The options: lowercase name to canonical value, see [`IndexKind::option`]. A declared index
    /// holds the options that were specified, an index read from a catalog holds those that the
    /// engine reports.
    pub options: BTreeMap<String, String>,
}

/// The kind of an index.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::IndexKind;
/// let names: Vec<_> = IndexKind::Vector.options().iter().map(|option| option.name).collect();
/// assert!(names.contains(&"metric"));
/// assert!(IndexKind::Vector.option("metric", "unknown").is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IndexKind {
    /// A full-text index, provided by the FTS extension.
    FullText,
    /// An HNSW index, provided by the vector extension.
    Vector,
    /// A kind that this version does not know, as the engine names it.
    Other(String),
}

/// An option that a kind of index accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexOption {
    /// The name of the option.
    pub name: &'static str,
    /// The values that the option accepts.
    pub value: OptionValue,
    /// The canonical text of the value that the engine uses when the option is not specified.
    pub default: &'static str,
}

/// The values that an index option accepts.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OptionValue {
    /// An integer from the first to the second number, inclusive.
    Int(i64, i64),
    /// A number from the first to the second number, inclusive. Its Cypher literal needs a decimal
    /// point or an exponent.
    Float(f64, f64),
    /// `true` or `false`.
    Bool,
    /// One of these keywords. The second text of a pair is a synonym that the engine uses, or
    /// empty.
    Word(&'static [(&'static str, &'static str)]),
    /// A regular expression without uppercase letters, because the engine lowercases it.
    Pattern,
    /// The name of a node table or the path of a file, which the engine does not quote.
    Source,
}

impl OptionValue {
    /// Returns whether the option's Cypher literal is a quoted string.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Word(_) | Pattern | Source)
    }
}

/// The Snowball stemmers that the engine bundles.
#[rustfmt::skip]
const STEMMERS: &[(&str, &str)] = &[
    ("none", ""), ("arabic", ""), ("basque", ""), ("catalan", ""), ("danish", ""), ("dutch", ""),
    ("english", ""), ("finnish", ""), ("french", ""), ("german", ""), ("greek", ""), ("hindi", ""),
    ("hungarian", ""), ("indonesian", ""), ("irish", ""), ("italian", ""), ("lithuanian", ""),
    ("nepali", ""), ("norwegian", ""), ("porter", ""), ("portuguese", ""), ("romanian", ""),
    ("russian", ""), ("serbian", ""), ("spanish", ""), ("swedish", ""), ("tamil", ""), ("turkish", ""),
];

const METRICS: &[(&str, &str)] = &[
    ("cosine", ""),
    ("l2", ""),
    ("l2sq", ""),
    ("dotproduct", "dot_product"),
];

pub(super) const fn option(
    name: &'static str,
    value: OptionValue,
    default: &'static str,
) -> IndexOption {
    IndexOption {
        name,
        value,
        default,
    }
}

const FULL_TEXT_OPTIONS: &[IndexOption] = &[
    option("stemmer", Word(STEMMERS), "english"),
    option("stopwords", Source, "default"),
    option(
        "ignore_pattern",
        Pattern,
        r#"[0-9!@#$%^&*()_+={}\[\]:;<>,.?~\/\|'"`-]+"#,
    ),
];

/// The options of a vector index.
///
/// The engine rejects larger degrees: internally they are 1.25 times as large and must fit an
/// `INT16`, and for `ml` one of its vectors of 2048 values.
const VECTOR_OPTIONS: &[IndexOption] = &[
    option("metric", Word(METRICS), "cosine"),
    option("mu", Int(1, 26_213), "30"),
    option("ml", Int(1, 1_638), "60"),
    option("pu", Float(0.0, 1.0), "0.05"),
    option("efc", Int(1, i64::MAX), "200"),
    option("alpha", Float(1.0, f64::INFINITY), "1.1"),
    option("cache_embeddings", Bool, "true"),
];

/// The message contains the cause, so the cause is not a source.
impl From<NameError> for IndexError {
    fn from(e: NameError) -> Self {
        Self::Name(e)
    }
}

/// Error returned when an index is invalid.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The name of the index is invalid.
    #[error("{0}\nhelp: use letters, digits and underscores for the name of an index")]
    Name(NameError),
    /// A name needs quotes, and the engine's index functions insert names into Cypher unquoted.
    #[error(
        "cannot index `{0}`: Kùzu's index functions do not quote names\nhelp: use a name of letters, digits and underscores"
    )]
    NeedsQuotes(String),
    /// The table is a rel table.
    #[error("Kùzu cannot index rel tables")]
    RelTable,
    /// The number of properties is wrong for the kind of index.
    #[error(
        "wrong number of properties: {0}; a full-text index needs at least one, a vector index exactly one"
    )]
    PropertyCount(usize),
    /// A property does not exist in the table or is listed more than once.
    #[error("`{0}` is not a property of the table, or is listed more than once")]
    UnknownProperty(String),
    /// A property has a type that the kind of index does not support.
    #[error("`{property}` has type {ty}; {expected}")]
    Type {
        /// The name of the property.
        property: String,
        /// The type of the property.
        ty: String,
        /// The type that the index requires.
        expected: &'static str,
    },
    /// The kind of index has no such option.
    #[error("unknown option `{0}`")]
    UnknownOption(String),
    /// An option has an invalid value.
    #[error("invalid value `{value}` of the option `{option}`")]
    InvalidValue {
        /// The name of the option.
        option: String,
        /// The rejected value.
        value: String,
    },
    /// This version does not know the kind of index.
    #[error("unknown kind of index `{0}`")]
    UnknownKind(String),
}

impl IndexKind {
    /// Returns the options that the engine accepts for this kind of index.
    #[must_use]
    pub fn options(&self) -> &'static [IndexOption] {
        match self {
            Self::FullText => FULL_TEXT_OPTIONS,
            Self::Vector => VECTOR_OPTIONS,
            Self::Other(_) => &[],
        }
    }

    /// Returns the canonical text of an option's value: keywords in lowercase without synonyms,
    /// numbers in their shortest form (`0.050000` becomes `0.05`).
    ///
    /// # Errors
    ///
    /// Returns an error if this kind of index has no such option, or if the value is invalid.
    pub fn option(&self, name: &str, text: &str) -> Result<String, IndexError> {
        let option = self.options().iter().find(|option| option.name == name);
        let option = option.ok_or_else(|| IndexError::UnknownOption(name.to_owned()))?;
        canonical(option.value, text).ok_or_else(|| IndexError::InvalidValue {
            option: name.to_owned(),
            value: text.to_owned(),
        })
    }
}

fn canonical(value: OptionValue, text: &str) -> Option<String> {
    match value {
        Int(low, high) => {
            let n: i64 = text.parse().ok()?;
            (low..=high).contains(&n).then(|| n.to_string())
        }
        Float(low, high) => {
            let x: f64 = text.parse().ok()?;
            (x.is_finite() && x >= low && x <= high).then(|| format!("{x:?}"))
        }
        Bool => text.parse::<bool>().ok().map(|b| b.to_string()),
        Word(all) => {
            let text = text.to_ascii_lowercase();
            let mut all = all.iter();
            let found =
                all.find(|(word, other)| *word == text || (*other == text && !other.is_empty()));
            found.map(|(word, _)| (*word).to_owned())
        }
        Pattern => {
            let is_valid =
                !text.is_empty() && !text.contains(|c: char| c == '\0' || c.is_ascii_uppercase());
            is_valid.then(|| text.to_owned())
        }
        Source => {
            let is_valid = !text.is_empty() && !text.contains(['\'', '"', '`', '\\', '\0']);
            is_valid.then(|| text.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::index::{IndexKind, IndexOption};

    #[test]
    fn defaults_are_canonical() {
        for kind in [IndexKind::FullText, IndexKind::Vector] {
            for IndexOption { name, default, .. } in kind.options() {
                assert_eq!(kind.option(name, default).as_deref(), Ok(*default));
            }
        }
    }

    #[test]
    fn one_text_for_one_value() {
        let option = |name, text| IndexKind::Vector.option(name, text);
        assert_eq!(option("pu", "0.050000").as_deref(), Ok("0.05"));
        assert_eq!(option("pu", "1").as_deref(), Ok("1.0"));
        assert_eq!(option("metric", "DOT_PRODUCT").as_deref(), Ok("dotproduct"));
        for (name, text) in [
            ("mu", "0"),
            ("mu", "26214"),
            ("pu", "NaN"),
            ("efs", "1"),
            ("ml", "1639"),
        ] {
            assert!(option(name, text).is_err(), "{name} {text}");
        }
    }
}
