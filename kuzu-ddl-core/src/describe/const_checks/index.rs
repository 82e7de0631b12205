//! What can be indexed, seen through the aliases of a field.

use super::super::const_string::Message;
use super::super::type_text::with_type;
use super::super::types::TypeDesc;

/// Refuses a full-text index on what is no text.
#[track_caller]
pub const fn fts_index(name: &str, ty: &TypeDesc) {
    if !matches!(ty, TypeDesc::String | TypeDesc::Broken) {
        is(name, ty)
            .add(", and a full-text index needs a STRING")
            .panic();
    }
}

/// Refuses a vector index on what is no vector.
#[track_caller]
pub const fn vector_index(name: &str, ty: &TypeDesc) {
    let item = match ty {
        TypeDesc::Array(TypeDesc::Float | TypeDesc::Double, _) | TypeDesc::Broken => return,
        TypeDesc::List(item) => *item,
        other => other,
    };
    let message = is(name, ty).add(", and a vector index needs an array of FLOAT or DOUBLE");
    match item {
        TypeDesc::Float => message.add(" with its length: `[f32; 384]`").panic(),
        TypeDesc::Double => message.add(" with its length: `[f64; 384]`").panic(),
        _ => message.add(": `[f32; 384]`").panic(),
    }
}

const fn is(name: &str, ty: &TypeDesc) -> Message {
    with_type(Message::new("`").add(name).add("` is "), ty)
}
