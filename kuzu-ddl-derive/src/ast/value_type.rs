//! A struct or enum that is a value.

use proc_macro2::Span;
use syn::spanned::Spanned as _;
use syn::{Data, DataEnum, DeriveInput, Fields, Generics, Ident};

use super::field::{Field, apply_case, has_repr, parse_fields};
use crate::attr::Attrs;
use crate::attr::keyword::Target;
use crate::error::Errors;
use crate::spanned::Spanned;
use crate::syntax::types::Type;

/// A struct or enum that is a value.
pub(crate) struct ValueType<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: Attrs,
    pub(crate) shape: Shape<'a>,
    pub(crate) has_repr: bool,
}

/// How a value is stored.
pub(crate) enum Shape<'a> {
    /// As the type in `type = "…"`.
    Declared(Type),
    /// As the type of its one field.
    Newtype(Box<Field<'a>>),
    Struct(Vec<Field<'a>>),
    /// As a STRING, the name of a variant: an enum without data.
    UnitEnum,
    Union(Vec<Variant<'a>>),
    /// Not at all, because of an error that is reported.
    Invalid,
}

/// A variant of an enum with data.
pub(crate) struct Variant<'a> {
    pub(crate) name: Spanned<String>,
    pub(crate) shape: VariantShape<'a>,
}

/// The data of a variant.
pub(crate) enum VariantShape<'a> {
    Unit,
    Newtype(Box<Field<'a>>),
    Struct(Vec<Field<'a>>),
}

impl<'a> ValueType<'a> {
    pub(crate) fn parse(errors: &Errors, input: &'a DeriveInput) -> Self {
        let mut attrs = Attrs::parse(errors, &input.attrs, Target::Type);
        let shape = match attrs.ty.take() {
            Some(ty) => Shape::Declared(ty),
            None => Self::parse_shape(errors, input, &attrs),
        };
        if let (Some(span), false) = (
            attrs.transparent,
            matches!(shape, Shape::Newtype(_) | Shape::Invalid),
        ) {
            errors.report(
                span,
                "`transparent` requires a struct with exactly one field",
            );
        }
        Self {
            ident: &input.ident,
            generics: &input.generics,
            attrs,
            shape,
            has_repr: has_repr(input),
        }
    }

    fn parse_shape(errors: &Errors, input: &'a DeriveInput, attrs: &Attrs) -> Shape<'a> {
        let fail = |span: Span, message: &str| {
            errors.report(span, message);
            Shape::Invalid
        };
        let data = match &input.data {
            Data::Struct(data) => data,
            Data::Enum(data) => return parse_enum(errors, input, data, attrs),
            Data::Union(data) => {
                return fail(
                    data.union_token.span,
                    "`KuzuType` can only be derived for structs and enums",
                );
            }
        };
        let mut fields = parse_fields(errors, &data.fields, Target::Member, attrs);
        match (&data.fields, fields.len()) {
            (_, 0) => fail(
                input.ident.span(),
                "a struct without fields has no value to store",
            ),
            (Fields::Named(_), 1) if attrs.transparent.is_some() => {
                Shape::Newtype(Box::new(fields.remove(0)))
            }
            (Fields::Named(_), _) => Shape::Struct(fields),
            (_, 1) => Shape::Newtype(Box::new(fields.remove(0))),
            (fields, _) => fail(
                fields.span(),
                "a tuple struct must have exactly one field: the members of a STRUCT have names\n\
                 help: use named fields, or `skip` all fields but one",
            ),
        }
    }
}

fn parse_enum<'a>(
    errors: &Errors,
    input: &'a DeriveInput,
    data: &'a DataEnum,
    attrs: &Attrs,
) -> Shape<'a> {
    if data.variants.is_empty() {
        errors.report(
            input.ident.span(),
            "an enum without variants has no value to store",
        );
        return Shape::Invalid;
    }
    let without_data = data
        .variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit));
    let mut variants = Vec::new();
    for variant in &data.variants {
        let variant_attrs = Attrs::parse(errors, &variant.attrs, Target::Variant);
        let name = variant_attrs
            .name
            .clone()
            .unwrap_or_else(|| apply_case(&variant.ident, attrs));
        let mut fields = parse_fields(errors, &variant.fields, Target::Member, &Attrs::default());
        let shape = match (&variant.fields, fields.len()) {
            (Fields::Named(_), 1..) => VariantShape::Struct(fields),
            (Fields::Unnamed(_), 1) => VariantShape::Newtype(Box::new(fields.remove(0))),
            (Fields::Unnamed(_), 2..) => {
                errors.report(
                    variant.fields.span(),
                    "a tuple variant must have exactly one field: a member of a UNION has one type\n\
                     help: use named fields, which form a STRUCT",
                );
                continue;
            }
            (_, _) => VariantShape::Unit,
        };
        variants.push(Variant { name, shape });
    }
    if without_data {
        Shape::UnitEnum
    } else {
        Shape::Union(variants)
    }
}
