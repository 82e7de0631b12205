//! Default values: Rust literals, or text for the engine.

use proc_macro2::{Literal as Token, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token, bracketed};

use crate::attr::At;
use crate::syntax::expr;

/// A default.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Bool(bool),
    Int { negative: bool, digits: u128 },
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Literal>),
    Engine(String),
}

const WHAT: &str = "a default is a literal: true, -5, 1.5, \"text\", b\"bytes\", [1, 2]; \
                    for an expression of the engine write `default_expr = \"…\"`";

impl Literal {
    /// What follows `default =`.
    pub(crate) fn read(input: ParseStream) -> syn::Result<At<Self>> {
        let start = input.span();
        if input.peek(syn::token::Bracket) {
            let inner;
            let bracket = bracketed!(inner in input);
            let mut items = Vec::new();
            while !inner.is_empty() {
                items.push(Self::read(&inner)?.value);
                if !inner.is_empty() {
                    inner.parse::<Token![,]>()?;
                }
            }
            return Ok(At {
                value: Self::List(items),
                span: bracket.span.join(),
            });
        }
        let minus = input.parse::<Option<Token![-]>>()?;
        let Ok(lit) = input.parse::<Lit>() else {
            // The word, for `None` and paths are what people try.
            let span = input
                .fork()
                .call(Ident::parse_any)
                .map_or(start, |ident| ident.span());
            return Err(syn::Error::new(span, WHAT));
        };
        let negative = minus.is_some();
        let span = if negative {
            start.join(lit.span()).unwrap_or_else(|| lit.span())
        } else {
            lit.span()
        };
        let fail = |message: &str| Err(syn::Error::new(span, message));
        let value = match &lit {
            Lit::Int(int) => match int.base10_parse::<u128>() {
                Ok(digits) if digits <= i128::MAX.unsigned_abs() + u128::from(negative) => {
                    Self::Int { negative, digits }
                }
                _ => return fail("the default does not fit: no type is wider than an INT128"),
            },
            Lit::Float(float) => match float.base10_parse::<f64>() {
                Ok(x) if x.is_finite() => Self::Float(if negative { -x } else { x }),
                _ => return fail("the default does not fit: a DOUBLE ends at 1.8e308"),
            },
            _ if negative => return fail("only numbers have a sign"),
            Lit::Bool(b) => Self::Bool(b.value),
            Lit::Str(text) => Self::text(text.value(), span)?,
            Lit::Char(c) => Self::text(c.value().to_string(), span)?,
            Lit::ByteStr(bytes) => Self::Bytes(bytes.value()),
            _ => return fail(WHAT),
        };
        Ok(At { value, span })
    }

    fn text(text: String, span: Span) -> syn::Result<Self> {
        if text.contains('\0') {
            return Err(syn::Error::new(
                span,
                "a string of the engine cannot contain a NUL",
            ));
        }
        Ok(Self::Text(text))
    }

    /// The text of `default_expr`.
    pub(crate) fn engine(text: At<String>) -> syn::Result<At<Self>> {
        expr::check(&text.value).map_err(|message| syn::Error::new(text.span, message))?;
        Ok(At {
            value: Self::Engine(text.value),
            span: text.span,
        })
    }

    /// The `ExprDesc`.
    pub(crate) fn expand(&self) -> TokenStream {
        match self {
            Self::Bool(b) => quote!(__kuzu::ExprDesc::Bool(#b)),
            Self::Int { negative, digits } => {
                let minus = negative.then(|| quote!(-));
                let digits = Token::u128_unsuffixed(*digits);
                quote!(__kuzu::ExprDesc::Int(#minus #digits))
            }
            Self::Float(x) => {
                let minus = x.is_sign_negative().then(|| quote!(-));
                let x = Token::f64_unsuffixed(x.abs());
                quote!(__kuzu::ExprDesc::Float(#minus #x))
            }
            Self::Text(text) => quote!(__kuzu::ExprDesc::Text(#text)),
            Self::Bytes(bytes) => {
                let bytes = Token::byte_string(bytes);
                quote!(__kuzu::ExprDesc::Bytes(#bytes))
            }
            Self::List(items) => {
                let items = items.iter().map(Self::expand);
                quote!(__kuzu::ExprDesc::List(&[#(#items),*]))
            }
            Self::Engine(text) => quote!(__kuzu::ExprDesc::Engine(#text)),
        }
    }
}

impl At<Literal> {
    /// A constant that does not compile if this default is not of the type of `property`, the tokens
    /// of a `PropertyDesc`.
    pub(crate) fn check(&self, property: &TokenStream) -> Option<TokenStream> {
        if matches!(self.value, Literal::Engine(_)) {
            return None;
        }
        let value = self.value.expand();
        Some(
            quote_spanned!(self.span=> const _: () = __kuzu::check::default(&#property.ty, &#value);),
        )
    }
}

#[cfg(test)]
mod tests {
    use syn::parse::Parser;

    use super::*;

    fn read(text: &str) -> Result<String, String> {
        let parser = |input: ParseStream| Literal::read(input);
        let at = parser.parse_str(text).map_err(|e| e.to_string())?;
        Ok(at
            .value
            .expand()
            .to_string()
            .replace("__kuzu :: ExprDesc :: ", "")
            .replace(' ', ""))
    }

    #[test]
    fn literals_are_read() {
        for (text, want) in [
            ("true", "Bool(true)"),
            ("5", "Int(5)"),
            ("-5", "Int(-5)"),
            ("0xff_u8", "Int(255)"),
            ("-1.5", "Float(-1.5)"),
            ("\"a'b\"", "Text(\"a'b\")"),
            ("b\"a\"", "Bytes(b\"a\")"),
            ("'c'", "Text(\"c\")"),
            ("[1, [2]]", "List(&[Int(1),List(&[Int(2)])])"),
            (
                "-170141183460469231731687303715884105728",
                "Int(-170141183460469231731687303715884105728)",
            ),
        ] {
            assert_eq!(read(text).as_deref(), Ok(want), "{text}");
        }
        for text in [
            "",
            "None",
            "f()",
            "-true",
            "1e999",
            "170141183460469231731687303715884105728",
            "\"a\\0\"",
            "b'a'",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
