//! The engine's types as data, each with one canonical text.

pub(in crate::schema) mod parse;
pub(in crate::schema) mod range;
mod size;

use std::fmt;

use serde::{Deserialize, Serialize};
pub use size::StorageSize;

use super::limits::{MAX_ARRAY_LENGTH, MAX_DECIMAL_PRECISION, MAX_TYPE_COLUMNS, MAX_TYPE_DEPTH};

/// The precision and scale of a `DECIMAL` without arguments.
pub const DEFAULT_DECIMAL: (u8, u8) = (18, 3);

/// A Kùzu type.
///
/// [`Display`](fmt::Display) writes the text that `table_info` reports, byte for byte.
/// [`FromStr`](std::str::FromStr) reads it back, and also accepts the engine's aliases (`REAL`,
/// `BYTEA`, …).
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::Type;
///
/// let ty: Type = "map(string, real[])".parse()?;
/// assert_eq!(ty.to_string(), "MAP(STRING, FLOAT[])");
/// assert!(Type::Int32.widens_to(&Type::Int64));
/// # Ok::<(), kuzu_ddl::schema::ParseTypeError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Type {
    /// `BOOL`
    Bool,
    /// `INT8`
    Int8,
    /// `INT16`
    Int16,
    /// `INT32`
    Int32,
    /// `INT64`
    Int64,
    /// `INT128`
    Int128,
    /// `UINT8`
    UInt8,
    /// `UINT16`
    UInt16,
    /// `UINT32`
    UInt32,
    /// `UINT64`
    UInt64,
    /// `FLOAT`, 32 bits
    Float,
    /// `DOUBLE`, 64 bits
    Double,
    /// `STRING`, UTF-8
    String,
    /// `BLOB`
    Blob,
    /// `UUID`
    Uuid,
    /// `DATE`
    Date,
    /// `TIMESTAMP`, microseconds without a zone
    Timestamp,
    /// `TIMESTAMP_NS`, nanoseconds
    TimestampNs,
    /// `TIMESTAMP_MS`, milliseconds
    TimestampMs,
    /// `TIMESTAMP_SEC`, seconds
    TimestampSec,
    /// `TIMESTAMP_TZ`, microseconds, UTC
    TimestampTz,
    /// `INTERVAL`: months, days, microseconds
    Interval,
    /// `DECIMAL(precision, scale)`
    Decimal {
        /// The total number of digits, 1 to 38.
        precision: u8,
        /// The number of digits after the decimal point, at most `precision`.
        scale: u8,
    },
    /// `SERIAL`: an `INT64` numbered by an implicit sequence of the table
    Serial,
    /// `json`, as Kùzu 0.11.3 writes it
    Json,
    /// `INTERNAL_ID`
    InternalId,
    /// `T[]`
    List(Box<Type>),
    /// `T[n]`
    Array(Box<Type>, u64),
    /// `STRUCT(name T, …)`; order and case of the names are significant
    Struct(Vec<StructField>),
    /// `MAP(K, V)`
    Map(Box<Type>, Box<Type>),
    /// `UNION(name T, …)`
    Union(Vec<StructField>),
    /// A type of an unmanaged table that this version does not know. Never declared or sent to a
    /// peer.
    Unknown(String),
}

/// A member of a `STRUCT` or `UNION`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct StructField {
    /// The name of the member; case-sensitive.
    pub name: String,
    /// The type of the member.
    pub ty: Type,
}

/// Error returned when a text is not a valid type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a Kùzu type: {reason}")]
pub struct ParseTypeError {
    /// The rejected text, shortened.
    pub text: String,
    /// The reason for the rejection.
    pub reason: String,
}

/// The types without arguments, as pairs of text and value. The first text of a value is canonical.
const PLAIN: &[(&str, Type)] = &[
    ("BOOL", Type::Bool),
    ("BOOLEAN", Type::Bool),
    ("INT8", Type::Int8),
    ("INT16", Type::Int16),
    ("INT32", Type::Int32),
    ("INT", Type::Int32),
    ("INT64", Type::Int64),
    ("INT128", Type::Int128),
    ("UINT8", Type::UInt8),
    ("UINT16", Type::UInt16),
    ("UINT32", Type::UInt32),
    ("UINT64", Type::UInt64),
    ("FLOAT", Type::Float),
    ("REAL", Type::Float),
    ("FLOAT4", Type::Float),
    ("DOUBLE", Type::Double),
    ("FLOAT8", Type::Double),
    ("STRING", Type::String),
    ("BLOB", Type::Blob),
    ("BYTEA", Type::Blob),
    ("UUID", Type::Uuid),
    ("DATE", Type::Date),
    ("TIMESTAMP", Type::Timestamp),
    ("TIMESTAMP_NS", Type::TimestampNs),
    ("TIMESTAMP_MS", Type::TimestampMs),
    ("TIMESTAMP_SEC", Type::TimestampSec),
    ("TIMESTAMP_S", Type::TimestampSec),
    ("TIMESTAMP_TZ", Type::TimestampTz),
    ("INTERVAL", Type::Interval),
    ("DURATION", Type::Interval),
    ("SERIAL", Type::Serial),
    ("json", Type::Json),
    ("INTERNAL_ID", Type::InternalId),
];

impl Type {
    /// Returns whether the type is a date or a timestamp.
    #[must_use]
    pub fn is_time(&self) -> bool {
        use Type as T;
        matches!(
            self,
            T::Date
                | T::Timestamp
                | T::TimestampNs
                | T::TimestampMs
                | T::TimestampSec
                | T::TimestampTz
        )
    }

    /// Returns whether the engine accepts this type for the primary key of a node table.
    #[must_use]
    pub fn can_be_key(&self) -> bool {
        use Type as T;
        matches!(
            self,
            T::Int8
                | T::Int16
                | T::Int32
                | T::Int64
                | T::Int128
                | T::UInt8
                | T::UInt16
                | T::UInt32
                | T::UInt64
                | T::Float
                | T::Double
                | T::String
                | T::Blob
                | T::Uuid
                | T::Date
                | T::Timestamp
                | T::TimestampNs
                | T::TimestampMs
                | T::TimestampSec
                | T::TimestampTz
                | T::Serial
                | T::Decimal { .. }
        )
    }

    /// Returns the nesting depth, 1 for a type without inner types.
    #[must_use]
    pub fn depth(&self) -> usize {
        match self {
            Self::List(t) | Self::Array(t, _) => 1 + t.depth(),
            Self::Map(k, v) => 1 + k.depth().max(v.depth()),
            Self::Struct(fields) | Self::Union(fields) => {
                1 + fields.iter().map(|f| f.ty.depth()).max().unwrap_or(0)
            }
            _ => 1,
        }
    }

    /// Checks the constraints that the Rust type does not express: precision, lengths, member
    /// names, depth, and that no part is [`Type::Unknown`].
    ///
    /// # Errors
    ///
    /// Returns the first rule that the type violates.
    pub fn check(&self) -> Result<(), ParseTypeError> {
        self.check_rules().map_err(|reason| ParseTypeError {
            text: shorten(&self.to_string()),
            reason,
        })
    }

    fn check_rules(&self) -> Result<(), String> {
        self.check_at(1, 1)?;
        self.check_size()
    }

    /// Checks the type at a nesting depth, in arrays of that many elements in all.
    fn check_at(&self, depth: usize, elements: u64) -> Result<(), String> {
        if depth > MAX_TYPE_DEPTH {
            return Err(format!("nested deeper than {MAX_TYPE_DEPTH} levels"));
        }
        match self {
            Self::Decimal { precision, scale } => {
                if *precision == 0 || *precision > MAX_DECIMAL_PRECISION {
                    return Err(format!(
                        "the precision must be 1 to {MAX_DECIMAL_PRECISION}"
                    ));
                }
                if scale > precision {
                    return Err("the scale is larger than the precision".into());
                }
                Ok(())
            }
            Self::Serial if depth > 1 => Err("SERIAL cannot be nested in another type".into()),
            Self::List(t) => t.check_at(depth + 1, elements),
            Self::Array(t, n) => {
                if *n == 0 {
                    return Err("an array needs at least one element".into());
                }
                let all = elements.saturating_mul(*n);
                if all > MAX_ARRAY_LENGTH {
                    return Err(format!(
                        "an array may have at most {MAX_ARRAY_LENGTH} elements\n\
                         help: use a list, `{t}[]`"
                    ));
                }
                t.check_at(depth + 1, all)
            }
            Self::Map(k, v) => k
                .check_at(depth + 1, elements)
                .and_then(|()| v.check_at(depth + 1, elements)),
            Self::Struct(fields) | Self::Union(fields) => {
                if fields.is_empty() {
                    return Err("it has no members".into());
                }
                if fields.len() as u64 > MAX_TYPE_COLUMNS {
                    let count = fields.len();
                    return Err(format!(
                        "it has {count} members, at most {MAX_TYPE_COLUMNS}\n\
                         help: use a list or map of them"
                    ));
                }
                for (i, field) in fields.iter().enumerate() {
                    if !is_member_name(&field.name) {
                        return Err(format!(
                            "the member name {:?} may have only letters, digits and underscores",
                            shorten(&field.name)
                        ));
                    }
                    if is_reserved_member(&field.name) {
                        return Err(format!(
                            "the member name `{}` is a Cypher keyword, which Kùzu cannot quote here",
                            field.name
                        ));
                    }
                    if fields[..i].iter().any(|f| f.name == field.name) {
                        return Err(format!("duplicate member `{}`", field.name));
                    }
                    field.ty.check_at(depth + 1, elements)?;
                }
                Ok(())
            }
            Self::Unknown(_) => Err("unknown to this version of kuzu-ddl".into()),
            _ => Ok(()),
        }
    }
}

/// Returns whether `name` is a keyword. The engine cannot quote the names of members.
fn is_reserved_member(name: &str) -> bool {
    crate::schema::name::RESERVED_MEMBERS
        .iter()
        .any(|word| word.eq_ignore_ascii_case(name))
}

fn is_member_name(name: &str) -> bool {
    let mut chars = name.chars();
    chars
        .next()
        .is_some_and(|c| c.is_ascii_alphabetic() || c == '_')
        && chars.all(|c| c.is_ascii_alphanumeric() || c == '_')
        && name.len() <= crate::schema::name::MAX_NAME_BYTES
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 80 {
        text.into()
    } else {
        text.chars().take(79).chain(['…']).collect()
    }
}

impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decimal { precision, scale } => write!(f, "DECIMAL({precision}, {scale})"),
            Self::List(t) => write!(f, "{t}[]"),
            Self::Array(t, n) => write!(f, "{t}[{n}]"),
            Self::Map(k, v) => write!(f, "MAP({k}, {v})"),
            Self::Struct(fields) => members(f, "STRUCT", fields),
            Self::Union(fields) => members(f, "UNION", fields),
            Self::Unknown(text) => f.write_str(text),
            plain => {
                let text = PLAIN
                    .iter()
                    .find(|(_, t)| t == plain)
                    .map_or("?", |(text, _)| *text);
                f.write_str(text)
            }
        }
    }
}

fn members(f: &mut fmt::Formatter<'_>, word: &str, fields: &[StructField]) -> fmt::Result {
    write!(f, "{word}(")?;
    for (i, field) in fields.iter().enumerate() {
        let comma = if i == 0 { "" } else { ", " };
        write!(f, "{comma}{} {}", field.name, field.ty)?;
    }
    f.write_str(")")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_text_is_read_back() {
        for text in [
            "BOOL",
            "INT8",
            "INT128",
            "UINT64",
            "FLOAT",
            "DOUBLE",
            "STRING",
            "BLOB",
            "UUID",
            "DATE",
            "TIMESTAMP",
            "TIMESTAMP_NS",
            "TIMESTAMP_MS",
            "TIMESTAMP_SEC",
            "TIMESTAMP_TZ",
            "INTERVAL",
            "DECIMAL(10, 2)",
            "SERIAL",
            "json",
            "INT64[]",
            "INT64[3][]",
            "STRUCT(a INT64, b STRING[])",
            "MAP(STRING, INT64[3])",
            "UNION(a INT64, b MAP(STRING, STRUCT(x json)))",
        ] {
            assert_eq!(text.parse::<Type>().expect(text).to_string(), text);
        }
    }

    #[test]
    fn aliases_are_read() {
        for (alias, text) in [
            ("decimal", "DECIMAL(18, 3)"),
            ("real", "FLOAT"),
            ("int", "INT32"),
            ("bytea", "BLOB"),
            (" struct( a  int ) [ ] ", "STRUCT(a INT32)[]"),
            ("JSON", "json"),
            ("boolean", "BOOL"),
        ] {
            assert_eq!(alias.parse::<Type>().expect(alias).to_string(), text);
        }
    }

    #[test]
    fn mistakes_are_refused() {
        for text in [
            "",
            "VARCHAR",
            "INT64 NOT NULL",
            "DECIMAL(39, 1)",
            "DECIMAL(3, 4)",
            "DECIMAL(3)",
            "INT64[0]",
            "INT64[",
            "STRUCT()",
            "STRUCT(a INT64, a STRING)",
            "STRUCT(`a b` INT64)",
            "MAP(STRING)",
            "SERIAL[]",
            "INT64; DROP TABLE A",
        ] {
            assert!(text.parse::<Type>().is_err(), "{text}");
        }
        assert!(
            format!("INT64{}", "[]".repeat(100_000))
                .parse::<Type>()
                .is_err()
        );
        assert!("STRUCT(a ".repeat(100_000).parse::<Type>().is_err());
    }
}
