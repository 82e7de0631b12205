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

use crate::schema::{StructField, Type};

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
        Type::Struct(members) => Type::Struct(
            members
                .iter()
                .map(|member| StructField {
                    name: member.name.clone(),
                    ty: transport_type(&member.ty),
                })
                .collect(),
        ),
        ty => ty.clone(),
    }
}

/// Renders the expression by which values of the column `column` are read.
#[must_use]
pub fn transport_cypher(column: &str, ty: &Type) -> String {
    let transported = transport_type(ty);
    match ty {
        ty if *ty == transported => column.to_owned(),
        // A CAST of the list crashes the engine (bug B40).
        Type::List(of) | Type::Array(of, _) if matches!(**of, Type::Decimal { .. }) => {
            format!("list_transform({column}, e -> CAST(e AS STRING))")
        }
        _ => format!("CAST({column} AS {transported})"),
    }
}

/// Renders the value of type `ty` that a parameter `value` holds.
#[must_use]
pub fn receive_cypher(value: &str, ty: &Type) -> String {
    match ty {
        Type::List(of) if matches!(**of, Type::Decimal { .. }) => {
            format!("list_transform(CAST({value} AS STRING[]), e -> CAST(e AS {of}))")
        }
        Type::Array(of, _) if matches!(**of, Type::Decimal { .. }) => {
            format!("CAST(list_transform(CAST({value} AS STRING[]), e -> CAST(e AS {of})) AS {ty})")
        }
        _ => format!("CAST({value} AS {ty})"),
    }
}
