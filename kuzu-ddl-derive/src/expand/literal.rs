//! Default values as constants: `ExprDesc`.

use proc_macro2::{Literal as Token, TokenStream};
use quote::{quote, quote_spanned};

use crate::spanned::Spanned;
use crate::syntax::literal::Literal;

/// Returns the `ExprDesc` of `literal`.
pub(super) fn expr_desc(literal: &Literal) -> TokenStream {
    match literal {
        Literal::Bool(b) => quote!(__kuzu::ExprDesc::Bool(#b)),
        Literal::Int { negative, digits } => {
            let minus = negative.then(|| quote!(-));
            let digits = Token::u128_unsuffixed(*digits);
            quote!(__kuzu::ExprDesc::Int(#minus #digits))
        }
        Literal::Float(x) => {
            let minus = x.is_sign_negative().then(|| quote!(-));
            let x = Token::f64_unsuffixed(x.abs());
            quote!(__kuzu::ExprDesc::Float(#minus #x))
        }
        Literal::Text(text) => quote!(__kuzu::ExprDesc::Text(#text)),
        Literal::Bytes(bytes) => {
            let bytes = Token::byte_string(bytes);
            quote!(__kuzu::ExprDesc::Bytes(#bytes))
        }
        Literal::List(items) => {
            let items = items.iter().map(expr_desc);
            quote!(__kuzu::ExprDesc::List(&[#(#items),*]))
        }
        Literal::Engine(text) => quote!(__kuzu::ExprDesc::Engine(#text)),
    }
}

/// Returns a constant that does not compile if `default` is not of the type of `property`, the
/// tokens of a `PropertyDesc`.
pub(super) fn default_check(
    default: &Spanned<Literal>,
    property: &TokenStream,
) -> Option<TokenStream> {
    if matches!(default.value, Literal::Engine(_)) {
        return None;
    }
    let value = expr_desc(&default.value);
    Some(quote_spanned! {default.span=>
        const _: () = __kuzu::const_checks::default(&#property.ty, &#value);
    })
}

#[cfg(test)]
mod tests {
    use syn::parse::{ParseStream, Parser};

    use super::*;

    fn expand(text: &str) -> Result<String, String> {
        let parser = |input: ParseStream| Literal::parse(input);
        let literal = parser.parse_str(text).map_err(|e| e.to_string())?;
        Ok(expr_desc(&literal.value)
            .to_string()
            .replace("__kuzu :: ExprDesc :: ", "")
            .replace(' ', ""))
    }

    #[test]
    fn literals_are_expanded() {
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
            assert_eq!(expand(text).as_deref(), Ok(want), "{text}");
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
            assert!(expand(text).is_err(), "{text}");
        }
    }
}
