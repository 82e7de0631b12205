//! Default values: Rust literals, or expressions of the engine.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, Lit, Token, bracketed};

use super::expr;
use crate::spanned::Spanned;

/// A default value.
#[derive(Clone, Debug)]
pub(crate) enum Literal {
    Bool(bool),
    Int {
        negative: bool,
        digits: u128,
    },
    Float(f64),
    Text(String),
    Bytes(Vec<u8>),
    List(Vec<Literal>),
    /// The text of `default_expr`.
    Engine(String),
}

const EXPECTED: &str = "expected a literal such as `true`, `-5`, `1.5`, `\"text\"`, \
                        `b\"bytes\"` or `[1, 2]`\n\
                        help: for an expression of the engine use `default_expr = \"…\"`";

impl Literal {
    /// Parses the literal after `default =`.
    pub(crate) fn parse(input: ParseStream) -> syn::Result<Spanned<Self>> {
        let start = input.span();
        if input.peek(syn::token::Bracket) {
            let inner;
            let bracket = bracketed!(inner in input);
            let mut items = Vec::new();
            while !inner.is_empty() {
                items.push(Self::parse(&inner)?.value);
                if !inner.is_empty() {
                    inner.parse::<Token![,]>()?;
                }
            }
            return Ok(Spanned::new(Self::List(items), bracket.span.join()));
        }
        let minus = input.parse::<Option<Token![-]>>()?;
        let Ok(lit) = input.parse::<Lit>() else {
            // The whole identifier: `None` and paths are common attempts.
            let span = input
                .fork()
                .call(Ident::parse_any)
                .map_or(start, |ident| ident.span());
            return Err(syn::Error::new(span, EXPECTED));
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
                _ => return fail("the default is out of range: the widest type is INT128"),
            },
            Lit::Float(float) => match float.base10_parse::<f64>() {
                Ok(x) if x.is_finite() => Self::Float(if negative { -x } else { x }),
                _ => return fail("the default is out of range: the largest DOUBLE is 1.8e308"),
            },
            _ if negative => return fail("only a number can have a sign"),
            Lit::Bool(b) => Self::Bool(b.value),
            Lit::Str(text) => Self::text(text.value(), span)?,
            Lit::Char(c) => Self::text(c.value().to_string(), span)?,
            Lit::ByteStr(bytes) => Self::Bytes(bytes.value()),
            _ => return fail(EXPECTED),
        };
        Ok(Spanned { value, span })
    }

    fn text(text: String, span: Span) -> syn::Result<Self> {
        if text.contains('\0') {
            return Err(syn::Error::new(
                span,
                "a string cannot contain a NUL character",
            ));
        }
        Ok(Self::Text(text))
    }

    /// Checks an expression of the engine.
    pub(crate) fn engine(text: Spanned<String>) -> syn::Result<Spanned<Self>> {
        text.try_map(|text| expr::check(&text).map(|()| Self::Engine(text)))
    }
}
