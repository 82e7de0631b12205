//! The fields of a struct or variant.

use syn::ext::IdentExt;
use syn::spanned::Spanned as _;
use syn::{DeriveInput, Fields, Ident, Member};

use crate::attr::Attrs;
use crate::attr::keyword::Target;
use crate::error::Errors;
use crate::spanned::Spanned;

/// A field that is a property of a table or a member of a STRUCT or UNION.
pub(crate) struct Field<'a> {
    pub(crate) member: Member,
    pub(crate) ty: &'a syn::Type,
    pub(crate) attrs: Attrs,
    pub(crate) name: Spanned<String>,
}

/// Parses the attributes of `fields`. Fields with `skip`, and members that are a `PhantomData`, are
/// left out.
pub(super) fn parse_fields<'a>(
    errors: &Errors,
    fields: &'a Fields,
    target: Target,
    container: &Attrs,
) -> Vec<Field<'a>> {
    fields
        .iter()
        .zip(fields.members())
        .filter_map(|(field, member)| {
            let attrs = Attrs::parse(errors, &field.attrs, target);
            let phantom = target == Target::Member && is_phantom(&field.ty);
            if attrs.skip.is_some() || phantom {
                return None;
            }
            let name = attrs.name.clone().unwrap_or_else(|| match &field.ident {
                Some(ident) => apply_case(ident, container),
                None => Spanned::new(String::new(), field.ty.span()),
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

/// Returns the name of `ident` in the case that its container requests.
pub(super) fn apply_case(ident: &Ident, container: &Attrs) -> Spanned<String> {
    let name = kuzu_name(ident);
    match container.rename_all {
        Some(case) => name.map(|name| case.apply(&name)),
        None => name,
    }
}

/// Returns `ident` without `r#`.
pub(super) fn kuzu_name(ident: &Ident) -> Spanned<String> {
    Spanned::new(ident.unraw().to_string(), ident.span())
}

/// Whether the item has a `#[repr(…)]`. A packed struct allows no references to its fields.
pub(super) fn has_repr(input: &DeriveInput) -> bool {
    input
        .attrs
        .iter()
        .any(|attribute| attribute.path().is_ident("repr"))
}

/// Whether `ty` is a `PhantomData`, which holds no value. This is the only decision by the tokens
/// of a type: no trait could determine what a field without a value should be.
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
