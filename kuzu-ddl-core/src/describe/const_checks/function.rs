//! Checks the types of functions against the properties that they read and write.

use super::super::const_string::ConstString;
use super::super::function::{FunctionDesc, InputDesc};
use super::super::lock_checks::widen::{fits, widens};
use super::super::table::{PropertyDesc, TableDesc};
use super::super::type_text::with_type;
use super::super::types::TypeDesc;

/// Rejects a function whose return type is not the type of its property, or whose argument types
/// are not those of the properties it reads.
#[track_caller]
pub const fn function(table: &TableDesc, at: usize) {
    let property = &table.properties[at];
    if let Some(function) = &property.cast_with {
        gives(property, function);
    }
    if let Some(function) = &property.fill_with {
        gives(property, function);
        let mut i = 0;
        while i < function.inputs.len() {
            takes(table, function, i);
            i += 1;
        }
    }
}

#[track_caller]
const fn gives(property: &PropertyDesc, function: &FunctionDesc) {
    if !fits(&function.returns, &property.ty) {
        let message = ConstString::new("`").add(function.path).add("` returns ");
        let message = with_type(message, &function.returns).add(", but `");
        let message = message.add(property.name).add("` has type ");
        with_type(message, &property.ty).panic();
    }
}

#[track_caller]
const fn takes(table: &TableDesc, function: &FunctionDesc, at: usize) {
    let name = function.inputs[at];
    let InputDesc { ty, nullable } = &function.arguments[at];
    let mut i = 0;
    while i < table.properties.len() {
        let property = &table.properties[i];
        i += 1;
        if !property.name.eq_ignore_ascii_case(name) || matches!(property.ty, TypeDesc::Invalid) {
            continue;
        }
        if !widens(&property.ty, ty) {
            let message = ConstString::new("`").add(function.path).add("` takes ");
            let message = with_type(message, ty)
                .add(", but `")
                .add(name)
                .add("` has type ");
            with_type(message, &property.ty).panic();
        }
        if property.nullable && !*nullable {
            ConstString::new("`")
                .add(name)
                .add("` may be NULL, but `")
                .add(function.path)
                .add("` does not accept NULL\nhelp: change its argument to an `Option`")
                .panic();
        }
    }
}
