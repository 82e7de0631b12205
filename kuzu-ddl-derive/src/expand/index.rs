//! Indexes as constants: `IndexDesc`.

use proc_macro2::{Ident, TokenStream};
use quote::{quote, quote_spanned};

use crate::ast::{Field, Index, Table};
use crate::attr::index_options::IndexKind;
use crate::spanned::Spanned;
use crate::syntax::name;

/// Returns the `IndexDesc`.
pub(super) fn index_desc(index: &Index<'_>) -> TokenStream {
    let name = &index.name.value;
    let kind = match index.attr.kind {
        IndexKind::FullText => quote!(FullText),
        IndexKind::Vector => quote!(Vector),
    };
    let properties = index.properties.iter().map(|property| &property.value);
    let options = index.attr.options.iter();
    let options = options.map(|(option, value)| quote!((#option, #value)));
    quote! {
        __kuzu::IndexDesc {
            name: #name,
            kind: __kuzu::IndexKindDesc::#kind,
            properties: &[#(#properties),*],
            options: &[#(#options),*],
        }
    }
}

/// Returns constants that do not compile if a property has a type that cannot be indexed.
/// `property_desc` returns the tokens of a field's `PropertyDesc`.
pub(super) fn index_checks(
    table: &Table<'_>,
    index: &Index<'_>,
    property_desc: impl Fn(&Field<'_>) -> TokenStream,
) -> Vec<TokenStream> {
    let check = |property: &Spanned<String>| {
        // All tokens of the constant have one span, or the compiler shows the whole derive.
        let check = Ident::new(index.attr.kind.keyword(), property.span);
        let field = table
            .fields
            .iter()
            .find(|field| name::is_same_name(&field.name.value, &property.value))?;
        let desc = property_desc(field);
        let name = &field.name.value;
        Some(quote_spanned! {property.span=>
            const _: () = __kuzu::const_checks::#check(#name, &#desc.ty);
        })
    };
    index.properties.iter().filter_map(check).collect()
}
