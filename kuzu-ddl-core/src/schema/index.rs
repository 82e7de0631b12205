//! Indexes: what the engine's two extensions can index, and the options they take.

use std::collections::BTreeMap;

use OptionValue::{Bool, Float, Int, Pattern, Source, Word};
use serde::{Deserialize, Serialize};

use super::name::{Key, NameError};

/// An index of a table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Index {
    /// The name as spelled.
    pub name: String,
    /// What is indexed, and how.
    pub kind: IndexKind,
    /// The properties, in the index's order.
    pub properties: Vec<Key>,
    /// The options by name in lower case, each in its canonical text: see [`IndexKind::option`]. A declared
    /// index has those that were said, one found in a catalog those that the engine tells.
    pub options: BTreeMap<String, String>,
}

/// The kinds of index.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum IndexKind {
    /// Full-text, by the FTS extension.
    FullText,
    /// HNSW, by the vector extension.
    Vector,
    /// A kind this version does not know, in the engine's word.
    Other(String),
}

/// An option of an index.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct IndexOption {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub value: OptionValue,
    /// What the engine takes where nothing is said, in the canonical text.
    pub default: &'static str,
}

/// What an option takes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub enum OptionValue {
    /// A whole number from … to ….
    Int(i64, i64),
    /// A number from … to …. Cypher must see a point or an exponent in it.
    Float(f64, f64),
    /// `true` or `false`.
    Bool,
    /// One of these words, and what else the engine calls it.
    Word(&'static [(&'static str, &'static str)]),
    /// A regular expression without capitals, which the engine would turn into small letters.
    Pattern,
    /// The name of a node table or the path of a file; the engine does not quote it.
    Source,
}

impl OptionValue {
    /// Whether a Cypher literal of it stands between quotes.
    #[must_use]
    pub fn is_text(self) -> bool {
        matches!(self, Word(_) | Pattern | Source)
    }
}

/// Snowball's words, as far as the engine bundles them.
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

const FULL_TEXT: &[IndexOption] = &[
    option("stemmer", Word(STEMMERS), "english"),
    option("stopwords", Source, "default"),
    option(
        "ignore_pattern",
        Pattern,
        r#"[0-9!@#$%^&*()_+={}\[\]:;<>,.?~\/\|'"`-]+"#,
    ),
];

/// Above these degrees the engine refuses: they are 1.25 times as large inside, and must fit an `INT16`, and
/// for `ml` one of its vectors of 2048 values.
const VECTOR: &[IndexOption] = &[
    option("metric", Word(METRICS), "cosine"),
    option("mu", Int(1, 26_213), "30"),
    option("ml", Int(1, 1_638), "60"),
    option("pu", Float(0.0, 1.0), "0.05"),
    option("efc", Int(1, i64::MAX), "200"),
    option("alpha", Float(1.0, f64::INFINITY), "1.1"),
    option("cache_embeddings", Bool, "true"),
];

/// Why an index cannot be.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum IndexError {
    /// The index's own name.
    #[error("{0}; the name of an index is letters, digits and underscores")]
    Name(#[from] NameError),
    /// The engine's index functions put names into Cypher as they are.
    #[error(
        "Kùzu's index functions do not quote names, and `{0}` needs quotes; rename it to letters, digits and underscores"
    )]
    NeedsQuotes(String),
    /// An index on a rel table.
    #[error("Kùzu indexes no rel tables")]
    RelTable,
    /// No property, or several where there can be one.
    #[error("{0} properties; a full-text index has at least one, a vector index exactly one")]
    Count(usize),
    /// A property that is not there, or twice.
    #[error("`{0}` is not among the properties, or stands there twice")]
    Property(String),
    /// A property of the wrong type.
    #[error("`{property}` is {ty}; {wanted}")]
    Type {
        /// The property.
        property: String,
        /// Its type.
        ty: String,
        /// What the index needs.
        wanted: &'static str,
    },
    /// An option that the kind of index does not have.
    #[error("it has no option `{0}`")]
    Option(String),
    /// An option's value.
    #[error("the option `{option}` cannot be `{value}`")]
    Value {
        /// The option.
        option: String,
        /// The value.
        value: String,
    },
    /// A kind of index that this version does not know.
    #[error("the kind of index `{0}` is unknown")]
    Kind(String),
}

impl IndexKind {
    /// The options that the engine takes for this kind.
    #[must_use]
    pub fn options(&self) -> &'static [IndexOption] {
        match self {
            Self::FullText => FULL_TEXT,
            Self::Vector => VECTOR,
            Self::Other(_) => &[],
        }
    }

    /// The canonical text of an option's value: words in small letters under one name, numbers in their
    /// shortest form (`0.050000` is `0.05`).
    ///
    /// # Errors
    /// There is no such option, or it cannot have this value.
    pub fn option(&self, name: &str, text: &str) -> Result<String, IndexError> {
        let known = self.options().iter().find(|option| option.name == name);
        let known = known.ok_or_else(|| IndexError::Option(name.to_owned()))?;
        canonical(known.value, text).ok_or_else(|| IndexError::Value {
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
            let good =
                !text.is_empty() && !text.contains(|c: char| c == '\0' || c.is_ascii_uppercase());
            good.then(|| text.to_owned())
        }
        Source => {
            let good = !text.is_empty() && !text.contains(['\'', '"', '`', '\\', '\0']);
            good.then(|| text.to_owned())
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
