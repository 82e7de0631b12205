//! The input of a derive with its attributes read and its names settled.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{Data, DeriveInput, Fields, GenericParam, Generics, Ident, Member};

use crate::attr::keyword::Place;
use crate::attr::{At, Attrs};
use crate::error::Ctxt;
use crate::syntax::types::Type;

/// A struct that describes a table.
pub(crate) struct Table<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) place: Place,
    pub(crate) attrs: Attrs,
    pub(crate) name: At<String>,
    pub(crate) fields: Vec<Field<'a>>,
    /// Whether it has a `#[repr(…)]`.
    pub(crate) repr: bool,
}

/// A field that is a property or a member.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a syn::Type,
    pub(crate) attrs: Attrs,
    pub(crate) name: At<String>,
}

/// A struct or enum that is a value.
pub(crate) struct Value<'a> {
    pub(crate) ident: &'a Ident,
    pub(crate) generics: &'a Generics,
    pub(crate) attrs: Attrs,
    pub(crate) shape: Shape<'a>,
    /// Whether it has a `#[repr(…)]`.
    pub(crate) repr: bool,
}

/// What a value is.
pub(crate) enum Shape<'a> {
    /// What `type = "…"` says.
    Given(Type),
    /// What its one field is.
    Newtype(Box<Field<'a>>),
    Struct(Vec<Field<'a>>),
    /// An enum without data.
    Words,
    Union(Vec<Variant<'a>>),
    /// A mistake, which is reported.
    None,
}

/// A variant of an enum with data.
pub(crate) struct Variant<'a> {
    pub(crate) name: At<String>,
    pub(crate) shape: VariantShape<'a>,
}

/// What a variant holds.
pub(crate) enum VariantShape<'a> {
    Unit,
    One(Box<Field<'a>>),
    Struct(Vec<Field<'a>>),
}

impl<'a> Table<'a> {
    pub(crate) fn read(cx: &Ctxt, input: &'a DeriveInput, place: Place) -> Self {
        let attrs = Attrs::read(cx, &input.attrs, place);
        let name = attrs.name.clone().unwrap_or_else(|| spoken(&input.ident));
        let fields = fields_of_table(cx, input, place).map_or(Vec::new(), |fields| {
            let on_field = if place == Place::Node {
                Place::NodeField
            } else {
                Place::EdgeField
            };
            read_fields(cx, fields, on_field, &attrs)
        });
        for param in &input.generics.params {
            let (span, what) = match param {
                GenericParam::Lifetime(_) => continue,
                GenericParam::Type(param) => (param.ident.span(), "type"),
                GenericParam::Const(param) => (param.ident.span(), "const"),
            };
            cx.error(span, format!("a table is one struct, so it has no {what} parameters; derive for each concrete struct"));
        }
        Self {
            ident: &input.ident,
            generics: &input.generics,
            place,
            attrs,
            name,
            fields,
            repr: has_repr(input),
        }
    }
}

/// The named fields, or none of an edge without properties.
fn fields_of_table<'a>(cx: &Ctxt, input: &'a DeriveInput, place: Place) -> Option<&'a Fields> {
    let derive = if place == Place::Node {
        "KuzuNode"
    } else {
        "KuzuEdge"
    };
    let (span, message) = match &input.data {
        Data::Struct(data) => match &data.fields {
            fields @ Fields::Named(_) => return Some(fields),
            fields @ Fields::Unit if place == Place::Edge => return Some(fields),
            Fields::Unnamed(fields) if fields.unnamed.is_empty() && place == Place::Edge => {
                return Some(&data.fields);
            }
            Fields::Unnamed(fields) => (
                fields.span(),
                format!("`{derive}` needs named fields: they name the properties"),
            ),
            Fields::Unit => (
                input.ident.span(),
                "a node table needs fields, one of them with `#[kuzu(primary_key)]`".into(),
            ),
        },
        Data::Enum(data) => (
            data.enum_token.span,
            format!("`{derive}` is for structs; an enum can be a property by `KuzuType`"),
        ),
        Data::Union(data) => (data.union_token.span, format!("`{derive}` is for structs")),
    };
    cx.error(span, message);
    None
}

fn read_fields<'a>(
    cx: &Ctxt,
    fields: &'a Fields,
    place: Place,
    container: &Attrs,
) -> Vec<Field<'a>> {
    fields
        .iter()
        .zip(fields.members())
        .filter_map(|(field, member)| {
            let attrs = Attrs::read(cx, &field.attrs, place);
            let phantom = place == Place::Member && is_phantom(&field.ty);
            if attrs.skip.is_some() || phantom {
                return None;
            }
            let name = attrs.name.clone().unwrap_or_else(|| match &field.ident {
                Some(ident) => cased(ident, container),
                None => At {
                    value: String::new(),
                    span: field.ty.span(),
                },
            });
            Some(Field {
                member,
                ty: &field.ty,
                attrs,
                name,
            })
        })
        .collect()
}

impl<'a> Value<'a> {
    pub(crate) fn read(cx: &Ctxt, input: &'a DeriveInput) -> Self {
        let mut attrs = Attrs::read(cx, &input.attrs, Place::Type);
        let shape = if let Some(given) = attrs.ty.take() {
            Shape::Given(given)
        } else {
            Self::shape(cx, input, &attrs)
        };
        if let (Some(span), false) = (
            attrs.transparent,
            matches!(shape, Shape::Newtype(_) | Shape::None),
        ) {
            cx.error(span, "`transparent` is for structs with one field");
        }
        Self {
            ident: &input.ident,
            generics: &input.generics,
            attrs,
            shape,
            repr: has_repr(input),
        }
    }

    fn shape(cx: &Ctxt, input: &'a DeriveInput, attrs: &Attrs) -> Shape<'a> {
        let fail = |span: Span, message: &str| {
            cx.error(span, message);
            Shape::None
        };
        let data = match &input.data {
            Data::Struct(data) => data,
            Data::Enum(data) => return enum_shape(cx, input, data, attrs),
            Data::Union(data) => {
                return fail(data.union_token.span, "`KuzuType` is for structs and enums");
            }
        };
        let mut fields = read_fields(cx, &data.fields, Place::Member, attrs);
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
                "the members of a STRUCT have names: use named fields, or `skip` all but one",
            ),
        }
    }
}

fn enum_shape<'a>(
    cx: &Ctxt,
    input: &'a DeriveInput,
    data: &'a syn::DataEnum,
    attrs: &Attrs,
) -> Shape<'a> {
    if data.variants.is_empty() {
        cx.error(
            input.ident.span(),
            "an enum without variants has no value to store",
        );
        return Shape::None;
    }
    let words = data
        .variants
        .iter()
        .all(|variant| matches!(variant.fields, Fields::Unit));
    let mut variants = Vec::new();
    for variant in &data.variants {
        let on_variant = Attrs::read(cx, &variant.attrs, Place::Variant);
        let name = on_variant
            .name
            .clone()
            .unwrap_or_else(|| cased(&variant.ident, attrs));
        let mut fields = read_fields(cx, &variant.fields, Place::Member, &Attrs::default());
        let shape = match (&variant.fields, fields.len()) {
            (Fields::Named(_), 1..) => VariantShape::Struct(fields),
            (Fields::Unnamed(_), 1) => VariantShape::One(Box::new(fields.remove(0))),
            (Fields::Unnamed(_), 2..) => {
                cx.error(
                    variant.fields.span(),
                    "a member of a UNION has one type: one field, or named fields for a STRUCT",
                );
                continue;
            }
            (_, _) => VariantShape::Unit,
        };
        variants.push(Variant { name, shape });
    }
    if words {
        Shape::Words
    } else {
        Shape::Union(variants)
    }
}

fn has_repr(input: &DeriveInput) -> bool {
    input
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("repr"))
}

/// The name of `ident` in the case that its container asks for.
fn cased(ident: &Ident, container: &Attrs) -> At<String> {
    let mut name = spoken(ident);
    if let Some(case) = container.rename_all {
        name.value = case.apply(&name.value);
    }
    name
}

/// `ident` without `r#`.
fn spoken(ident: &Ident) -> At<String> {
    At {
        value: ident.unraw().to_string(),
        span: ident.span(),
    }
}

/// A `PhantomData` holds nothing. (The one place that looks at tokens: no trait could tell what a
/// field without a value should be.)
fn is_phantom(ty: &syn::Type) -> bool {
    match ty {
        syn::Type::Path(path) => path
            .path
            .segments
            .last()
            .is_some_and(|last| last.ident == "PhantomData"),
        _ => false,
    }
}
