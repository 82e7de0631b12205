//! Checks the types of indexed fields, seen through aliases.

use super::super::const_string::ConstString;
use super::super::type_text::with_type;
use super::super::types::TypeDesc;

/// Rejects a full-text index on a property that is not a string.
#[track_caller]
pub const fn fts_index(name: &str, ty: &TypeDesc) {
    if !matches!(ty, TypeDesc::String | TypeDesc::Invalid) {
        is(name, ty)
            .add(", but a full-text index requires STRING")
            .panic();
    }
}

/// Rejects a vector index on a property that is not a vector.
#[track_caller]
pub const fn vector_index(name: &str, ty: &TypeDesc) {
    let item = match ty {
        TypeDesc::Array(TypeDesc::Float | TypeDesc::Double, _) | TypeDesc::Invalid => return,
        TypeDesc::List(item) => *item,
        other => other,
    };
    let message = is(name, ty)
        .add(", but a vector index requires an array of FLOAT or DOUBLE with a fixed length");
    match item {
        TypeDesc::Float => message.add("\nhelp: for example `[f32; 384]`").panic(),
        TypeDesc::Double => message.add("\nhelp: for example `[f64; 384]`").panic(),
        _ => message.add("\nhelp: for example `[f32; 384]`").panic(),
    }
}

const fn is(name: &str, ty: &TypeDesc) -> ConstString {
    with_type(ConstString::new("`").add(name).add("` has type "), ty)
}
