//! What stands where a derive failed: the mistakes, and an empty impl, so that one mistake does not
//! make errors wherever the type is used.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use crate::attr::keyword::Place;

/// For a table.
pub(crate) fn table(
    input: &DeriveInput,
    place: Place,
    krate: &TokenStream,
    error: &syn::Error,
) -> TokenStream {
    let error = error.to_compile_error();
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let marker = format_ident!(
        "{}",
        if place == Place::Node {
            "KuzuNode"
        } else {
            "KuzuEdge"
        }
    );
    quote! {
        #error
        const _: () = {
            use #krate::__private as __kuzu;
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuTable for #ident #ty_generics #where_clause {
                const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc::BLANK;
            }
            #[automatically_derived]
            impl #impl_generics __kuzu::#marker for #ident #ty_generics #where_clause {}
        };
    }
}

/// For a value.
pub(crate) fn value(input: &DeriveInput, krate: &TokenStream, error: &syn::Error) -> TokenStream {
    let error = error.to_compile_error();
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #error
        const _: () = {
            use #krate::__private as __kuzu;
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuType for #ident #ty_generics #where_clause {
                const TYPE: __kuzu::TypeDesc = __kuzu::TypeDesc::Broken;
            }
        };
    }
}
