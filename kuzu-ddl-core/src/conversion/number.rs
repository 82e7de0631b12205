//! Conversions between numbers, and of `BOOL` to integers.

use super::decimal::Decimal;
use crate::schema::{Type, integer_range};
use crate::value::Value;

/// A number of any type.
#[derive(Clone, Copy, Debug)]
pub(super) enum Number {
    Int(i128),
    Float(f64),
    Decimal(Decimal),
}

pub(super) fn of_bool(b: bool, to: &Type) -> Option<Value> {
    integer_range(to).map(|_| Value::Int(b.into()))
}

/// Returns the `BOOL` of 0 or 1.
pub(super) fn to_bool(value: &Value, from: &Type) -> Option<Value> {
    integer_range(from)?;
    match value.int()? {
        0 => Some(Value::Bool(false)),
        1 => Some(Value::Bool(true)),
        _ => None,
    }
}

pub(super) fn read(value: &Value, from: &Type) -> Option<Number> {
    match (from, value) {
        (Type::Decimal { scale, .. }, value) => {
            Decimal::stored(value.any_text()?, *scale).map(Number::Decimal)
        }
        (Type::Float | Type::Double, Value::Float(x)) => Some(Number::Float(*x)),
        (_, Value::Int(n)) => Some(Number::Int(*n)),
        _ => None,
    }
}

pub(super) fn write(number: Number, to: &Type) -> Option<Value> {
    match to {
        Type::Float | Type::Double => float(number, to),
        Type::Decimal { precision, scale } => {
            let decimal = match number {
                Number::Int(mantissa) => Decimal { mantissa, scale: 0 }.rescale(*scale)?,
                Number::Decimal(decimal) => decimal.rescale(*scale)?,
                Number::Float(x) => {
                    // The formatted digits are those of the exact binary value.
                    let text = format!("{x:.0$}", usize::from(*scale));
                    Decimal::parse(&text, *scale)?
                }
            };
            decimal.format(*precision).map(Value::Text)
        }
        to => integer(number, to),
    }
}

fn integer(number: Number, to: &Type) -> Option<Value> {
    let n = match number {
        Number::Int(n) => n,
        Number::Decimal(decimal) => decimal.rescale(0)?.mantissa,
        Number::Float(x) => whole(x, to)?,
    };
    fits(n, to).then_some(Value::Int(n))
}

/// Returns whether an integer type holds `n` reliably: the engine may store the least value of a
/// signed type as 0.
pub(super) fn fits(n: i128, to: &Type) -> bool {
    integer_range(to).is_some_and(|(low, high)| {
        let least = if low < 0 { low + 1 } else { low };
        least <= n && n <= high
    })
}

/// Rounds to an integer, if the unrounded number is in the range of the type.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the limits are compared before; a limit that is rounded is excluded"
)]
fn whole(x: f64, to: &Type) -> Option<i128> {
    let (low, high) = integer_range(to)?;
    let inside = if high <= i128::from(u32::MAX) {
        let least = if low < 0 { low + 1 } else { low };
        least as f64 <= x && x <= high as f64
    } else {
        let above = if low < 0 { x > low as f64 } else { x >= 0.0 };
        above && x < high as f64
    };
    inside.then(|| x.round_ties_even() as i128)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "the nearest float is the result"
)]
fn float(number: Number, to: &Type) -> Option<Value> {
    let single = *to == Type::Float;
    let x = match number {
        Number::Int(n) if single => f64::from(n as f32),
        Number::Int(n) => n as f64,
        Number::Decimal(decimal) => parse_float(&decimal.to_text(), to)?,
        Number::Float(x) if single => f64::from(x as f32),
        Number::Float(x) => x,
    };
    if single && is_lossy_single(x) {
        return None;
    }
    let overflows = match number {
        Number::Float(x0) => x0.is_finite() && x.is_infinite(),
        _ => x.is_infinite(),
    };
    (!overflows).then_some(Value::Float(x))
}

/// Returns whether a `FLOAT` column with this number may lose it and others at a checkpoint: the
/// engine compresses floats as INT32, whose least value is bug B34.
fn is_lossy_single(x: f64) -> bool {
    x.to_bits() == f64::from(i32::MIN).to_bits()
}

/// Parses a finite number of the syntax that Rust accepts, rounded once.
pub(super) fn parse_float(text: &str, to: &Type) -> Option<f64> {
    let x = if *to == Type::Float {
        text.parse::<f32>().ok().map(f64::from)
    } else {
        text.parse::<f64>().ok()
    };
    x.filter(|x| x.is_finite() && !(*to == Type::Float && is_lossy_single(*x)))
}
