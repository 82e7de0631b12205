//! `KuzuType`: the type of a value.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse_quote;

use super::field_use::use_fields;
use super::types::{member_desc, type_desc};
use crate::ast::{Field, Shape, ValueType, VariantShape};

/// Expands to one impl with one constant.
pub(super) fn expand(value: &ValueType<'_>, crate_path: &TokenStream) -> TokenStream {
    let ident = value.ident;
    let ty = match &value.shape {
        Shape::Declared(ty) => type_desc(ty),
        Shape::Newtype(field) => field_type(field),
        Shape::Struct(fields) => struct_type(fields),
        Shape::UnitEnum | Shape::Invalid => quote!(__kuzu::TypeDesc::String),
        Shape::Union(variants) => {
            let members = variants.iter().map(|variant| {
                let ty = match &variant.shape {
                    VariantShape::Unit => quote!(__kuzu::TypeDesc::Bool),
                    VariantShape::Newtype(field) => field_type(field),
                    VariantShape::Struct(fields) => struct_type(fields),
                };
                member_desc(&variant.name.value, &ty)
            });
            quote!(__kuzu::TypeDesc::Union(&[#(#members),*]))
        }
    };
    let nullable = match &value.shape {
        Shape::Newtype(field) if field.attrs.ty.is_none() => {
            let inner = field.ty;
            Some(quote!(const NULLABLE: bool = <#inner as __kuzu::KuzuType>::NULLABLE;))
        }
        _ => None,
    };
    let generics = bounded_generics(value);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let fields = match &value.shape {
        // A closure cannot be generic, so the fields of generic structs get no use.
        _ if !value.generics.params.is_empty() => &[],
        Shape::Struct(fields) => fields.as_slice(),
        Shape::Newtype(field) => std::slice::from_ref(&**field),
        _ => &[],
    };
    let field_use = use_fields(ident, None, value.has_repr, fields);
    quote! {
        const _: () = {
            use #crate_path::__private as __kuzu;
            #field_use
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuType for #ident #ty_generics #where_clause {
                const TYPE: __kuzu::TypeDesc = #ty;
                #nullable
            }
        };
    }
}

fn struct_type(fields: &[Field<'_>]) -> TokenStream {
    let members = fields
        .iter()
        .map(|field| member_desc(&field.name.value, &field_type(field)));
    quote!(__kuzu::TypeDesc::Struct(&[#(#members),*]))
}

fn field_type(field: &Field<'_>) -> TokenStream {
    match &field.attrs.ty {
        Some(ty) => type_desc(ty),
        None => {
            let ty = field.ty;
            quote!(<#ty as __kuzu::KuzuType>::TYPE)
        }
    }
}

/// Returns the generics with a bound for each field whose type depends on them. A parameter that
/// only a `PhantomData` mentions gets none.
fn bounded_generics(value: &ValueType<'_>) -> syn::Generics {
    let mut generics = value.generics.clone();
    let params: Vec<_> = generics
        .type_params()
        .map(|param| param.ident.to_string())
        .collect();
    if params.is_empty() {
        return generics;
    }
    let fields: Vec<&Field<'_>> = match &value.shape {
        Shape::Newtype(field) => vec![field],
        Shape::Struct(fields) => fields.iter().collect(),
        Shape::Union(variants) => variants
            .iter()
            .flat_map(|variant| match &variant.shape {
                VariantShape::Unit => &[],
                VariantShape::Newtype(field) => std::slice::from_ref(&**field),
                VariantShape::Struct(fields) => fields.as_slice(),
            })
            .collect(),
        Shape::Declared(_) | Shape::UnitEnum | Shape::Invalid => Vec::new(),
    };
    for field in fields {
        if field.attrs.ty.is_none() && mentions(field.ty.to_token_stream(), &params) {
            let ty = field.ty;
            generics
                .make_where_clause()
                .predicates
                .push(parse_quote!(#ty: __kuzu::KuzuType));
        }
    }
    generics
}

fn mentions(tokens: TokenStream, params: &[String]) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(ident) => params.contains(&ident.to_string()),
        TokenTree::Group(group) => mentions(group.stream(), params),
        _ => false,
    })
}
