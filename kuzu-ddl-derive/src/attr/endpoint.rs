//! FROM–TO pairs: `pair(from = A, to = B)`, and the halves `from = A`, `to = B`.

use proc_macro2::Ident;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{LitStr, Token, parenthesized};

use super::parse::{equals, string};
use crate::spanned::Spanned;

/// An endpoint of a pair.
#[derive(Clone)]
pub(crate) enum EndpointAttr {
    /// A struct that derives `KuzuNode`.
    Type(Box<syn::Type>),
    /// The name of a table. Only a dropped pair may use one: its struct may have been removed.
    Name(Spanned<String>),
}

/// A FROM–TO pair.
#[derive(Clone)]
pub(crate) struct PairAttr {
    pub(crate) from: EndpointAttr,
    pub(crate) to: EndpointAttr,
}

impl PairAttr {
    /// Parses `(from = A, to = B)`.
    pub(super) fn parse(
        input: ParseStream,
        keyword: &Ident,
        allow_names: bool,
    ) -> syn::Result<Self> {
        let malformed = || {
            syn::Error::new(
                keyword.span(),
                format!("expected `{keyword}(from = A, to = B)`"),
            )
        };
        if !input.peek(syn::token::Paren) {
            return Err(malformed());
        }
        let inner;
        parenthesized!(inner in input);
        let (mut from, mut to) = (None, None);
        while !inner.is_empty() {
            let side = Ident::parse_any(&inner)?;
            let slot = match side.to_string().as_str() {
                "from" => &mut from,
                "to" => &mut to,
                _ => return Err(syn::Error::new(side.span(), "expected `from` or `to`")),
            };
            let endpoint = EndpointAttr::parse(&inner, &side, allow_names)?;
            if slot.replace(endpoint).is_some() {
                return Err(syn::Error::new(side.span(), format!("duplicate `{side}`")));
            }
            if !inner.is_empty() {
                inner.parse::<Token![,]>()?;
            }
        }
        let (Some(from), Some(to)) = (from, to) else {
            return Err(malformed());
        };
        Ok(Self { from, to })
    }
}

impl EndpointAttr {
    /// Parses `= A`, or `= "A"` where names are allowed.
    pub(super) fn parse(
        input: ParseStream,
        keyword: &Ident,
        allow_names: bool,
    ) -> syn::Result<Self> {
        equals(input, keyword)?;
        if input.peek(LitStr) {
            let name = string(input, keyword)?;
            return if allow_names {
                Ok(Self::Name(name))
            } else {
                Err(syn::Error::new(
                    name.span,
                    "an endpoint must be a struct that derives `KuzuNode`, not a string",
                ))
            };
        }
        Ok(Self::Type(Box::new(input.parse()?)))
    }
}
