//! Rust functions that compute values, for `cast_with` and `fill_with`.
//!
//! A derive describes a function with a [`FunctionDesc`](crate::describe::FunctionDesc): its
//! argument types, its return type, and a pointer to a wrapper that calls it. [`FromKuzu`] and
//! [`IntoKuzu`] define the supported types, so a wrong signature is a compile error at the name of
//! the function.
//!
//! Code is never part of the history: an event names the function
//! ([`FunctionDesc::name`](crate::describe::FunctionDesc::name)), and a database whose program has
//! no function of that name does not apply the event.

mod from_kuzu;
mod into_kuzu;
mod invoke;
mod time_text;

pub use from_kuzu::FromKuzu;
pub use into_kuzu::{FunctionReturn, IntoKuzu};
pub use invoke::{describe_fn0, invoke_fn0, *};

use crate::schema::Type;

/// Returns the type as which values of `ty` are read. The engine's crate does not return all types
/// safely; the others are read as text.
#[must_use]
pub fn transport_type(ty: &Type) -> Type {
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
        Type::List(of) => Type::List(Box::new(transport_type(of))),
        Type::Array(of, n) => Type::Array(Box::new(transport_type(of)), *n),
        ty => ty.clone(),
    }
}
