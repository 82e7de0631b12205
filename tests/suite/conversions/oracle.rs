//! The documented meaning of each conversion, independent of the library.

use kuzu_ddl_core::schema::Type;

use super::values::{Val, micros};

/// What a conversion gives: a value, or that the value does not fit. `None` if the two types have
/// no conversion.
pub(super) fn convert(value: &Val, from: &Type, to: &Type) -> Option<Result<Val, ()>> {
    use Type as T;
    if from == to {
        return Some(Ok(value.clone()));
    }
    match (from, to) {
        (T::List(a) | T::Array(a, _), T::List(b) | T::Array(b, _)) => {
            lists(value, (from, a), (to, b))
        }
        (T::List(_) | T::Array(..), _) | (_, T::List(_) | T::Array(..)) => None,
        _ => scalars(value, from, to),
    }
}

fn lists(
    value: &Val,
    (from, a): (&Type, &Type),
    (to, b): (&Type, &Type),
) -> Option<Result<Val, ()>> {
    if let (Type::Array(_, n), Type::Array(_, m)) = (from, to)
        && n != m
    {
        return None;
    }
    let _known = convert(&Val::Null, a, b)?;
    let Val::List(items) = value else {
        return Some(Ok(Val::Null));
    };
    if let Type::Array(_, n) = to
        && items.len() as u64 != *n
    {
        return Some(Err(()));
    }
    let each: Result<Vec<Val>, ()> = items
        .iter()
        .map(|item| convert(item, a, b).unwrap_or(Err(())))
        .collect();
    Some(each.map(Val::List))
}

#[derive(PartialEq)]
enum Kind {
    Bool,
    Int(i128, i128),
    Float(bool),
    Decimal(u32, u32),
    Time,
    Text,
    Uuid,
    Bytes,
    Other,
}

fn kind(ty: &Type) -> Kind {
    use Type as T;
    let signed = |bits: u32| Kind::Int(-(i128::MAX >> (128 - bits)), i128::MAX >> (128 - bits));
    let unsigned = |bits: u32| Kind::Int(0, i128::MAX >> (127 - bits));
    match ty {
        T::Bool => Kind::Bool,
        T::Int8 => signed(8),
        T::Int16 => signed(16),
        T::Int32 => signed(32),
        T::Int64 => signed(64),
        T::Int128 => signed(128),
        T::UInt8 => unsigned(8),
        T::UInt16 => unsigned(16),
        T::UInt32 => unsigned(32),
        T::UInt64 => unsigned(64),
        T::Float => Kind::Float(true),
        T::Double => Kind::Float(false),
        T::Decimal { precision, scale } => Kind::Decimal((*precision).into(), (*scale).into()),
        T::Date
        | T::Timestamp
        | T::TimestampNs
        | T::TimestampMs
        | T::TimestampSec
        | T::TimestampTz => Kind::Time,
        T::String => Kind::Text,
        T::Uuid => Kind::Uuid,
        T::Blob => Kind::Bytes,
        _ => Kind::Other,
    }
}

fn scalars(value: &Val, from: &Type, to: &Type) -> Option<Result<Val, ()>> {
    let (a, b) = (kind(from), kind(to));
    let known = match (&a, &b) {
        (Kind::Text, Kind::Other) => return None,
        (_, Kind::Text) | (Kind::Text, _) => true,
        (Kind::Bool, Kind::Int(..)) | (Kind::Int(..), Kind::Bool) => true,
        (Kind::Time, Kind::Time) => true,
        (
            Kind::Int(..) | Kind::Float(_) | Kind::Decimal(..),
            Kind::Int(..) | Kind::Float(_) | Kind::Decimal(..),
        ) => true,
        _ => false,
    };
    if !known {
        return None;
    }
    if *value == Val::Null {
        return Some(Ok(Val::Null));
    }
    let result = match (value, &b) {
        (value, Kind::Text) => text_of(value, from),
        (Val::Text(text), _) => parse(text, to, &b),
        (Val::Bool(b), _) => Some(Val::Int(i128::from(*b))),
        (Val::Int(n), Kind::Bool) => (*n == 0 || *n == 1).then_some(Val::Bool(*n == 1)),
        (Val::Micros(n), _) => time(*n, to),
        (Val::Int(n), _) => exact(&n.to_string(), &b, from),
        (Val::Decimal(n), _) => exact(&decimal_text(*n, from), &b, from),
        (Val::Float(x), _) => float(*x, &b),
        _ => None,
    };
    Some(result.ok_or(()))
}

fn scale(ty: &Type) -> usize {
    match ty {
        Type::Decimal { scale, .. } => usize::from(*scale),
        _ => 0,
    }
}

fn decimal_text(digits: i128, ty: &Type) -> String {
    let scale = scale(ty);
    let text = digits.unsigned_abs().to_string();
    let text = format!(
        "{}{text}",
        "0".repeat((scale + 1).saturating_sub(text.len()))
    );
    let (whole, rest) = text.split_at(text.len() - scale);
    let point = if scale == 0 { "" } else { "." };
    format!("{}{whole}{point}{rest}", if digits < 0 { "-" } else { "" })
}

/// Rounds a decimal text to an integer count of 10^-scale, ties away from zero.
fn rounded(text: &str, scale: usize) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let mut padded = fraction.to_owned();
    while padded.len() <= scale {
        padded.push('0');
    }
    let (kept, rest) = padded.split_at(scale);
    let n: i128 = format!("0{whole}{kept}").parse().ok()?;
    Some(sign * (n + i128::from(rest.as_bytes()[0] >= b'5')))
}

/// Converts a number with a finite decimal text.
fn exact(text: &str, to: &Kind, from: &Type) -> Option<Val> {
    match to {
        Kind::Int(low, high) => {
            let n = rounded(text, 0)?;
            // A widened integer keeps its least value.
            let widens = matches!(kind(from), Kind::Int(l, h) if *low < l && h <= *high);
            (widens || (*low..=*high).contains(&n)).then_some(Val::Int(n))
        }
        Kind::Float(true) => single(text.parse::<f32>().ok()?),
        Kind::Float(false) => text.parse().ok().map(Val::Float),
        Kind::Decimal(precision, scale) => {
            let n = rounded(text, *scale as usize)?;
            (n.unsigned_abs() < 10_u128.pow(*precision)).then_some(Val::Decimal(n))
        }
        _ => None,
    }
}

/// A FLOAT; the engine does not hold the least INT32.
fn single(x: f32) -> Option<Val> {
    (x != -2_147_483_648.0).then_some(Val::Float(x.into()))
}

fn float(x: f64, to: &Kind) -> Option<Val> {
    match to {
        Kind::Float(true) => {
            let y = x as f32;
            single(y).filter(|_| y.is_finite() || !x.is_finite())
        }
        Kind::Float(false) => Some(Val::Float(x)),
        _ if !x.is_finite() => None,
        Kind::Int(low, high) => {
            let text = format!("{x:.1100}");
            // Compared before rounding.
            let whole: i128 = text
                .trim_start_matches('-')
                .split('.')
                .next()?
                .parse()
                .ok()?;
            let fraction = text.split('.').nth(1)?.bytes().any(|b| b != b'0');
            let n = if x < 0.0 { -whole } else { whole };
            let inside = (*low..=*high).contains(&n)
                && !(fraction && (n == *low && x < 0.0 && *low < 0 || n == *high));
            if inside {
                half_even(&text, 0).map(Val::Int)
            } else {
                None
            }
        }
        Kind::Decimal(precision, scale) => {
            let text = format!("{x:.1100}");
            if text.split('.').next()?.len() > 40 {
                return None;
            }
            let n = half_even(&text, *scale as usize)?;
            (n.unsigned_abs() < 10_u128.pow(*precision)).then_some(Val::Decimal(n))
        }
        _ => None,
    }
}

/// Rounds an exact decimal text, ties to even.
fn half_even(text: &str, scale: usize) -> Option<i128> {
    let (sign, text) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text),
    };
    let (whole, fraction) = text.split_once('.').expect("a fraction");
    let (kept, rest) = fraction.split_at(scale);
    let n: i128 = format!("{whole}{kept}").parse().ok()?;
    let tie = rest.starts_with('5') && rest[1..].bytes().all(|b| b == b'0');
    let up = if tie {
        n % 2 == 1
    } else {
        rest.as_bytes()[0] >= b'5'
    };
    Some(sign * (n + i128::from(up)))
}

fn time(n: i128, to: &Type) -> Option<Val> {
    let unit = match to {
        Type::Date => 86_400_000_000,
        Type::TimestampMs => 1_000,
        Type::TimestampSec => 1_000_000,
        _ => 1,
    };
    let n = n.div_euclid(unit) * unit;
    let fits = *to != Type::TimestampNs || i64::try_from(n * 1_000).is_ok();
    let years = micros("0001-01-01")..=micros("9999-12-31 23:59:59.999999");
    (fits && years.contains(&n)).then_some(Val::Micros(n))
}

fn text_of(value: &Val, from: &Type) -> Option<Val> {
    Some(Val::Text(match (value, from) {
        (Val::Bool(b), _) => if *b { "True" } else { "False" }.to_owned(),
        (Val::Int(n), _) => n.to_string(),
        (Val::Decimal(n), from) => decimal_text(*n, from),
        (Val::Float(x), Type::Float) => format!("{:?}", *x as f32),
        (Val::Float(x), _) => format!("{x:?}"),
        (Val::Bytes(bytes), _) => bytes
            .iter()
            .map(|b| match b {
                b'\\' => "\\x5C".to_owned(),
                0x20..=0x7e => char::from(*b).to_string(),
                b => format!("\\x{b:02X}"),
            })
            .collect(),
        (Val::Text(text), _) => text.clone(),
        // Compared by the microseconds that the text names.
        (Val::Micros(n), _) => format!("@{n}"),
        _ => return None,
    }))
}

fn parse(text: &str, to: &Type, kind: &Kind) -> Option<Val> {
    let spaces = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c');
    let word = text.trim_matches(spaces);
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let unsigned = word.strip_prefix('-').unwrap_or(word);
    match kind {
        Kind::Bool => match word.to_lowercase().as_str() {
            "true" | "t" | "1" => Some(Val::Bool(true)),
            "false" | "f" | "0" => Some(Val::Bool(false)),
            _ => None,
        },
        Kind::Int(low, high) => {
            let padded = word.len() > 1 && word.starts_with('0');
            let n: i128 = word.parse().ok().filter(|_| digits(unsigned) && !padded)?;
            (*low..=*high).contains(&n).then_some(Val::Int(n))
        }
        Kind::Decimal(..) => {
            let joined: String = unsigned.splitn(2, '.').collect();
            digits(&joined).then_some(())?;
            exact(word, kind, &Type::String)
        }
        Kind::Float(single) => {
            let x = match unsigned.to_lowercase().as_str() {
                "inf" | "infinity" => f64::INFINITY,
                finite if finite.starts_with(|c: char| c.is_ascii_digit() || c == '.') => {
                    let x: f64 = finite.parse().ok()?;
                    let limit = if *single {
                        f64::from(f32::MAX)
                    } else {
                        f64::MAX
                    };
                    let x = if *single {
                        f64::from(finite.parse::<f32>().ok()?)
                    } else {
                        x
                    };
                    (x <= limit).then_some(x)?
                }
                _ => return None,
            };
            Some(Val::Float(if word.starts_with('-') { -x } else { x }))
        }
        Kind::Uuid => {
            let hex: String = word
                .chars()
                .filter(|c| !matches!(c, '-' | '{' | '}'))
                .collect();
            let nil = hex.chars().all(|c| c == '0');
            let valid = hex.len() == 32 && !nil && hex.chars().all(|c| c.is_ascii_hexdigit());
            let hex = hex.to_lowercase();
            valid.then(|| {
                let parts = [
                    &hex[..8],
                    &hex[8..12],
                    &hex[12..16],
                    &hex[16..20],
                    &hex[20..],
                ];
                Val::Text(parts.join("-"))
            })
        }
        Kind::Bytes => {
            let mut out = Vec::new();
            let mut rest = text.chars();
            while let Some(c) = rest.next() {
                if c == '\\' {
                    let code: String = rest.by_ref().take(3).collect();
                    let code = code.strip_prefix('x').filter(|code| code.len() == 2)?;
                    out.push(u8::from_str_radix(code, 16).ok()?);
                } else {
                    out.push(u8::try_from(c).ok().filter(u8::is_ascii)?);
                }
            }
            Some(Val::Bytes(out))
        }
        Kind::Time => moment(word).and_then(|n| time(n, to)),
        _ => None,
    }
}

/// The moments of the texts in the matrix that are valid times, written out.
fn moment(text: &str) -> Option<i128> {
    let canonical = match text {
        "0001-01-01"
        | "1677-09-21 00:12:43.145224"
        | "1677-09-21 00:12:44"
        | "2262-04-11 23:47:16.854775"
        | "2262-04-11 23:47:16.854776"
        | "9999-12-31 23:59:59.999999"
        | "2020-01-01" => text,
        "2020-1-3" => "2020-01-03",
        "2020/01/31" => "2020-01-31",
        "2020-01-01T00:00:00Z" => "2020-01-01 00:00:00",
        "2020-01-01 00:00:00+01:30" => "2019-12-31 22:30:00",
        "2020-01-01 00:00:00.1234567" => "2020-01-01 00:00:00.123456",
        _ => return None,
    };
    Some(micros(canonical))
}
