//! The names of the members of a value.

use super::name::check_members;
use crate::ast::{Shape, ValueType, VariantShape};
use crate::error::Errors;

pub(super) fn check(errors: &Errors, value: &ValueType<'_>) {
    match &value.shape {
        Shape::Struct(fields) => check_members(errors, fields.iter().map(|field| &field.name)),
        Shape::Union(variants) => {
            check_members(errors, variants.iter().map(|variant| &variant.name));
            for variant in variants {
                if let VariantShape::Struct(fields) = &variant.shape {
                    check_members(errors, fields.iter().map(|field| &field.name));
                }
            }
        }
        Shape::Newtype(field) => {
            if let Some(name) = &field.attrs.name {
                errors.report(
                    name.span,
                    "the field of a transparent struct has no name in Kùzu\nhelp: remove `name`",
                );
            }
        }
        Shape::Declared(_) | Shape::UnitEnum | Shape::Invalid => {}
    }
}
