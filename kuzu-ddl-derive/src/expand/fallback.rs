//! The expansion after an error: the errors, and an empty impl, so that one error does not cause
//! others wherever the type is used.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::DeriveInput;

use crate::ast::TableKind;

/// Expands to an empty table.
pub(super) fn table(
    input: &DeriveInput,
    kind: TableKind,
    crate_path: &TokenStream,
    error: &syn::Error,
) -> TokenStream {
    let error = error.to_compile_error();
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    let marker = format_ident!("{}", kind.derive_name());
    quote! {
        #error
        const _: () = {
            use #crate_path::__private as __kuzu;
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuTable for #ident #ty_generics #where_clause {
                const DESC: &'static __kuzu::TableDesc = &__kuzu::TableDesc::EMPTY;
            }
            #[automatically_derived]
            impl #impl_generics __kuzu::#marker for #ident #ty_generics #where_clause {}
        };
    }
}

/// Expands to a value without a valid type.
pub(super) fn value_type(
    input: &DeriveInput,
    crate_path: &TokenStream,
    error: &syn::Error,
) -> TokenStream {
    let error = error.to_compile_error();
    let ident = &input.ident;
    let (impl_generics, ty_generics, where_clause) = input.generics.split_for_impl();
    quote! {
        #error
        const _: () = {
            use #crate_path::__private as __kuzu;
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuType for #ident #ty_generics #where_clause {
                const TYPE: __kuzu::TypeDesc = __kuzu::TypeDesc::Invalid;
            }
        };
    }
}
