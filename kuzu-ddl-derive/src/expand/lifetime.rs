//! A struct may have lifetimes, but the description of its table is a constant: lifetimes become
//! `'static`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics};

/// Replaces the lifetimes that `generics` declares by `'static`.
pub(super) fn erase_lifetimes(ty: &impl ToTokens, generics: &Generics) -> TokenStream {
    let declared: Vec<_> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Lifetime(param) => Some(param.lifetime.ident.to_string()),
            _ => None,
        })
        .collect();
    let tokens = ty.to_token_stream();
    if declared.is_empty() {
        tokens
    } else {
        replace(tokens, &declared)
    }
}

fn replace(tokens: TokenStream, declared: &[String]) -> TokenStream {
    let mut tick = false;
    tokens
        .into_iter()
        .map(|token| {
            let after_tick = std::mem::take(&mut tick);
            match token {
                TokenTree::Punct(punct) => {
                    tick = punct.as_char() == '\'';
                    punct.into()
                }
                TokenTree::Ident(ident) if after_tick && declared.contains(&ident.to_string()) => {
                    Ident::new("static", ident.span()).into()
                }
                TokenTree::Group(group) => {
                    let mut inner =
                        Group::new(group.delimiter(), replace(group.stream(), declared));
                    inner.set_span(group.span());
                    inner.into()
                }
                other => other,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::erase_lifetimes;

    #[test]
    fn only_declared_lifetimes_are_replaced() {
        let generics = parse_quote!(<'a>);
        let ty: syn::Type = parse_quote!(Vec<(&'a str, for<'b> fn(&'b [&'a u8]))>);
        let expected: syn::Type = parse_quote!(Vec<(&'static str, for<'b> fn(&'b [&'static u8]))>);
        let text = |tokens: proc_macro2::TokenStream| tokens.to_string();
        assert_eq!(
            text(erase_lifetimes(&ty, &generics)),
            text(quote::quote!(#expected))
        );
    }
}
