//! Parsers shared by the keywords: `= value`, strings, parenthesised lists.

use proc_macro2::{Span, TokenTree};
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, parenthesized};

use crate::error::Errors;
use crate::spanned::Spanned;
use crate::syntax::expr;

/// Parses a comma-separated list. After an error in one item, the tokens up to the next comma are
/// skipped, so that an error does not hide those after it.
pub(super) fn list(
    errors: &Errors,
    input: ParseStream,
    mut item: impl FnMut(ParseStream) -> syn::Result<()>,
) {
    while !input.is_empty() {
        if let Err(error) = item(input) {
            errors.push(error);
        } else if !input.is_empty() && !input.peek(Token![,]) {
            errors.report(input.span(), "expected `,`");
        }
        while !input.is_empty() && !input.peek(Token![,]) {
            // A token tree can always be parsed where input is left.
            if input.parse::<TokenTree>().is_err() {
                return;
            }
        }
        if input.parse::<Token![,]>().is_err() {
            return;
        }
    }
}

/// Checks that `keyword` has no value, and returns its span.
pub(super) fn flag(input: ParseStream, keyword: &Ident) -> syn::Result<Span> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(keyword.span());
    }
    Err(input.error(format!("`{keyword}` takes no value")))
}

/// Parses the `=` before a value.
pub(super) fn equals(input: ParseStream, keyword: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    // At the keyword, not after it: the end of an attribute has no span of its own.
    Err(syn::Error::new(
        keyword.span(),
        format!("`{keyword}` requires a value: `{keyword} = …`"),
    ))
}

/// Parses `= "…"`.
pub(super) fn text(input: ParseStream, keyword: &Ident) -> syn::Result<Spanned<String>> {
    equals(input, keyword)?;
    string(input, keyword)
}

/// Parses `= "…"` with an expression of the engine.
pub(super) fn expression(input: ParseStream, keyword: &Ident) -> syn::Result<Spanned<String>> {
    text(input, keyword)?.try_map(|text| expr::check(&text).map(|()| text))
}

/// Parses `= "…"` with an expression that converts the `old` value.
pub(super) fn cast(input: ParseStream, keyword: &Ident) -> syn::Result<Spanned<String>> {
    text(input, keyword)?.try_map(|text| expr::check_cast(&text).map(|()| text))
}

/// Parses a string literal.
pub(super) fn string(input: ParseStream, keyword: &Ident) -> syn::Result<Spanned<String>> {
    let span = if input.is_empty() {
        keyword.span()
    } else {
        input.span()
    };
    match input.parse::<LitStr>() {
        Ok(text) => Ok(Spanned::new(text.value(), text.span())),
        Err(_) => Err(syn::Error::new(
            span,
            format!("`{keyword}` requires a string"),
        )),
    }
}

/// Parses `("…", …)` with at least one string.
pub(super) fn texts(input: ParseStream, keyword: &Ident) -> syn::Result<Vec<Spanned<String>>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(
            keyword.span(),
            format!("`{keyword}` requires names in parentheses: `{keyword}(\"…\")`"),
        ));
    }
    let inner;
    parenthesized!(inner in input);
    let mut all = Vec::new();
    while !inner.is_empty() {
        all.push(string(&inner, keyword)?);
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    if all.is_empty() {
        return Err(syn::Error::new(
            keyword.span(),
            format!("`{keyword}` requires at least one name: `{keyword}(\"…\")`"),
        ));
    }
    Ok(all)
}
