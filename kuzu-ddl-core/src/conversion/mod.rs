//! Conversions of single values, by which the engine's casts are replaced where they are wrong.
//!
//! Rules that hold for every pair of types:
//!
//! - NULL stays NULL, also as an element or a member.
//! - A value out of the range of the target type does not fit. The least value of a signed integer
//!   type does not fit either, since the engine may store it as 0 (bug B34).
//! - The number −2147483648 does not fit into `FLOAT`, for the same reason.
//! - NaN and the infinities fit only into `FLOAT`, `DOUBLE` and `STRING`. The text `nan` fits into
//!   no number.
//! - A binary float is rounded to the nearest number, ties to even; a decimal, ties away from zero.
//!   The range is compared before rounding to an integer.
//! - A time loses the digits that the target type does not have, towards the past. Times are of
//!   the years 1 to 9999, and UTC.
//! - A list fits if all its elements fit. A list becomes an array only if its length is that of the
//!   array.

mod decimal;
mod number;
mod temporal;
mod text;

use crate::schema::Type;
use crate::value::Value;

/// Error returned when a value has no result in the target type.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ConversionError {
    /// The types have a conversion, which has no result for this value.
    #[error("the value does not fit")]
    DoesNotFit,
    /// The types have no conversion outside the engine: `Type::conversion_to` names the method.
    #[error("the types have no conversion that is computed outside the engine")]
    Unsupported,
}

/// Converts a value, as a function of the application would.
///
/// Both values have the form in which functions exchange them with the engine: decimals, UUIDs,
/// dates, times and intervals are text, arrays are lists.
///
/// # Errors
///
/// [`ConversionError::DoesNotFit`] if the value has no result, and [`ConversionError::Unsupported`] if
/// only the engine converts the types, or nothing does.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core as kuzu_ddl;
/// use kuzu_ddl::conversion::convert;
/// use kuzu_ddl::schema::Type;
/// use kuzu_ddl::value::Value;
///
/// let to: Type = "DECIMAL(5, 1)".parse()?;
/// assert_eq!(convert(&Value::from(" 12.25 "), &Type::String, &to), Ok(Value::from("12.3")));
/// assert!(convert(&Value::from("123456"), &Type::String, &to).is_err());
/// # Ok::<(), kuzu_ddl::schema::ParseTypeError>(())
/// ```
pub fn convert(value: &Value, from: &Type, to: &Type) -> Result<Value, ConversionError> {
    let (from, to) = (from.storage_type(), to.storage_type());
    if *value != Value::Null && !is_supported(from, to) {
        return Err(ConversionError::Unsupported);
    }
    converted(value, from, to).ok_or(ConversionError::DoesNotFit)
}

/// Returns whether the types have a conversion that is computed here.
fn is_supported(from: &Type, to: &Type) -> bool {
    use Type as T;
    match (from, to) {
        (T::List(a) | T::Array(a, _), T::List(b) | T::Array(b, _)) => is_supported(a, b),
        (T::Struct(a), T::Struct(b)) => b.iter().all(|new| {
            let mut old = a.iter().filter(|old| old.name == new.name);
            old.all(|old| is_supported(&old.ty, &new.ty))
        }),
        (from, to) if from == to => true,
        (T::String, to) => is_scalar(to) && !matches!(to, T::Interval | T::Json),
        (from, T::String) => is_scalar(from),
        (from, to) if from.is_time() => to.is_time(),
        (from, to) => {
            let has_method = from.conversion_to(to).method().is_some();
            has_method && is_numeric(from) && is_numeric(to)
        }
    }
}

fn is_scalar(ty: &Type) -> bool {
    is_numeric(ty)
        || ty.is_time()
        || matches!(
            ty,
            Type::String | Type::Blob | Type::Uuid | Type::Interval | Type::Json
        )
}

fn is_numeric(ty: &Type) -> bool {
    let is_integer = crate::schema::integer_range(ty).is_some();
    is_integer
        || matches!(
            ty,
            Type::Bool | Type::Float | Type::Double | Type::Decimal { .. }
        )
}

fn converted(value: &Value, from: &Type, to: &Type) -> Option<Value> {
    use Type as T;
    if *value == Value::Null {
        return Some(Value::Null);
    }
    match (from, to) {
        (T::List(a) | T::Array(a, _), T::List(b) | T::Array(b, _)) => {
            let items = value.list()?;
            if let T::Array(_, n) = to
                && u64::try_from(items.len()) != Ok(*n)
            {
                return None;
            }
            let items = items.iter().map(|item| converted(item, a, b));
            items.collect::<Option<_>>().map(Value::List)
        }
        (T::Struct(a), T::Struct(b)) => {
            let Value::Struct(members) = value else {
                return None;
            };
            let member = |new: &crate::schema::StructField| {
                let old = a.iter().find(|old| old.name == new.name);
                let old = old.zip(members.iter().find(|(name, _)| *name == new.name));
                let value = match old {
                    Some((old, (_, value))) => converted(value, &old.ty, &new.ty)?,
                    None => Value::Null,
                };
                Some((new.name.clone(), value))
            };
            let members = b.iter().map(member);
            members.collect::<Option<_>>().map(Value::Struct)
        }
        (from, to) if from == to => Some(value.clone()),
        (T::String, to) => text::parse(value.any_text()?, to),
        (from, T::String) => text::format(value, from).map(Value::Text),
        (T::Bool, to) => number::of_bool(value.bool()?, to),
        (from, T::Bool) => number::to_bool(value, from),
        (from, to) if from.is_time() => {
            temporal::parse(value.any_text()?).and_then(|at| temporal::format(at, to))
        }
        (from, to) => number::read(value, from).and_then(|number| number::write(number, to)),
    }
}

/// Returns whether two values of type `ty` are the same value, however their text is spelled.
#[must_use]
pub fn is_same(a: &Value, b: &Value, ty: &Type) -> bool {
    match (ty, a, b) {
        (_, Value::Float(a), Value::Float(b)) => {
            a.to_bits() == b.to_bits() || (a.is_nan() && b.is_nan())
        }
        (Type::List(of) | Type::Array(of, _), Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b, of))
        }
        (Type::Struct(members), Value::Struct(a), Value::Struct(b)) => {
            let same = |((name, a), (other, b)): (&(String, Value), &(String, Value))| {
                let member = members.iter().find(|member| member.name == *name);
                name == other && member.is_some_and(|member| is_same(a, b, &member.ty))
            };
            a.len() == b.len() && a.iter().zip(b).all(same)
        }
        (Type::Decimal { scale, .. }, a, b) => {
            let read = |value: &Value| decimal::Decimal::stored(value.any_text()?, *scale);
            a == b || (read(a).is_some() && read(a) == read(b))
        }
        (ty, a, b) if ty.is_time() => {
            let read = |value: &Value| temporal::parse(value.any_text()?);
            a == b || (read(a).is_some() && read(a) == read(b))
        }
        (_, a, b) => match (a.any_text(), b.any_text()) {
            (Some(a), Some(b)) => a == b,
            _ => a == b,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(value: Value, from: &str, to: &str) -> String {
        let (from, to) = (from.parse().expect(from), to.parse().expect(to));
        convert(&value, &from, &to)
            .expect_err("no result")
            .to_string()
    }

    /// A value that does not fit differs from a pair of types without a conversion.
    #[test]
    fn missing_conversion_has_its_own_error() {
        let fits_not = "the value does not fit";
        assert_eq!(error(Value::from("x"), "STRING", "INT64"), fits_not);
        assert_eq!(error(Value::Int(300), "INT64", "INT8"), fits_not);
        let unsupported = "the types have no conversion that is computed outside the engine";
        for (value, from, to) in [
            (Value::from("1 day"), "STRING", "INTERVAL"),
            (Value::from("{}"), "STRING", "json"),
            (Value::from("2020-01-01"), "DATE", "INT64"),
            (Value::from("[1]"), "STRING", "INT64[]"),
            (
                Value::List(vec![Value::from("1 day")]),
                "STRING[]",
                "INTERVAL[]",
            ),
            (Value::Int(1), "INT64", "UUID"),
        ] {
            assert_eq!(error(value, from, to), unsupported, "{from} {to}");
        }
        let same = convert(&Value::Int(1), &Type::Int64, &Type::Int64);
        assert_eq!(same, Ok(Value::Int(1)));
    }
}
