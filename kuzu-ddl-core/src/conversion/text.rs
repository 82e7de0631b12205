//! Conversions from and to `STRING`.

use std::fmt::Write as _;

use super::decimal::Decimal;
use super::number::{fits, parse_float};
use super::temporal;
use crate::schema::{Type, integer_range};
use crate::value::Value;

/// Parses a text, without the spaces around it.
pub(super) fn parse(text: &str, to: &Type) -> Option<Value> {
    if *to == Type::Blob {
        return bytes(text).map(Value::Bytes);
    }
    let text = trimmed(text);
    match to {
        Type::Bool => bool(text).map(Value::Bool),
        Type::Float | Type::Double => float(text, to).map(Value::Float),
        Type::Decimal { precision, scale } => Decimal::parse(text, *scale)?
            .format(*precision)
            .map(Value::Text),
        Type::Uuid => uuid(text).map(Value::Text),
        to if integer_range(to).is_some() => {
            let digits = text.strip_prefix('-').unwrap_or(text);
            let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
            // As the engine reads it.
            let padded = text.len() > 1 && text.starts_with('0');
            let n = text.parse::<i128>().ok().filter(|_| plain && !padded)?;
            fits(n, to).then_some(Value::Int(n))
        }
        to => temporal::parse(text).and_then(|at| temporal::format(at, to)),
    }
}

/// Removes the spaces around a text.
fn trimmed(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_ascii_whitespace() || c == '\u{b}')
}

fn bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "1" => Some(true),
        "false" | "f" | "0" => Some(false),
        _ => None,
    }
}

/// Parses `-1.5e3`, `inf` or `infinity`. A number too large for the type does not fit; nor does
/// NaN, since the engine may read the other values of its column as NaN, too.
fn float(text: &str, to: &Type) -> Option<f64> {
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    if rest.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return parse_float(text, to);
    }
    let x = match rest.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => f64::INFINITY,
        _ => return None,
    };
    Some(if negative { -x } else { x })
}

/// Parses 32 hexadecimal digits, with or without hyphens and braces. The nil UUID does not fit,
/// since it may keep the engine from writing checkpoints (bug B33).
fn uuid(text: &str) -> Option<String> {
    let parsed = uuid::Uuid::try_parse(text).ok()?;
    let urn = text.to_ascii_lowercase().starts_with("urn");
    (!urn && !parsed.is_nil()).then(|| parsed.hyphenated().to_string())
}

/// Parses ASCII characters, with `\xHH` for any other byte.
fn bytes(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, tail @ ..] = rest {
        rest = tail;
        match first {
            b'\\' => {
                let [b'x', high, low, tail @ ..] = rest else {
                    return None;
                };
                let digit = |b: &u8| char::from(*b).to_digit(16);
                bytes.push(u8::try_from(digit(high)? * 16 + digit(low)?).ok()?);
                rest = tail;
            }
            first if first.is_ascii() => bytes.push(*first),
            _ => return None,
        }
    }
    Some(bytes)
}

/// Returns the text of a value of `from`.
pub(super) fn format(value: &Value, from: &Type) -> Option<String> {
    Some(match (from, value) {
        (Type::Decimal { scale, .. }, value) => {
            Decimal::stored(value.any_text()?, *scale)?.to_text()
        }
        (_, Value::Bool(true)) => "True".to_owned(),
        (_, Value::Bool(false)) => "False".to_owned(),
        (_, Value::Int(n)) => n.to_string(),
        (Type::Float, Value::Float(x)) => single(*x),
        (_, Value::Float(x)) => format!("{x:?}"),
        (_, Value::Bytes(bytes)) => escaped(bytes),
        (_, value) => value.any_text()?.to_owned(),
    })
}

/// Returns the shortest text from which the number is parsed again.
#[expect(
    clippy::cast_possible_truncation,
    reason = "a FLOAT is stored in 32 bits"
)]
fn single(x: f64) -> String {
    format!("{:?}", x as f32)
}

fn escaped(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b' '..=b'~' if *byte != b'\\' => text.push(char::from(*byte)),
            _ => {
                let _ = write!(text, "\\x{byte:02X}");
            }
        }
    }
    text
}
