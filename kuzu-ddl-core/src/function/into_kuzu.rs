//! Conversion of Rust values to stored values.

use std::borrow::Cow;
use std::fmt::Display;
use std::rc::Rc;
use std::sync::Arc;

use time::{Date, Duration, OffsetDateTime, PrimitiveDateTime, UtcDateTime};

use super::time_text as text;
use crate::describe::{Fault, KuzuType};
use crate::types::{Blob, Decimal, Interval, TimestampMs, TimestampNs, TimestampSec};
use crate::value::Cell;

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
    fn into_kuzu(self) -> Cell;
}

/// The return type of a function: a value, or a `Result` of one.
#[diagnostic::on_unimplemented(
    message = "a function for `cast_with` or `fill_with` cannot return `{Self}`",
    label = "the return type of this function has no conversion to a stored value",
    note = "it can return integers, floats, `bool`, `String`, `&str`, `Uuid`, dates and times, decimals, `Blob`, and `Option`, `Vec` and arrays of these, or a `Result` of one of them if it can fail; implement `kuzu_ddl::IntoKuzu` for other types"
)]
pub trait Outcome {
    /// The type of the value.
    type Value: IntoKuzu;

    /// Returns the value as a cell.
    ///
    /// # Errors
    ///
    /// Returns [`Fault::Refused`] if the function returned an error.
    fn outcome(self) -> Result<Cell, Fault>;
}

#[diagnostic::do_not_recommend]
impl<T: IntoKuzu> Outcome for T {
    type Value = T;

    fn outcome(self) -> Result<Cell, Fault> {
        Ok(self.into_kuzu())
    }
}

#[diagnostic::do_not_recommend]
impl<T: IntoKuzu, E: Display> Outcome for Result<T, E> {
    type Value = T;

    fn outcome(self) -> Result<Cell, Fault> {
        self.map(IntoKuzu::into_kuzu)
            .map_err(|e| Fault::Refused(e.to_string()))
    }
}

macro_rules! gives {
    ($($rust:ty: |$value:ident| $cell:expr;)*) => {
        $(impl IntoKuzu for $rust {
            fn into_kuzu(self) -> Cell {
                let $value = self;
                $cell
            }
        })*
    };
}

gives! {
    i8: |n| Cell::Int(n.into());
    i16: |n| Cell::Int(n.into());
    i32: |n| Cell::Int(n.into());
    i64: |n| Cell::Int(n.into());
    i128: |n| Cell::Int(n);
    u8: |n| Cell::Int(n.into());
    u16: |n| Cell::Int(n.into());
    u32: |n| Cell::Int(n.into());
    u64: |n| Cell::Int(n.into());
    f32: |x| Cell::Float(x.into());
    f64: |x| Cell::Float(x);
    bool: |b| Cell::Bool(b);
    char: |c| Cell::Text(c.to_string());
    String: |text| Cell::Text(text);
    &str: |text| Cell::from(text);
    Cow<'_, str>: |text| Cell::Text(text.into_owned());
    Blob: |bytes| Cell::Bytes(bytes.0);
    uuid::Uuid: |uuid| Cell::Text(uuid.to_string());
    rust_decimal::Decimal: |n| Cell::Text(n.to_string());
    Date: |date| Cell::Text(text::of_date(date));
    PrimitiveDateTime: |at| Cell::Text(text::of_moment(at));
    OffsetDateTime: |at| Cell::Text(text::of_instant(at));
    UtcDateTime: |at| Cell::Text(text::of_instant(at.into()));
    TimestampNs: |at| Cell::Text(text::of_moment(at.0));
    TimestampMs: |at| Cell::Text(text::of_moment(at.0));
    TimestampSec: |at| Cell::Text(text::of_moment(at.0));
    Interval: |interval| Cell::Text(text::of_interval(interval));
    Duration: |span| Cell::Text(text::of_duration(span));
    std::time::Duration: |span| {
        Cell::Text(text::of_duration(span.try_into().unwrap_or(Duration::MAX)))
    };
    serde_json::Value: |json| Cell::Text(json.to_string());
}

#[cfg(feature = "chrono")]
gives! {
    chrono::NaiveDate: |date| Cell::Text(date.to_string());
    chrono::NaiveDateTime: |at| Cell::Text(at.to_string());
}

#[cfg(feature = "chrono")]
impl<Tz: chrono::TimeZone> IntoKuzu for chrono::DateTime<Tz> {
    fn into_kuzu(self) -> Cell {
        Cell::Text(format!("{}+00", self.naive_utc()))
    }
}

impl<const P: u8, const S: u8> IntoKuzu for Decimal<P, S> {
    fn into_kuzu(self) -> Cell {
        Cell::Text(self.to_string())
    }
}

impl<T: IntoKuzu> IntoKuzu for Option<T> {
    fn into_kuzu(self) -> Cell {
        self.map_or(Cell::Null, IntoKuzu::into_kuzu)
    }
}

impl<T: IntoKuzu> IntoKuzu for Vec<T> {
    fn into_kuzu(self) -> Cell {
        Cell::List(self.into_iter().map(IntoKuzu::into_kuzu).collect())
    }
}

impl<T: IntoKuzu, const N: usize> IntoKuzu for [T; N] {
    fn into_kuzu(self) -> Cell {
        Cell::List(self.into_iter().map(IntoKuzu::into_kuzu).collect())
    }
}

impl<T: IntoKuzu> IntoKuzu for Box<T> {
    fn into_kuzu(self) -> Cell {
        (*self).into_kuzu()
    }
}

impl<T: IntoKuzu + Clone> IntoKuzu for Rc<T> {
    fn into_kuzu(self) -> Cell {
        Self::unwrap_or_clone(self).into_kuzu()
    }
}

impl<T: IntoKuzu + Clone> IntoKuzu for Arc<T> {
    fn into_kuzu(self) -> Cell {
        Self::unwrap_or_clone(self).into_kuzu()
    }
}
