//! Conversion of Rust values to stored values.

use std::borrow::Cow;
use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

use super::time_text;
use crate::describe::{FunctionError, KuzuType};
use crate::types::{Blob, Decimal, Interval, TimestampMs, TimestampNs, TimestampSec};
use crate::value::Value;

/// A Rust type that a function can return.
///
/// It is implemented for nearly every [`KuzuType`]. An implementation for another type returns a
/// cell that the engine casts to the property's type: a number, a text, or a list whose items have
/// one type.
#[diagnostic::on_unimplemented(
    message = "a function for `cast_with` or `fill_with` cannot return `{Self}`",
    label = "the return type of this function has no conversion to a stored value",
    note = "it can return integers, floats, `bool`, `String`, `&str`, `Uuid`, dates and times, decimals, `Blob`, and `Option`, `Vec` and arrays of these, or a `Result` of one of them if it can fail; implement `kuzu_ddl::IntoKuzu` for other types"
)]
pub trait IntoKuzu: KuzuType {
    /// Converts the value to a cell.
    fn into_kuzu(self) -> Value;
}

/// The return type of a function: a value, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "a function for `cast_with` or `fill_with` cannot return `{Self}`",
    label = "the return type of this function has no conversion to a stored value",
    note = "it can return integers, floats, `bool`, `String`, `&str`, `Uuid`, dates and times, decimals, `Blob`, and `Option`, `Vec` and arrays of these, or a `Result` of one of them if it can fail; implement `kuzu_ddl::IntoKuzu` for other types"
)]
pub trait FunctionReturn {
    /// The type of the value.
    type Value: IntoKuzu;

    /// Returns the value as a cell.
    ///
    /// # Errors
    ///
    /// Returns [`FunctionError::Refused`] if the function returned an error.
    fn outcome(self) -> Result<Value, FunctionError>;
}

#[diagnostic::do_not_recommend]
impl<T: IntoKuzu> FunctionReturn for T {
    type Value = T;

    fn outcome(self) -> Result<Value, FunctionError> {
        Ok(self.into_kuzu())
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoKuzu, E: Display> FunctionReturn for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<Value, FunctionError> {
        self.map(IntoKuzu::into_kuzu)
            .map_err(|e| FunctionError::Refused(e.to_string()))
    }
}

macro_rules! gives {
    ($($rust:ty: |$value:ident| $cell:expr;)*) => {
        $(impl IntoKuzu for $rust {
            fn into_kuzu(self) -> Value {
                let $value = self;
                $cell
            }
        })*
    };
}

gives! {
    i8: |n| Value::Int(n.into());
    i16: |n| Value::Int(n.into());
    i32: |n| Value::Int(n.into());
    i64: |n| Value::Int(n.into());
    i128: |n| Value::Int(n);
    u8: |n| Value::Int(n.into());
    u16: |n| Value::Int(n.into());
    u32: |n| Value::Int(n.into());
    u64: |n| Value::Int(n.into());
    f32: |x| Value::Float(x.into());
    f64: |x| Value::Float(x);
    bool: |b| Value::Bool(b);
    char: |c| Value::Text(c.to_string());
    String: |text| Value::Text(text);
    &str: |text| Value::from(text);
    Cow<'_, str>: |text| Value::Text(text.into_owned());
    Blob: |bytes| Value::Bytes(bytes.0);
    uuid::Uuid: |uuid| Value::Text(uuid.to_string());
    rust_decimal::Decimal: |n| Value::Text(n.to_string());
    Date: |date| Value::Text(time_text::format_date(date));
    PrimitiveDateTime: |at| Value::Text(time_text::format_timestamp(at));
    OffsetDateTime: |at| Value::Text(time_text::format_timestamp_tz(at));
    UtcDateTime: |at| Value::Text(time_text::format_timestamp_tz(at.into()));
    TimestampNs: |at| Value::Text(time_text::format_timestamp(at.0));
    TimestampMs: |at| Value::Text(time_text::format_timestamp(at.0));
    TimestampSec: |at| Value::Text(time_text::format_timestamp(at.0));
    Interval: |interval| Value::Text(time_text::format_interval(interval));
    Duration: |span| Value::Text(time_text::format_duration(span));
    std::time::Duration: |span| {
        Value::Text(time_text::format_duration(span.try_into().unwrap_or(Duration::MAX)))
    };
}

#[cfg(feature = "json")]
gives! {
    serde_json::Value: |json| Value::Text(json.to_string());
}

#[cfg(feature = "chrono")]
gives! {
    chrono::NaiveDate: |date| Value::Text(date.to_string());
    chrono::NaiveDateTime: |at| Value::Text(at.to_string());
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> IntoKuzu for chrono::DateTime<Tz> {
    fn into_kuzu(self) -> Value {
        Value::Text(format!("{}+00", self.naive_utc()))
    }
}

impl<const P: u8, const S: u8> IntoKuzu for Decimal<P, S> {
    fn into_kuzu(self) -> Value {
        Value::Text(self.to_string())
    }
}

impl<T: IntoKuzu> IntoKuzu for Option<T> {
    fn into_kuzu(self) -> Value {
        self.map_or(Value::Null, IntoKuzu::into_kuzu)
    }
}

impl<T: IntoKuzu> IntoKuzu for Vec<T> {
    fn into_kuzu(self) -> Value {
        Value::List(self.into_iter().map(IntoKuzu::into_kuzu).collect())
    }
}

impl<T: IntoKuzu, const N: usize> IntoKuzu for [T; N] {
    fn into_kuzu(self) -> Value {
        Value::List(self.into_iter().map(IntoKuzu::into_kuzu).collect())
    }
}

impl<T: IntoKuzu> IntoKuzu for Box<T> {
    fn into_kuzu(self) -> Value {
        (*self).into_kuzu()
    }
}

impl<T: IntoKuzu + Clone> IntoKuzu for Rc<T> {
    fn into_kuzu(self) -> Value {
        Self::unwrap_or_clone(self).into_kuzu()
    }
}

impl<T: IntoKuzu + Clone> IntoKuzu for Arc<T> {
    fn into_kuzu(self) -> Value {
        Self::unwrap_or_clone(self).into_kuzu()
    }
}
