//! Rust functions that make values: `cast_with` and `fill_with`.
//!
//! A derive describes a function by a [`FunctionDesc`]: what it takes, what it gives, and a pointer to
//! a call of it. Which types can go in and out, [`FromKuzu`] and [`IntoKuzu`] say, so a wrong signature
//! is an error of the compiler at the function's name. Code is never part of the history: an event
//! names the function ([`FunctionDesc::name`]), and a database whose program has no function of that
//! name refuses to guess.

mod from_kuzu;
mod into_kuzu;
mod invoke;
mod time_text;

pub use from_kuzu::FromKuzu;
pub use into_kuzu::{IntoKuzu, Outcome};
pub use invoke::*;
use serde::{Deserialize, Serialize};

use crate::schema::Type;

/// The type by way of which values of `ty` are read: the engine's crate hands over not all of them
/// safely, and the others are read as text.
#[must_use]
pub fn readable(ty: &Type) -> Type {
    match ty {
        Type::Date
        | Type::Timestamp
        | Type::TimestampNs
        | Type::TimestampMs
        | Type::TimestampSec
        | Type::TimestampTz
        | Type::Interval
        | Type::Decimal { .. }
        | Type::Json
        | Type::Map(..)
        | Type::Union(_)
        | Type::Unknown(_) => Type::String,
        Type::List(of) => Type::List(Box::new(readable(of))),
        Type::Array(of, n) => Type::Array(Box::new(readable(of)), *n),
        ty => ty.clone(),
    }
}
