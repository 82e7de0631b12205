//! Default values and casts as typed expressions.
//!
//! Text from outside is never executed, so a default is data: literals, a fixed list of functions,
//! and arithmetic. It is always rendered as `CAST(<expr> AS <TYPE>)`, the only form that the engine
//! reports back verbatim (it drops signs and parentheses of anything else).

pub(in crate::schema) mod check;
mod checkpoint;
mod decimals;
mod member;
pub(in crate::schema) mod parse;
pub(in crate::schema) mod render;
mod result_type;
mod value_size;

use std::cmp::Ordering;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::types::Type;

/// The functions that a default may call: deterministic ones, and those that generate a new value
/// for each row.
pub const FUNCTIONS: &[&str] = &[
    "abs",
    "array_value",
    "ceil",
    "coalesce",
    "concat",
    "current_date",
    "current_timestamp",
    "date",
    "epoch_ms",
    "floor",
    "gen_random_uuid",
    "interval",
    "ln",
    "list_creation",
    "log10",
    "lower",
    "ltrim",
    "make_date",
    "map",
    "md5",
    "nextval",
    "pi",
    "pow",
    "repeat",
    "reverse",
    "round",
    "rtrim",
    "sha256",
    "size",
    "sqrt",
    "substring",
    "timestamp",
    "to_days",
    "to_hours",
    "to_json",
    "to_microseconds",
    "to_milliseconds",
    "to_minutes",
    "to_months",
    "to_seconds",
    "to_timestamp",
    "to_years",
    "trim",
    "upper",
    "uuid",
];

/// A 64-bit float that compares by its total order, so that expressions can be compared and sorted.
#[derive(Clone, Copy, Debug)]
pub struct Float(pub f64);

// As text, because readers of JSON numbers may lose the last bit, and then an event read back would
// have another id.
impl Serialize for Float {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:?}", self.0))
    }
}

impl<'de> Deserialize<'de> for Float {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map(Self).map_err(serde::de::Error::custom)
    }
}

impl PartialEq for Float {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Float {}

impl PartialOrd for Float {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Float {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// An arithmetic operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `%`
    Modulo,
}

impl Operator {
    fn symbol(self) -> char {
        match self {
            Self::Add => '+',
            Self::Subtract => '-',
            Self::Multiply => '*',
            Self::Divide => '/',
            Self::Modulo => '%',
        }
    }
}

/// A typed expression: a default value, or a cast of an old value.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::schema::{Expr, Type};
/// let expr = Expr::parse_cast("old * 100").expect("valid");
/// assert!(expr.references_old());
/// assert!(Expr::Int(7).check(&Type::Int64).is_ok());
/// assert!(Expr::Text("seven".into()).check(&Type::Int64).is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Expr {
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Int(i128),
    /// A finite floating-point number.
    Float(Float),
    /// A string; also the literal form of dates, timestamps, UUIDs, intervals and decimals.
    Text(String),
    /// The bytes of a `BLOB`.
    Bytes(Vec<u8>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{name: a, …}`
    Struct(Vec<(String, Expr)>),
    /// A call of one of [`FUNCTIONS`], with the name in lowercase.
    Call(String, Vec<Expr>),
    /// `CAST(e AS T)`
    Cast(Box<Expr>, Type),
    /// `-e`
    Negate(Box<Expr>),
    /// `(a + b)`
    Binary(Operator, Box<Expr>, Box<Expr>),
    /// `old`: in a cast, the value before the change. Not allowed in a default.
    Old,
    /// The engine's text of a default created out of band, which may have lost signs and
    /// parentheses. It is compared and displayed, never executed.
    Opaque(String),
}

/// Error returned when a text is not a valid expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid expression `{text}`: {reason}")]
pub struct ParseExprError {
    /// The rejected text, shortened.
    pub text: String,
    /// The reason for the rejection.
    pub reason: String,
}

fn is_word(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

fn shorten(text: &str) -> String {
    if text.chars().count() <= 80 {
        text.into()
    } else {
        text.chars().take(79).chain(['…']).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(s: &str) -> String {
        s.parse::<Expr>()
            .map_or_else(|e| e.to_string(), |e| e.to_string())
    }

    #[test]
    fn canonical_text_is_read_back() {
        for s in [
            "5",
            "-5",
            "1.5",
            "-0.25",
            "true",
            "'a\\'b\\\\c'",
            "[1, 2]",
            "[]",
            "{a: 1, b: 'x'}",
            "current_timestamp()",
            "nextval('s')",
            "(2 * (3 + 4))",
            "CAST('2020-01-01' AS DATE)",
            "map(['a'], [1])",
            "CAST(1 AS DECIMAL(10, 2))",
            "-(abs(1))",
        ] {
            assert_eq!(text(s), s);
        }
        assert_eq!(text("1-2*3"), "(1 - (2 * 3))");
        let cast = Expr::parse_cast("{a: old.a, b: old . c.d}").map(|e| e.to_string());
        assert_eq!(cast.as_deref(), Ok("{a: old.a, b: old.c.d}"));
    }

    #[test]
    fn nothing_but_expressions() {
        for s in [
            "",
            "5; DROP TABLE a",
            "load_extension('x')",
            "a.b",
            "'x",
            "$p",
            "[1",
            "CAST(1 AS VARCHAR)",
        ] {
            assert!(s.parse::<Expr>().is_err(), "{s}");
        }
        assert!("(".repeat(50_000).parse::<Expr>().is_err());
        assert!("-".repeat(50_000).parse::<Expr>().is_err());
        assert!("1+".repeat(30_000).parse::<Expr>().is_err());
    }

    #[test]
    fn engine_text_is_typed_or_opaque() {
        let read = |s| Expr::parse_engine(s, &Type::Int64);
        assert_eq!(read("NULL"), None);
        assert_eq!(read(""), None);
        assert_eq!(read("CAST(-5 AS INT64)"), Some(Expr::Int(-5)));
        assert_eq!(read("5"), Some(Expr::Opaque("5".into())));
        assert_eq!(
            read("CAST(5 AS INT32)"),
            Some(Expr::Opaque("CAST(5 AS INT32)".into()))
        );
    }

    #[test]
    fn literals_are_checked_against_the_type() {
        assert!(Expr::Int(127).check(&Type::Int8).is_ok());
        assert!(Expr::Int(128).check(&Type::Int8).is_err());
        assert!(Expr::Int(-1).check(&Type::UInt64).is_err());
        assert!(Expr::Text("x".into()).check(&Type::Int64).is_err());
        assert!(Expr::Float(Float(f64::NAN)).check(&Type::Double).is_err());
        assert!(
            Expr::List(vec![Expr::Int(1)])
                .check(&Type::Array(Box::new(Type::Int8), 2))
                .is_err()
        );
    }
}
