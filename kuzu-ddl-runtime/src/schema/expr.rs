//! Default values and casts as typed expressions.
//!
//! Text from outside is never executed, so a default is data: literals, a fixed list of functions,
//! and arithmetic. It is always rendered as `CAST(<expr> AS <TYPE>)`, the only form that the engine
//! reports back verbatim (it drops signs and parentheses of anything else).

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::name::string_literal;
use super::types::Type;

/// The maximum nesting depth of expressions.
pub const MAX_EXPR_DEPTH: usize = 64;

/// The maximum length of an expression's text, in bytes.
pub const MAX_EXPR_BYTES: usize = 64 * 1024;

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
pub struct ExprError {
    /// The rejected text, shortened.
    pub text: String,
    /// The reason for the rejection.
    pub reason: String,
}

impl Expr {
    /// Returns the canonical text of this default for a property of type `ty`: what follows
    /// `DEFAULT` in DDL, and what `table_info` reports.
    #[must_use]
    pub fn canonical(&self, ty: &Type) -> String {
        match self {
            Self::Opaque(text) => text.clone(),
            expr => format!("CAST({expr} AS {ty})"),
        }
    }

    /// Parses the default that `table_info` reports for a property of type `ty`. Returns `None` if
    /// there is no default, and [`Expr::Opaque`] for a text that is not in canonical form.
    #[must_use]
    pub fn from_engine(text: &str, ty: &Type) -> Option<Self> {
        if text.is_empty() || text == "NULL" {
            return None;
        }
        // The canonical text may exceed the length and depth allowed for user input.
        match Parser::read(text) {
            Ok(Self::Cast(inner, cast)) if cast == *ty => inner.with_bytes(ty),
            _ => None,
        }
        .filter(|expr| expr.canonical(ty) == text)
        .or_else(|| Some(Self::Opaque(text.to_owned())))
    }

    /// Converts strings to bytes where `ty` is `BLOB`: both are written as strings, and only the
    /// type distinguishes them. Returns `None` for a string that is not the text of an
    /// [`Expr::Bytes`].
    fn with_bytes(self, ty: &Type) -> Option<Self> {
        Some(match (self, ty) {
            (Self::Text(text), Type::Blob) => Self::Bytes(unescape(&text)?),
            (Self::List(items), Type::List(ty) | Type::Array(ty, _)) => Self::List(
                items
                    .into_iter()
                    .map(|e| e.with_bytes(ty))
                    .collect::<Option<_>>()?,
            ),
            (Self::Struct(fields), Type::Struct(types)) if fields.len() == types.len() => {
                let typed = fields.into_iter().zip(types);
                Self::Struct(
                    typed
                        .map(|((n, e), t)| Some((n, e.with_bytes(&t.ty)?)))
                        .collect::<Option<_>>()?,
                )
            }
            (Self::Call(name, args), Type::Map(key, value)) if name == "map" && args.len() == 2 => {
                let types = [key, value].map(|ty| Type::List(ty.clone()));
                let typed = args.into_iter().zip(types);
                Self::Call(
                    name,
                    typed
                        .map(|(e, ty)| e.with_bytes(&ty))
                        .collect::<Option<_>>()?,
                )
            }
            (expr, _) => expr,
        })
    }

    /// Checks this default for a property of type `ty`: known functions, finite numbers, depth,
    /// size, and literals that fit `ty`.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check(&self, ty: &Type) -> Result<(), ExprError> {
        let fail = |reason: String| ExprError {
            text: shorten(&self.to_string()),
            reason,
        };
        self.check_parts()?;
        self.fits(ty).map_err(fail)
    }

    /// Checks this default without a type; see [`check`](Self::check).
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check_parts(&self) -> Result<(), ExprError> {
        self.check_cast()?;
        if self.mentions_old() {
            let reason =
                "`old` is the value before a type change and has no meaning in a default".into();
            return Err(ExprError {
                text: shorten(&self.to_string()),
                reason,
            });
        }
        Ok(())
    }

    /// Checks this cast without a type; unlike a default it may reference the `old` value.
    ///
    /// # Errors
    ///
    /// Returns the first rule that the expression violates.
    pub fn check_cast(&self) -> Result<(), ExprError> {
        let mut budget = MAX_EXPR_BYTES;
        self.check_at(1, &mut budget).map_err(|reason| ExprError {
            text: shorten(&self.to_string()),
            reason,
        })
    }

    /// Parses a cast: an expression that may reference the `old` value.
    ///
    /// # Errors
    ///
    /// Returns an error if the text is not a valid expression.
    pub fn parse_cast(text: &str) -> Result<Self, ExprError> {
        let fail = |reason: String| ExprError {
            text: shorten(text),
            reason,
        };
        if text.len() > MAX_EXPR_BYTES {
            return Err(fail(format!("longer than {MAX_EXPR_BYTES} bytes")));
        }
        let expr = Parser::read(text).map_err(fail)?;
        expr.check_cast()?;
        Ok(expr)
    }

    fn check_at(&self, depth: usize, budget: &mut usize) -> Result<(), String> {
        if depth > MAX_EXPR_DEPTH {
            return Err(format!("nested deeper than {MAX_EXPR_DEPTH} levels"));
        }
        let cost = match self {
            Self::Text(t) | Self::Opaque(t) => t.len(),
            Self::Bytes(b) => b.len() * 4,
            _ => 8,
        };
        *budget = budget
            .checked_sub(cost)
            .ok_or_else(|| format!("longer than {MAX_EXPR_BYTES} bytes"))?;
        match self {
            Self::Float(Float(x)) if !x.is_finite() => Err("the number is not finite".into()),
            Self::Text(t) if t.contains('\0') => Err("the string contains a NUL".into()),
            Self::Opaque(_) => Err("the engine reports it only in part".into()),
            Self::Call(name, args) => {
                if !FUNCTIONS.contains(&name.as_str()) {
                    return Err(format!(
                        "unknown function `{}`; expected one of {}",
                        shorten(name),
                        FUNCTIONS.join(", ")
                    ));
                }
                args.iter().try_for_each(|a| a.check_at(depth + 1, budget))
            }
            Self::List(items) => items.iter().try_for_each(|e| e.check_at(depth + 1, budget)),
            Self::Struct(fields) => fields.iter().try_for_each(|(name, e)| {
                if !is_word(name) {
                    return Err(format!(
                        "the member name {:?} may have only letters, digits and underscores",
                        shorten(name)
                    ));
                }
                e.check_at(depth + 1, budget)
            }),
            Self::Cast(e, ty) => {
                ty.check().map_err(|e| e.to_string())?;
                e.check_at(depth + 1, budget)
            }
            Self::Negate(e) => e.check_at(depth + 1, budget),
            Self::Binary(_, a, b) => {
                a.check_at(depth + 1, budget)?;
                b.check_at(depth + 1, budget)
            }
            _ => Ok(()),
        }
    }

    /// Checks that the literals fit `ty`. What only the engine can decide (calls, texts of dates)
    /// passes here and is evaluated in the rehearsal.
    fn fits(&self, ty: &Type) -> Result<(), String> {
        let no = |what: &str| Err(format!("expected {ty}, found {what}"));
        match (self, ty) {
            (_, Type::Serial) => Err(
                "a SERIAL property cannot have a default, because the engine numbers its rows"
                    .into(),
            ),
            (Self::Bool(_), Type::Bool) => Ok(()),
            (Self::Int(n), ty) => match integer_range(ty) {
                Some((low, high)) if *n < low || *n > high => {
                    Err(format!("{n} is out of range for {ty} ({low} to {high})"))
                }
                Some(_) => Ok(()),
                None => match ty {
                    Type::Float | Type::Double | Type::Decimal { .. } | Type::Json => Ok(()),
                    Type::Union(_) => Ok(()),
                    _ => no("an integer"),
                },
            },
            (
                Self::Float(_),
                Type::Float | Type::Double | Type::Decimal { .. } | Type::Json | Type::Union(_),
            ) => Ok(()),
            (Self::Float(_), _) => no("a number with a point"),
            (Self::Bool(_), Type::Json | Type::Union(_)) => Ok(()),
            (Self::Bool(_), _) => no("a boolean"),
            (Self::Bytes(_), Type::Blob) => Ok(()),
            (Self::Bytes(_), _) => no("a byte string"),
            (
                Self::Text(_),
                Type::String
                | Type::Uuid
                | Type::Date
                | Type::Timestamp
                | Type::TimestampNs
                | Type::TimestampMs
                | Type::TimestampSec
                | Type::TimestampTz
                | Type::Interval
                | Type::Decimal { .. }
                | Type::Json
                | Type::Union(_),
            ) => Ok(()),
            (Self::Text(_), Type::Blob) => Err("bytes are written as b\"…\"".into()),
            (Self::Text(_), _) => no("a string"),
            (Self::List(items), Type::List(t)) => items.iter().try_for_each(|e| e.fits(t)),
            (Self::List(items), Type::Array(t, n)) => {
                if items.len() as u64 != *n {
                    return Err(format!(
                        "expected the {n} elements of {ty}, found {}",
                        items.len()
                    ));
                }
                items.iter().try_for_each(|e| e.fits(t))
            }
            (Self::List(_), _) => no("a list"),
            (Self::Struct(given), Type::Struct(wanted)) => {
                if given.len() != wanted.len()
                    || given.iter().zip(wanted).any(|(g, w)| g.0 != w.name)
                {
                    return Err(format!("the members differ from those of {ty}"));
                }
                given
                    .iter()
                    .zip(wanted)
                    .try_for_each(|(g, w)| g.1.fits(&w.ty))
            }
            (Self::Struct(_), _) => no("a struct"),
            (
                Self::Call(..)
                | Self::Cast(..)
                | Self::Negate(_)
                | Self::Binary(..)
                | Self::Old
                | Self::Opaque(_),
                _,
            ) => Ok(()),
        }
    }

    /// Returns whether evaluating this default may fail in a way that only the engine can detect.
    #[must_use]
    pub fn needs_rehearsal(&self) -> bool {
        !matches!(
            self,
            Self::Bool(_) | Self::Int(_) | Self::Float(_) | Self::Opaque(_)
        )
    }

    /// Returns whether every row gets the same value, so that the engine can fill all existing rows
    /// at once.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        match self {
            Self::Call(name, args) => {
                !matches!(
                    name.as_str(),
                    "current_date" | "current_timestamp" | "gen_random_uuid" | "nextval" | "uuid"
                ) && args.iter().all(Self::is_constant)
            }
            Self::List(items) => items.iter().all(Self::is_constant),
            Self::Struct(fields) => fields.iter().all(|(_, e)| e.is_constant()),
            Self::Cast(e, _) | Self::Negate(e) => e.is_constant(),
            Self::Binary(_, a, b) => a.is_constant() && b.is_constant(),
            _ => true,
        }
    }
}

/// Returns the smallest and the largest value of an integer type.
pub(crate) fn integer_range(ty: &Type) -> Option<(i128, i128)> {
    Some(match ty {
        Type::Int8 => (i8::MIN.into(), i8::MAX.into()),
        Type::Int16 => (i16::MIN.into(), i16::MAX.into()),
        Type::Int32 => (i32::MIN.into(), i32::MAX.into()),
        Type::Int64 => (i64::MIN.into(), i64::MAX.into()),
        Type::Int128 => (i128::MIN, i128::MAX),
        Type::UInt8 => (0, u8::MAX.into()),
        Type::UInt16 => (0, u16::MAX.into()),
        Type::UInt32 => (0, u32::MAX.into()),
        Type::UInt64 => (0, u64::MAX.into()),
        _ => return None,
    })
}

/// Decodes `\x41\x42…`, the text of an [`Expr::Bytes`].
fn unescape(text: &str) -> Option<Vec<u8>> {
    let mut rest = text;
    let mut bytes = Vec::with_capacity(text.len() / 4);
    while !rest.is_empty() {
        rest = rest.strip_prefix("\\x")?;
        bytes.push(u8::from_str_radix(rest.get(..2)?, 16).ok()?);
        rest = &rest[2..];
    }
    Some(bytes)
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

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "old")
    }
}

impl Expr {
    /// Renders a cast as Cypher, with the Cypher expression `old` as its input.
    #[must_use]
    pub fn with_old(&self, old: &str) -> String {
        struct With<'a>(&'a Expr, &'a str);
        impl fmt::Display for With<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.write(f, self.1)
            }
        }
        With(self, old).to_string()
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, old: &str) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(n) => write!(f, "{n}"),
            Self::Float(Float(x)) => write!(f, "{x:?}"),
            Self::Text(text) => f.write_str(&string_literal(text)),
            Self::Bytes(bytes) => {
                f.write_str("'")?;
                bytes.iter().try_for_each(|b| write!(f, "\\\\x{b:02X}"))?;
                f.write_str("'")
            }
            Self::List(items) => {
                f.write_str("[")?;
                comma_separated(f, items, old)?;
                f.write_str("]")
            }
            Self::Struct(fields) => {
                f.write_str("{")?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    let comma = if i == 0 { "" } else { ", " };
                    write!(f, "{comma}{name}: ")?;
                    value.write(f, old)?;
                }
                f.write_str("}")
            }
            Self::Call(name, args) => {
                write!(f, "{name}(")?;
                comma_separated(f, args, old)?;
                f.write_str(")")
            }
            Self::Cast(e, ty) => {
                f.write_str("CAST(")?;
                e.write(f, old)?;
                write!(f, " AS {ty})")
            }
            Self::Negate(e) => {
                f.write_str("-(")?;
                e.write(f, old)?;
                f.write_str(")")
            }
            Self::Binary(op, a, b) => {
                f.write_str("(")?;
                a.write(f, old)?;
                write!(f, " {} ", op.symbol())?;
                b.write(f, old)?;
                f.write_str(")")
            }
            Self::Old => f.write_str(old),
            Self::Opaque(text) => f.write_str(text),
        }
    }

    /// Returns the expression with every `old` replaced by `by`.
    #[must_use]
    pub fn replace_old(&self, by: &Self) -> Self {
        let all = |items: &[Self]| items.iter().map(|e| e.replace_old(by)).collect();
        let boxed = |e: &Self| Box::new(e.replace_old(by));
        match self {
            Self::Old => by.clone(),
            Self::List(items) => Self::List(all(items)),
            Self::Call(name, args) => Self::Call(name.clone(), all(args)),
            Self::Struct(fields) => Self::Struct(
                fields
                    .iter()
                    .map(|(name, e)| (name.clone(), e.replace_old(by)))
                    .collect(),
            ),
            Self::Cast(e, ty) => Self::Cast(boxed(e), ty.clone()),
            Self::Negate(e) => Self::Negate(boxed(e)),
            Self::Binary(op, a, b) => Self::Binary(*op, boxed(a), boxed(b)),
            _ => self.clone(),
        }
    }

    /// Returns whether the expression references the value before a change.
    #[must_use]
    pub fn mentions_old(&self) -> bool {
        match self {
            Self::Old => true,
            Self::List(items) | Self::Call(_, items) => items.iter().any(Self::mentions_old),
            Self::Struct(fields) => fields.iter().any(|(_, e)| e.mentions_old()),
            Self::Cast(e, _) | Self::Negate(e) => e.mentions_old(),
            Self::Binary(_, a, b) => a.mentions_old() || b.mentions_old(),
            _ => false,
        }
    }
}

fn comma_separated(f: &mut fmt::Formatter<'_>, items: &[Expr], old: &str) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        if i > 0 {
            f.write_str(", ")?;
        }
        item.write(f, old)?;
    }
    Ok(())
}

impl FromStr for Expr {
    type Err = ExprError;

    fn from_str(text: &str) -> Result<Self, ExprError> {
        let expr = Self::parse_cast(text)?;
        expr.check_parts()?;
        Ok(expr)
    }
}

struct Parser<'a> {
    rest: &'a str,
}

/// The maximum nesting depth of a text. Parentheses count, and the canonical text has many.
const MAX_TEXT_DEPTH: usize = 3 * MAX_EXPR_DEPTH;

impl<'a> Parser<'a> {
    fn read(text: &'a str) -> Result<Expr, String> {
        let mut parser = Self { rest: text };
        let expr = parser.sum(1)?;
        parser.space();
        if parser.rest.is_empty() {
            Ok(expr)
        } else {
            Err(format!(
                "unexpected trailing text `{}`",
                shorten(parser.rest)
            ))
        }
    }

    fn space(&mut self) {
        self.rest = self.rest.trim_start();
    }

    fn eat(&mut self, c: char) -> bool {
        self.space();
        let rest = self.rest.strip_prefix(c);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn expect(&mut self, c: char) -> Result<(), String> {
        if self.eat(c) {
            Ok(())
        } else {
            Err(format!("expected `{c}` before `{}`", shorten(self.rest)))
        }
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(|c| !accept(c)).unwrap_or(self.rest.len());
        let (taken, rest) = self.rest.split_at(end);
        self.rest = rest;
        taken
    }

    fn word(&mut self) -> &'a str {
        self.space();
        self.take_while(|c| c.is_ascii_alphanumeric() || c == '_')
    }

    fn sum(&mut self, depth: usize) -> Result<Expr, String> {
        let mut left = self.product(depth)?;
        let mut depth = depth;
        loop {
            let op = if self.eat('+') {
                Operator::Add
            } else if self.eat('-') {
                Operator::Subtract
            } else {
                return Ok(left);
            };
            depth += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.product(depth)?));
        }
    }

    fn product(&mut self, depth: usize) -> Result<Expr, String> {
        let mut left = self.unary(depth)?;
        let mut depth = depth;
        loop {
            let op = if self.eat('*') {
                Operator::Multiply
            } else if self.eat('/') {
                Operator::Divide
            } else if self.eat('%') {
                Operator::Modulo
            } else {
                return Ok(left);
            };
            depth += 1;
            left = Expr::Binary(op, Box::new(left), Box::new(self.unary(depth)?));
        }
    }

    fn unary(&mut self, depth: usize) -> Result<Expr, String> {
        if depth > MAX_TEXT_DEPTH {
            return Err(format!("nested deeper than {MAX_EXPR_DEPTH} levels"));
        }
        if self.eat('-') {
            self.space();
            if self.rest.starts_with(|c: char| c.is_ascii_digit()) {
                return self.number(true);
            }
            return Ok(Expr::Negate(Box::new(self.unary(depth + 1)?)));
        }
        self.primary(depth)
    }

    fn primary(&mut self, depth: usize) -> Result<Expr, String> {
        self.space();
        match self.rest.chars().next() {
            None => Err("unexpected end of the text".into()),
            Some('\'') => self.string('\''),
            Some('"') => self.string('"'),
            Some(c) if c.is_ascii_digit() => self.number(false),
            Some('(') => {
                self.expect('(')?;
                let inner = self.sum(depth + 1)?;
                self.expect(')')?;
                Ok(inner)
            }
            Some('[') => {
                self.expect('[')?;
                Ok(Expr::List(self.items(']', depth)?))
            }
            Some('{') => self.members(depth),
            Some(_) => self.name(depth),
        }
    }

    fn items(&mut self, end: char, depth: usize) -> Result<Vec<Expr>, String> {
        let mut items = Vec::new();
        if self.eat(end) {
            return Ok(items);
        }
        loop {
            items.push(self.sum(depth + 1)?);
            if !self.eat(',') {
                self.expect(end)?;
                return Ok(items);
            }
        }
    }

    fn members(&mut self, depth: usize) -> Result<Expr, String> {
        self.expect('{')?;
        let mut fields = Vec::new();
        if self.eat('}') {
            return Ok(Expr::Struct(fields));
        }
        loop {
            let name = self.word().to_owned();
            self.expect(':')?;
            fields.push((name, self.sum(depth + 1)?));
            if !self.eat(',') {
                self.expect('}')?;
                return Ok(Expr::Struct(fields));
            }
        }
    }

    fn name(&mut self, depth: usize) -> Result<Expr, String> {
        let word = self.word();
        match word.to_ascii_lowercase().as_str() {
            "" => Err(format!("unexpected `{}`", shorten(self.rest))),
            "old" => Ok(Expr::Old),
            "true" => Ok(Expr::Bool(true)),
            "false" => Ok(Expr::Bool(false)),
            "cast" => {
                self.expect('(')?;
                let inner = self.sum(depth + 1)?;
                if !self.word().eq_ignore_ascii_case("as") {
                    return Err("expected CAST(<expression> AS <TYPE>)".into());
                }
                let ty = self.type_text()?;
                self.expect(')')?;
                Ok(Expr::Cast(Box::new(inner), ty))
            }
            function => {
                self.expect('(')?;
                Ok(Expr::Call(function.to_owned(), self.items(')', depth)?))
            }
        }
    }

    /// Parses the type up to the parenthesis that closes the CAST.
    fn type_text(&mut self) -> Result<Type, String> {
        let mut open = 0_usize;
        let end = self.rest.find(|c| {
            match c {
                '(' => open += 1,
                ')' if open == 0 => return true,
                ')' => open -= 1,
                _ => {}
            }
            false
        });
        let (text, rest) = self.rest.split_at(end.ok_or("unclosed CAST")?);
        self.rest = rest;
        text.parse::<Type>().map_err(|e| e.to_string())
    }

    fn number(&mut self, negative: bool) -> Result<Expr, String> {
        let start = self.rest;
        self.take_while(|c| c.is_ascii_digit());
        let mut whole = true;
        if self.rest.starts_with('.') {
            whole = false;
            self.rest = &self.rest[1..];
            self.take_while(|c| c.is_ascii_digit());
        }
        if self.rest.starts_with(['e', 'E']) {
            whole = false;
            self.rest = &self.rest[1..];
            if self.rest.starts_with(['+', '-']) {
                self.rest = &self.rest[1..];
            }
            self.take_while(|c| c.is_ascii_digit());
        }
        let sign = if negative { "-" } else { "" };
        let text = format!("{sign}{}", &start[..start.len() - self.rest.len()]);
        let unfit = || format!("`{}` is not a number in range", shorten(&text));
        if whole {
            text.parse().map(Expr::Int).map_err(|_| unfit())
        } else {
            text.parse()
                .map(|x| Expr::Float(Float(x)))
                .map_err(|_| unfit())
        }
    }

    fn string(&mut self, quote: char) -> Result<Expr, String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((i, c)) = chars.next() {
            if c == quote {
                self.rest = &self.rest[1 + i + c.len_utf8()..];
                return Ok(Expr::Text(text));
            }
            if c == '\\' {
                match chars.next() {
                    Some((_, c @ ('\\' | '\'' | '"'))) => text.push(c),
                    _ => {
                        return Err(
                            "unsupported escape: only \\\\, \\' and \\\" are portable".into()
                        );
                    }
                }
            } else {
                text.push(c);
            }
        }
        Err("unclosed string".into())
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
        let read = |s| Expr::from_engine(s, &Type::Int64);
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
