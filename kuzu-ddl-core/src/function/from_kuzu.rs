//! Conversion of stored values to Rust values.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

use super::time_text;
use crate::describe::KuzuType;
use crate::types::{Blob, Decimal, Interval, TimestampMs, TimestampSec};
use crate::value::Value;

/// A Rust type that a function can accept as an argument.
///
/// It is implemented for nearly every [`KuzuType`]. An implementation for another type converts
/// from the cell in which the engine's type arrives: texts, dates, times, decimals, UUIDs and json
/// as text, lists and arrays as lists, structs as structs.
///
/// Maps, unions and nanosecond timestamps are not supported, because the engine does not return
/// them completely.
#[diagnostic::on_unimplemented(
    message = "a function for `cast_with` or `fill_with` cannot take `{Self}`",
    label = "an argument of this function has no conversion from a stored value",
    note = "it can take integers, floats, `bool`, `String`, `&str`, `Uuid`, dates and times, decimals, `Blob`, and `Option`, `Vec` and arrays of these; implement `kuzu_ddl::FromKuzu` for other types"
)]
pub trait FromKuzu<'a>: KuzuType + Sized {
    /// Converts the value in `cell`.
    ///
    /// # Errors
    ///
    /// Returns a message if the value is not valid for this type.
    fn from_kuzu(cell: &'a Value) -> Result<Self, String>;
}

/// Returns the message `expected i32, found …`.
fn mismatch(cell: &Value, what: &str) -> String {
    let is = match cell {
        Value::Null => "NULL".to_owned(),
        Value::Int(n) => n.to_string(),
        Value::Float(x) => x.to_string(),
        Value::Bool(b) => b.to_string(),
        Value::Text(text) | Value::Other(text) => format!("{text:?}"),
        other => format!("{other:?}"),
    };
    format!("expected {what}, found {is}")
}

macro_rules! integers {
    ($($rust:ident)*) => {
        $(impl FromKuzu<'_> for $rust {
            fn from_kuzu(cell: &Value) -> Result<Self, String> {
                let n = cell.int().and_then(|n| Self::try_from(n).ok());
                n.ok_or_else(|| mismatch(cell, stringify!($rust)))
            }
        })*
    };
}

integers! { i8 i16 i32 i64 i128 u8 u16 u32 u64 }

macro_rules! by_text {
    ($($rust:ty, $what:literal: $parse:expr;)*) => {
        $(impl FromKuzu<'_> for $rust {
            fn from_kuzu(cell: &Value) -> Result<Self, String> {
                let parse: fn(&str) -> Option<Self> = $parse;
                cell.any_text().and_then(parse).ok_or_else(|| mismatch(cell, $what))
            }
        })*
    };
}

by_text! {
    String, "text": |text| Some(text.to_owned());
    char, "single character": |text| text.parse().ok();
    uuid::Uuid, "UUID": |text| text.parse().ok();
    rust_decimal::Decimal, "decimal that Rust can hold": |text| {
        rust_decimal::Decimal::from_str_exact(text).ok()
    };
    Date, "date of the years -9999 to 9999": time_text::parse_date;
    PrimitiveDateTime, "time of the years -9999 to 9999": time_text::parse_timestamp;
    OffsetDateTime, "time of the years -9999 to 9999": time_text::parse_timestamp_tz;
    UtcDateTime, "time of the years -9999 to 9999": |text| time_text::parse_timestamp_tz(text).map(UtcDateTime::from);
    TimestampMs, "time of the years -9999 to 9999": |text| time_text::parse_timestamp(text).map(Self);
    TimestampSec, "time of the years -9999 to 9999": |text| time_text::parse_timestamp(text).map(Self);
    Interval, "interval": time_text::parse_interval;
    Duration, "interval without months": |text| time_text::duration(&time_text::parse_interval(text)?);
    std::time::Duration, "interval without months, and not below zero": |text| {
        time_text::duration(&time_text::parse_interval(text)?)?.try_into().ok()
    };
}

#[cfg(feature = "json")]
by_text! {
    serde_json::Value, "json": |text| serde_json::from_str(text).ok();
}

#[cfg(feature = "chrono")]
by_text! {
    chrono::NaiveDate, "date": |text| text.parse().ok();
    chrono::NaiveDateTime, "time": |text| text.replacen(' ', "T", 1).parse().ok();
}

#[cfg(feature = "chrono")]
impl FromKuzu<'_> for chrono::DateTime<chrono::Utc> {
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        let instant = cell.any_text().and_then(time_text::parse_timestamp_tz);
        let instant =
            instant.and_then(|at| Self::from_timestamp(at.unix_timestamp(), at.nanosecond()));
        instant.ok_or_else(|| mismatch(cell, "time"))
    }
}

impl<const P: u8, const S: u8> FromKuzu<'_> for Decimal<P, S> {
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        let parsed = cell.any_text().and_then(|text| text.parse().ok());
        parsed.ok_or_else(|| mismatch(cell, "decimal that Rust can hold"))
    }
}

impl FromKuzu<'_> for bool {
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        cell.bool().ok_or_else(|| mismatch(cell, "bool"))
    }
}

impl FromKuzu<'_> for f64 {
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        match cell {
            Value::Float(x) => Ok(*x),
            _ => Err(mismatch(cell, "float")),
        }
    }
}

impl FromKuzu<'_> for f32 {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a FLOAT comes as it is; only a DOUBLE is rounded, as Rust rounds it"
    )]
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        f64::from_kuzu(cell).map(|x| x as f32)
    }
}

impl<'a> FromKuzu<'a> for &'a str {
    fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
        cell.any_text().ok_or_else(|| mismatch(cell, "text"))
    }
}

impl<'a> FromKuzu<'a> for Cow<'a, str> {
    fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
        <&str>::from_kuzu(cell).map(Cow::Borrowed)
    }
}

impl FromKuzu<'_> for Blob {
    fn from_kuzu(cell: &Value) -> Result<Self, String> {
        let bytes = cell.bytes().map(|bytes| Self(bytes.to_vec()));
        bytes.ok_or_else(|| mismatch(cell, "BLOB"))
    }
}

impl<'a, T: FromKuzu<'a>> FromKuzu<'a> for Option<T> {
    fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
        match cell {
            Value::Null => Ok(None),
            cell => T::from_kuzu(cell).map(Some),
        }
    }
}

impl<'a, T: FromKuzu<'a>> FromKuzu<'a> for Vec<T> {
    fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
        let items = cell.list().ok_or_else(|| mismatch(cell, "list"))?;
        items.iter().map(T::from_kuzu).collect()
    }
}

impl<'a, T: FromKuzu<'a>, const N: usize> FromKuzu<'a> for [T; N] {
    fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
        let items = Vec::from_kuzu(cell)?;
        items
            .try_into()
            .map_err(|_| mismatch(cell, "array of the declared length"))
    }
}

macro_rules! pointers {
    ($($pointer:ident)*) => {
        $(impl<'a, T: FromKuzu<'a>> FromKuzu<'a> for $pointer<T> {
            fn from_kuzu(cell: &'a Value) -> Result<Self, String> {
                T::from_kuzu(cell).map($pointer::new)
            }
        })*
    };
}

pointers! { Box Rc Arc }
