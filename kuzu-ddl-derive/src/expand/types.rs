//! Types as constants: `TypeDesc`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::quote;

use crate::syntax::types::Type;

/// Returns the `TypeDesc` of `ty`.
pub(super) fn type_desc(ty: &Type) -> TokenStream {
    match ty {
        Type::Plain(variant) => {
            let variant = Ident::new(variant, Span::call_site());
            quote!(__kuzu::TypeDesc::#variant)
        }
        Type::Decimal(precision, scale) => {
            let precision = Literal::u8_unsuffixed(*precision);
            let scale = Literal::u8_unsuffixed(*scale);
            quote!(__kuzu::TypeDesc::Decimal(#precision, #scale))
        }
        Type::List(ty) => {
            let ty = type_desc(ty);
            quote!(__kuzu::TypeDesc::List(&#ty))
        }
        Type::Array(ty, length) => {
            let (ty, length) = (type_desc(ty), Literal::u64_unsuffixed(*length));
            quote!(__kuzu::TypeDesc::Array(&#ty, #length))
        }
        Type::Map(key, value) => {
            let (key, value) = (type_desc(key), type_desc(value));
            quote!(__kuzu::TypeDesc::Map(&#key, &#value))
        }
        Type::Struct(members) => {
            let members = member_descs(members);
            quote!(__kuzu::TypeDesc::Struct(&[#(#members),*]))
        }
        Type::Union(members) => {
            let members = member_descs(members);
            quote!(__kuzu::TypeDesc::Union(&[#(#members),*]))
        }
    }
}

/// Returns the `MemberDesc` of a member with the `TypeDesc` `ty`.
pub(super) fn member_desc(name: &str, ty: &TokenStream) -> TokenStream {
    quote!(__kuzu::MemberDesc { name: #name, ty: #ty })
}

fn member_descs(members: &[(String, Type)]) -> impl Iterator<Item = TokenStream> {
    members
        .iter()
        .map(|(name, ty)| member_desc(name, &type_desc(ty)))
}
