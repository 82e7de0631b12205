//! Tables as constants: `TableDesc`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};

use super::field_use::use_fields;
use super::function::function_check;
use super::index::{index_checks, index_desc};
use super::property::{base_desc, comment, names, property_checks, property_desc};
use super::{reserved, source_location};
use crate::ast::{Table, TableKind};
use crate::attr::{EndpointAttr, PairAttr};

/// Expands to one constant and its registration.
///
/// Values that the struct does not declare come from `EMPTY`, so that the expansion is no longer
/// than the declaration.
pub(super) fn expand(
    table: &Table<'_>,
    crate_path: &TokenStream,
    lock_checks: Option<&TokenStream>,
) -> TokenStream {
    let ident = table.ident;
    // A table has no generic parameters but lifetimes.
    let anonymous = lifetimes(table.generics, &quote!('_));
    let name = &table.name.value;
    let marker = Ident::new(table.kind.derive_name(), Span::call_site());
    let kind = kind_desc(table);
    let properties = table.fields.iter().map(|field| property_desc(table, field));
    let comment = comment(table.attrs.comment.as_deref());
    let renamed_from = names("renamed_from", &table.attrs.renamed_from);
    let dropped = names("dropped", &table.attrs.dropped);
    let all_indexes = table.indexes();
    let indexes = (!all_indexes.is_empty()).then(|| {
        let indexes = all_indexes.iter().map(index_desc);
        quote!(indexes: &[#(#indexes),*],)
    });
    // Where every field is present, an update from `EMPTY` would be a lint in the user's crate.
    let is_complete =
        comment.is_some() && renamed_from.is_some() && dropped.is_some() && indexes.is_some();
    let rest = (!is_complete).then(|| quote!(..__kuzu::TableDesc::EMPTY));
    let origin = origin(ident);
    let desc = table_desc(table);
    let fields = || table.fields.iter();
    let checks = fields().flat_map(|field| property_checks(table, field));
    let checks_of_indexes = all_indexes
        .iter()
        .flat_map(|index| index_checks(table, index, |field| base_desc(table, field)));
    let checks_of_functions = fields()
        .enumerate()
        .filter_map(|(index, field)| function_check(field, index, &desc));
    let checks = checks.chain(checks_of_indexes).chain(checks_of_functions);
    let warnings = reserved::warnings(table);
    let field_use = use_fields(ident, anonymous.as_ref(), table.has_repr, &table.fields);
    // The check is part of the registration: a separate constant would cost compile time for each
    // struct.
    let checked = quote_spanned! {ident.span()=> __kuzu::const_checks::table(#desc)};
    let registration = table.attrs.skip_registration.is_none().then(|| {
        quote! {
            __kuzu::inventory::submit! {
                __kuzu::Registration::Table(#checked)
            }
        }
    });
    quote! {
        const _: () = {
            use #crate_path::__private as __kuzu;
            #[automatically_derived]
            impl __kuzu::KuzuTable for #ident #anonymous {
                const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc {
                    name: #name,
                    kind: #kind,
                    properties: &[#(#properties),*],
                    #comment
                    #renamed_from
                    #dropped
                    #indexes
                    origin: #origin,
                    #rest
                };
            }
            #[automatically_derived]
            impl __kuzu::#marker for #ident #anonymous {}
            #registration
            #(#checks)*
            #(#warnings)*
            #lock_checks
            #field_use
        };
    }
}

/// Returns the `TableDesc` as other constants refer to it.
pub(super) fn table_desc(table: &Table<'_>) -> TokenStream {
    let ident = table.ident;
    let lifetimes = lifetimes(table.generics, &quote!('static));
    quote!(<#ident #lifetimes as __kuzu::KuzuTable>::DESC)
}

/// Returns `<'_, '_>`, with as many lifetimes as the struct has.
fn lifetimes(generics: &syn::Generics, lifetime: &TokenStream) -> Option<TokenStream> {
    let lifetimes: Vec<_> = generics.lifetimes().map(|_| lifetime).collect();
    (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>))
}

fn kind_desc(table: &Table<'_>) -> TokenStream {
    if table.kind == TableKind::Node {
        let key = table.primary_key();
        let key = key.map_or("", |field| field.name.value.as_str());
        return quote!(__kuzu::TableKindDesc::Node { primary_key: #key });
    }
    let variant =
        |name: Option<&str>, default: &str| Ident::new(name.unwrap_or(default), Span::call_site());
    let pairs = table.attrs.pairs.iter().map(pair_desc);
    let dropped = table.attrs.dropped_pairs.iter().map(pair_desc);
    let multiplicity = table
        .attrs
        .multiplicity
        .map(|declared| declared.value.variant);
    let multiplicity = variant(multiplicity, "ManyMany");
    let storage = variant(table.attrs.storage_direction, "Both");
    quote! {
        __kuzu::TableKindDesc::Edge {
            pairs: &[#(#pairs),*],
            dropped_pairs: &[#(#dropped),*],
            multiplicity: __kuzu::Multiplicity::#multiplicity,
            storage: __kuzu::StorageDirection::#storage,
        }
    }
}

fn pair_desc(pair: &PairAttr) -> TokenStream {
    let (from, to) = (endpoint_name(&pair.from), endpoint_name(&pair.to));
    quote!(__kuzu::PairDesc { from: #from, to: #to })
}

fn endpoint_name(endpoint: &EndpointAttr) -> TokenStream {
    match endpoint {
        EndpointAttr::Type(ty) => quote!(<#ty as __kuzu::KuzuNode>::NAME),
        EndpointAttr::Name(name) => {
            let name = &name.value;
            quote!(#name)
        }
    }
}

fn origin(ident: &Ident) -> TokenStream {
    let package = source_location::package();
    let suffix = format!("::{ident}");
    let file = source_location::file(ident.span());
    let line = Literal::u32_unsuffixed(source_location::line(ident.span()));
    quote! {
        __kuzu::Origin {
            krate: #package,
            rust_name: __kuzu::concat!(__kuzu::module_path!(), #suffix),
            file: #file,
            line: #line,
        }
    }
}
