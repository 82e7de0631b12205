//! A table's struct may borrow, but its description stands alone: its lifetimes become `'static`.

use proc_macro2::{Group, Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{GenericParam, Generics};

/// `ty` with the lifetimes that `generics` declares made `'static`.
pub(crate) fn erase(ty: &impl ToTokens, generics: &Generics) -> TokenStream {
    let own: Vec<_> = generics
        .params
        .iter()
        .filter_map(|param| match param {
            GenericParam::Lifetime(param) => Some(param.lifetime.ident.to_string()),
            _ => None,
        })
        .collect();
    let tokens = ty.to_token_stream();
    if own.is_empty() {
        tokens
    } else {
        walk(tokens, &own)
    }
}

fn walk(tokens: TokenStream, own: &[String]) -> TokenStream {
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
                TokenTree::Ident(ident) if after_tick && own.contains(&ident.to_string()) => {
                    Ident::new("static", ident.span()).into()
                }
                TokenTree::Group(group) => {
                    let mut inner = Group::new(group.delimiter(), walk(group.stream(), own));
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

    use super::erase;

    #[test]
    fn only_the_lifetimes_of_the_struct() {
        let generics = parse_quote!(<'a>);
        let ty: syn::Type = parse_quote!(Vec<(&'a str, for<'b> fn(&'b [&'a u8]))>);
        let want: syn::Type = parse_quote!(Vec<(&'static str, for<'b> fn(&'b [&'static u8]))>);
        let text = |tokens: proc_macro2::TokenStream| tokens.to_string();
        assert_eq!(text(erase(&ty, &generics)), text(quote::quote!(#want)));
    }
}
