//! The description of a table.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::spanned::Spanned;

use super::field_use::reader;
use super::{lifetime, source_location as site};
use crate::ast::{Field, Table};
use crate::attr::index;
use crate::attr::keyword::Place;
use crate::attr::{At, End, Pair};
use crate::valid::function;

/// One constant, and its registration. Whatever a struct leaves out comes from `BLANK`, so that the
/// expansion is no longer than what the struct says.
pub(crate) fn expand(table: &Table<'_>, krate: &TokenStream, locked: &TokenStream) -> TokenStream {
    let ident = table.ident;
    // Only lifetimes are left: tables have no other parameters.
    let any = lifetimes(table.generics, &quote!('_));
    let name = &table.name.value;
    let marker = Ident::new(
        if table.place == Place::Node {
            "KuzuNode"
        } else {
            "KuzuEdge"
        },
        Span::call_site(),
    );
    let kind = kind(table);
    let properties = table.fields.iter().map(|field| property(table, field));
    let comment = comment(table.attrs.comment.as_deref());
    let renamed_from = names("renamed_from", &table.attrs.renamed_from);
    let dropped = names("dropped", &table.attrs.dropped);
    let indexed = index::of(table);
    let indexes = (!indexed.is_empty()).then(|| {
        let indexes = indexed.iter().map(index::Index::expand);
        quote!(indexes: &[#(#indexes),*],)
    });
    // Where everything is said, an update from `BLANK` would be a lint in the user's crate.
    let all = comment.is_some() && renamed_from.is_some() && dropped.is_some() && indexes.is_some();
    let rest = (!all).then(|| quote!(..__kuzu::TableDesc::BLANK));
    let origin = origin(ident);
    let checks = table.fields.iter().flat_map(|field| checks(table, field));
    let of_indexes = indexed
        .iter()
        .flat_map(|index| index.checks(table, |field| base(table, field)));
    let of_functions = table.fields.iter();
    let of_functions = of_functions.filter_map(|field| function::check(table, field, &desc(table)));
    let checks = checks.chain(of_indexes).chain(of_functions);
    let reader = reader(ident, any.as_ref(), table.repr, &table.fields);
    // On the way into the registry, for a constant of its own would cost every user.
    let desc = desc(table);
    let checked = quote_spanned! {ident.span()=> __kuzu::check::table(#desc)};
    let registered = table.attrs.unregistered.is_none().then(|| {
        quote! {
            __kuzu::inventory::submit! {
                __kuzu::Registered::Table(#checked)
            }
        }
    });
    quote! {
        const _: () = {
            use #krate::__private as __kuzu;
            #[automatically_derived]
            impl __kuzu::KuzuTable for #ident #any {
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
            impl __kuzu::#marker for #ident #any {}
            #registered
            #(#checks)*
            #locked
            #reader
        };
    }
}

/// The `TableDesc`, as a constant elsewhere mentions it.
pub(super) fn desc(table: &Table<'_>) -> TokenStream {
    let ident = table.ident;
    let fixed = lifetimes(table.generics, &quote!('static));
    quote!(<#ident #fixed as __kuzu::KuzuTable>::DESC)
}

/// `<'_, '_>`, as many as the struct has.
fn lifetimes(generics: &syn::Generics, lifetime: &TokenStream) -> Option<TokenStream> {
    let lifetimes: Vec<_> = generics.lifetimes().map(|_| lifetime).collect();
    (!lifetimes.is_empty()).then(|| quote!(<#(#lifetimes),*>))
}

fn kind(table: &Table<'_>) -> TokenStream {
    if table.place == Place::Node {
        let key = table
            .fields
            .iter()
            .find(|field| field.attrs.primary_key.is_some());
        let key = key.map_or("", |field| field.name.value.as_str());
        return quote!(__kuzu::KindDesc::Node { primary_key: #key });
    }
    let variant = |name: Option<&str>, otherwise: &str| {
        Ident::new(name.unwrap_or(otherwise), Span::call_site())
    };
    let pairs = table.attrs.pairs.iter().map(pair);
    let dropped = table.attrs.dropped_pairs.iter().map(pair);
    let multiplicity = variant(table.attrs.multiplicity.map(|at| at.value.1), "ManyMany");
    let storage = variant(table.attrs.storage, "Both");
    quote! {
        __kuzu::KindDesc::Edge {
            pairs: &[#(#pairs),*],
            dropped_pairs: &[#(#dropped),*],
            multiplicity: __kuzu::Multiplicity::#multiplicity,
            storage: __kuzu::StorageDirection::#storage,
        }
    }
}

fn pair(pair: &Pair) -> TokenStream {
    let (from, to) = (end(&pair.from), end(&pair.to));
    quote!(__kuzu::PairDesc { from: #from, to: #to })
}

fn end(end: &End) -> TokenStream {
    match end {
        End::Type(ty) => quote!(<#ty as __kuzu::KuzuNode>::NAME),
        End::Name(At { value, .. }) => quote!(#value),
    }
}

fn property(table: &Table<'_>, field: &Field<'_>) -> TokenStream {
    let name = &field.name.value;
    let comment = comment(field.attrs.comment.as_deref());
    let renamed_from = names("renamed_from", &field.attrs.renamed_from);
    let default = field.attrs.default.as_ref().map(|default| {
        let value = default.value.expand();
        quote!(default: __kuzu::Some(#value),)
    });
    let cast = said("cast", field.attrs.cast.as_ref());
    let on_fail = field.attrs.on_fail.as_ref().map(|on_fail| {
        let variant = Ident::new(on_fail.value, Span::call_site());
        quote!(on_fail: __kuzu::Some(__kuzu::OnFailDesc::#variant),)
    });
    let fill = said("fill", field.attrs.fill.as_ref());
    let [cast_with, fill_with] = function::expand(table, field);
    let line = Literal::u32_unsuffixed(site::line(field.name.span));
    let (given, base) = typed(table, field);
    let all = given.is_some()
        && default.is_some()
        && comment.is_some()
        && renamed_from.is_some()
        && cast.is_some()
        && on_fail.is_some()
        && fill.is_some()
        && cast_with.is_some()
        && fill_with.is_some();
    let rest = (!all).then(|| quote!(..#base));
    quote! {
        __kuzu::PropertyDesc {
            name: #name, #given #default #comment #renamed_from #cast #cast_with #on_fail #fill
            #fill_with line: #line, #rest
        }
    }
}

/// What a field says of its type, and the `PropertyDesc` that says the rest.
fn typed(table: &Table<'_>, field: &Field<'_>) -> (Option<TokenStream>, TokenStream) {
    let ty = lifetime::erase(field.ty, table.generics);
    let Some(given) = &field.attrs.ty else {
        return (None, quote!(<#ty as __kuzu::KuzuType>::PROPERTY));
    };
    let given = given.expand();
    let nullable = if field.attrs.nullable.is_some() {
        quote!(true)
    } else {
        quote!({
            use __kuzu::Otherwise as _;
            __kuzu::Probe::<#ty>::NULLABLE
        })
    };
    (
        Some(quote!(ty: #given, nullable: #nullable,)),
        quote!(__kuzu::PropertyDesc::BLANK),
    )
}

/// The `PropertyDesc` of a field, as far as its type goes.
fn base(table: &Table<'_>, field: &Field<'_>) -> TokenStream {
    match typed(table, field) {
        (None, base) => base,
        (Some(given), blank) => quote!(__kuzu::PropertyDesc { #given ..#blank }),
    }
}

/// Constants that do not compile if a field's type does not suit what the field says.
fn checks(table: &Table<'_>, field: &Field<'_>) -> Vec<TokenStream> {
    let base = base(table, field);
    let mut checks = Vec::new();
    if field.attrs.primary_key.is_some() {
        let span = field.ty.span();
        checks.push(quote_spanned!(span=> const _: () = __kuzu::check::key(&#base);));
    }
    if let Some(default) = &field.attrs.default {
        checks.extend(default.check(&base));
    }
    if let Some(at) = field.attrs.on_fail.as_ref().filter(|at| at.value == "Null") {
        let fill = said("fill", field.attrs.fill.as_ref());
        let property = quote!(__kuzu::PropertyDesc { #fill ..#base });
        checks.push(quote_spanned! {at.span=>
            const _: () = __kuzu::check::on_fail_null(&#property);
        });
    }
    checks
}

fn comment(comment: Option<&str>) -> Option<TokenStream> {
    comment.map(|text| quote!(comment: __kuzu::Some(#text),))
}

fn said(field: &str, text: Option<&At<String>>) -> Option<TokenStream> {
    let field = Ident::new(field, Span::call_site());
    let text = &text?.value;
    Some(quote!(#field: __kuzu::Some(#text),))
}

fn names(field: &str, names: &[At<String>]) -> Option<TokenStream> {
    let field = Ident::new(field, Span::call_site());
    let names = names.iter().map(|name| &name.value);
    (names.len() > 0).then(|| quote!(#field: &[#(#names),*],))
}

fn origin(ident: &Ident) -> TokenStream {
    let krate = site::krate();
    let suffix = format!("::{ident}");
    let file = site::file(ident.span());
    let line = Literal::u32_unsuffixed(site::line(ident.span()));
    quote! {
        __kuzu::Origin {
            krate: #krate,
            rust_name: __kuzu::concat!(__kuzu::module_path!(), #suffix),
            file: #file,
            line: #line,
        }
    }
}
