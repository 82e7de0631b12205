//! The path of a function, and for a fill the properties that it takes: `full_name(first, last)`.

use proc_macro2::{Ident, Literal, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::{LitStr, Path, Token, parenthesized};

use super::{At, equals};

/// How many arguments a function may have.
const MOST: usize = 6;

/// A function that makes values.
pub(crate) struct Function {
    path: Path,
    /// The properties it takes, as the attribute names them.
    pub(crate) inputs: Vec<At<String>>,
}

impl Function {
    /// Reads what follows the word.
    pub(super) fn read(input: ParseStream, word: &Ident, fills: bool) -> syn::Result<Self> {
        equals(input, word)?;
        if input.peek(LitStr) {
            return Err(input.error(format!(
                "`{word}` takes the path of a function, without quotes: `{word} = path::to::function`"
            )));
        }
        if input.peek(Token![|]) || input.peek(Token![move]) {
            return Err(input.error(format!(
                "`{word}` takes the path of a function, not a closure: events call it by its name"
            )));
        }
        let path = Path::parse_mod_style(input)?;
        if !input.peek(syn::token::Paren) {
            let inputs = Vec::new();
            return Ok(Self { path, inputs });
        }
        let inner;
        parenthesized!(inner in input);
        if !fills {
            return Err(syn::Error::new(
                path.span(),
                format!(
                    "the function of `{word}` takes the old value and nothing else: `{word} = path::to::function`"
                ),
            ));
        }
        let inputs = Punctuated::<At<String>, Token![,]>::parse_terminated_with(&inner, name)?;
        if inputs.len() > MOST {
            return Err(syn::Error::new(
                path.span(),
                format!("the function of `{word}` takes at most {MOST} properties"),
            ));
        }
        let inputs = inputs.into_iter().collect();
        Ok(Self { path, inputs })
    }

    pub(crate) fn span(&self) -> Span {
        self.path.span()
    }

    /// The path as text.
    pub(crate) fn text(&self) -> String {
        let names: Vec<String> = self
            .path
            .segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let root = if self.path.leading_colon.is_some() {
            "::"
        } else {
            ""
        };
        format!("{root}{}", names.join("::"))
    }

    /// The description. A wrong signature is an error at the path.
    pub(crate) fn expand(&self, arity: usize, inputs: &[&str]) -> TokenStream {
        let (path, text) = (&self.path, self.text());
        let describe = Ident::new(&format!("function{arity}"), Span::call_site());
        let call = Ident::new(&format!("call{arity}"), Span::call_site());
        let inputs = inputs.iter().map(|name| Literal::string(name));
        let described = quote_spanned! {path.span()=>
            __kuzu::#describe(#path, |row| __kuzu::#call(#path, row))
        };
        quote! {
            __kuzu::FunctionDesc {
                module: __kuzu::module_path!(),
                path: #text,
                inputs: &[#(#inputs),*],
                ..#described
            }
        }
    }
}

/// A property by its name, in quotes where it is no word of Rust.
fn name(input: ParseStream) -> syn::Result<At<String>> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok(At {
            value: text.value(),
            span: text.span(),
        });
    }
    let ident = Ident::parse_any(input)?;
    Ok(At {
        value: ident.unraw().to_string(),
        span: ident.span(),
    })
}
