//! The type of a value.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::parse_quote;

use super::field_use::reader;
use crate::ast::{Field, Shape, Value, VariantShape};

/// One impl around one constant.
pub(crate) fn expand(value: &Value<'_>, krate: &TokenStream) -> TokenStream {
    let ident = value.ident;
    let ty = match &value.shape {
        Shape::Given(ty) => ty.expand(),
        Shape::Newtype(field) => type_of(field),
        Shape::Struct(fields) => structure(fields),
        Shape::Words | Shape::None => quote!(__kuzu::TypeDesc::String),
        Shape::Union(variants) => {
            let members = variants.iter().map(|variant| {
                let ty = match &variant.shape {
                    VariantShape::Unit => quote!(__kuzu::TypeDesc::Bool),
                    VariantShape::One(field) => type_of(field),
                    VariantShape::Struct(fields) => structure(fields),
                };
                member(&variant.name.value, &ty)
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
    let generics = bounded(value);
    let (impl_generics, ty_generics, where_clause) = generics.split_for_impl();
    let fields = match &value.shape {
        // A closure cannot be generic, so the fields of such structs are left to their users.
        _ if !value.generics.params.is_empty() => &[],
        Shape::Struct(fields) => fields.as_slice(),
        Shape::Newtype(field) => std::slice::from_ref(&**field),
        _ => &[],
    };
    let reader = reader(ident, None, value.repr, fields);
    quote! {
        const _: () = {
            use #krate::__private as __kuzu;
            #reader
            #[automatically_derived]
            impl #impl_generics __kuzu::KuzuType for #ident #ty_generics #where_clause {
                const TYPE: __kuzu::TypeDesc = #ty;
                #nullable
            }
        };
    }
}

fn structure(fields: &[Field<'_>]) -> TokenStream {
    let members = fields
        .iter()
        .map(|field| member(&field.name.value, &type_of(field)));
    quote!(__kuzu::TypeDesc::Struct(&[#(#members),*]))
}

fn member(name: &str, ty: &TokenStream) -> TokenStream {
    quote!(__kuzu::MemberDesc { name: #name, ty: #ty })
}

fn type_of(field: &Field<'_>) -> TokenStream {
    match &field.attrs.ty {
        Some(given) => given.expand(),
        None => {
            let ty = field.ty;
            quote!(<#ty as __kuzu::KuzuType>::TYPE)
        }
    }
}

/// The generics, with a bound for each field whose type depends on them. A parameter that only a
/// `PhantomData` mentions gets none.
fn bounded(value: &Value<'_>) -> syn::Generics {
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
                VariantShape::One(field) => std::slice::from_ref(&**field),
                VariantShape::Struct(fields) => fields.as_slice(),
            })
            .collect(),
        Shape::Given(_) | Shape::Words | Shape::None => Vec::new(),
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
