//! Properties as constants: `PropertyDesc`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned as _;

use super::function::function_descs;
use super::lifetime::erase_lifetimes;
use super::literal::{default_check, expr_desc};
use super::source_location;
use super::types::type_desc;
use crate::ast::{Field, Table};
use crate::spanned::Spanned;

/// Returns the `PropertyDesc` of a field.
pub(super) fn property_desc(table: &Table<'_>, field: &Field<'_>) -> TokenStream {
    let name = &field.name.value;
    let comment = comment(field.attrs.comment.as_deref());
    let renamed_from = names("renamed_from", &field.attrs.renamed_from);
    let default = field.attrs.default.as_ref().map(|default| {
        let value = expr_desc(&default.value);
        quote!(default: __kuzu::Some(#value),)
    });
    let cast = text("cast", field.attrs.cast.as_ref());
    let on_fail = field.attrs.on_fail.as_ref().map(|on_fail| {
        let variant = Ident::new(on_fail.value, Span::call_site());
        quote!(on_fail: __kuzu::Some(__kuzu::OnFailDesc::#variant),)
    });
    let fill = text("fill", field.attrs.fill.as_ref());
    let [cast_with, fill_with] = function_descs(table, field);
    let line = Literal::u32_unsuffixed(source_location::line(field.name.span));
    let (declared_type, base) = field_type(table, field);
    // Where every field is present, an update from the base would be a lint in the user's crate.
    let is_complete = declared_type.is_some()
        && default.is_some()
        && comment.is_some()
        && renamed_from.is_some()
        && cast.is_some()
        && on_fail.is_some()
        && fill.is_some()
        && cast_with.is_some()
        && fill_with.is_some();
    let rest = (!is_complete).then(|| quote!(..#base));
    quote! {
        __kuzu::PropertyDesc {
            name: #name, #declared_type #default #comment #renamed_from #cast #cast_with #on_fail
            #fill #fill_with line: #line, #rest
        }
    }
}

/// Returns the `PropertyDesc` of a field as far as its type determines it.
pub(super) fn base_desc(table: &Table<'_>, field: &Field<'_>) -> TokenStream {
    match field_type(table, field) {
        (None, base) => base,
        (Some(declared_type), blank) => quote!(__kuzu::PropertyDesc { #declared_type ..#blank }),
    }
}

/// Returns constants that do not compile if the type of a field contradicts its attributes.
pub(super) fn property_checks(table: &Table<'_>, field: &Field<'_>) -> Vec<TokenStream> {
    let base = base_desc(table, field);
    let mut checks = Vec::new();
    if field.attrs.primary_key.is_some() {
        let span = field.ty.span();
        checks.push(quote_spanned!(span=> const _: () = __kuzu::const_checks::key(&#base);));
    }
    if let Some(default) = &field.attrs.default {
        checks.extend(default_check(default, &base));
    }
    let on_fail = field.attrs.on_fail.as_ref();
    if let Some(on_fail) = on_fail.filter(|on_fail| on_fail.value == "Null") {
        let fill = text("fill", field.attrs.fill.as_ref());
        let property = quote!(__kuzu::PropertyDesc { #fill ..#base });
        checks.push(quote_spanned! {on_fail.span=>
            const _: () = __kuzu::const_checks::on_fail_null(&#property);
        });
    }
    checks
}

/// Returns `type` and `nullable` where the attribute declares them, and the `PropertyDesc` with all
/// other values.
fn field_type(table: &Table<'_>, field: &Field<'_>) -> (Option<TokenStream>, TokenStream) {
    let ty = erase_lifetimes(field.ty, table.generics);
    let Some(declared) = &field.attrs.ty else {
        return (None, quote!(<#ty as __kuzu::KuzuType>::PROPERTY));
    };
    let declared = type_desc(declared);
    let nullable = if field.attrs.nullable.is_some() {
        quote!(true)
    } else {
        quote!({
            use __kuzu::NotNullable as _;
            __kuzu::NullableProbe::<#ty>::NULLABLE
        })
    };
    (
        Some(quote!(ty: #declared, nullable: #nullable,)),
        quote!(__kuzu::PropertyDesc::EMPTY),
    )
}

/// Returns `comment: …`.
pub(super) fn comment(comment: Option<&str>) -> Option<TokenStream> {
    comment.map(|text| quote!(comment: __kuzu::Some(#text),))
}

/// Returns `field: &["…", …]`, unless `names` is empty.
pub(super) fn names(field: &str, names: &[Spanned<String>]) -> Option<TokenStream> {
    let field = Ident::new(field, Span::call_site());
    let names = names.iter().map(|name| &name.value);
    (names.len() > 0).then(|| quote!(#field: &[#(#names),*],))
}

fn text(field: &str, text: Option<&Spanned<String>>) -> Option<TokenStream> {
    let field = Ident::new(field, Span::call_site());
    let text = &text?.value;
    Some(quote!(#field: __kuzu::Some(#text),))
}
