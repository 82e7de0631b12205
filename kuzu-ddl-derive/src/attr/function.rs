//! The path of a function, and for a backfill its input properties: `full_name(first, last)`.

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{LitStr, Path, Token, parenthesized};

use super::parse::equals;
use crate::spanned::Spanned;

/// Maximum number of inputs of a function.
const MAX_INPUTS: usize = 6;

/// A function that computes values.
pub(crate) struct FunctionAttr {
    pub(crate) path: Path,
    /// The input properties, as the attribute names them.
    pub(crate) inputs: Vec<Spanned<String>>,
}

impl FunctionAttr {
    /// Parses `= path::to::function`, with its inputs in parentheses where they are allowed.
    pub(super) fn parse(
        input: ParseStream,
        keyword: &Ident,
        allow_inputs: bool,
    ) -> syn::Result<Self> {
        equals(input, keyword)?;
        if input.peek(LitStr) {
            return Err(input.error(format!(
                "`{keyword}` requires the path of a function, not a string\n\
                 help: remove the quotes: `{keyword} = path::to::function`"
            )));
        }
        if input.peek(Token![|]) || input.peek(Token![move]) {
            return Err(input.error(format!(
                "`{keyword}` requires the path of a function, not a closure: events refer to the \
                 function by name"
            )));
        }
        let path = Path::parse_mod_style(input)?;
        if !input.peek(syn::token::Paren) {
            let inputs = Vec::new();
            return Ok(Self { path, inputs });
        }
        let inner;
        parenthesized!(inner in input);
        if !allow_inputs {
            return Err(syn::Error::new(
                path.span(),
                format!(
                    "the function of `{keyword}` receives the old value only\n\
                     help: remove the inputs: `{keyword} = path::to::function`"
                ),
            ));
        }
        let inputs =
            Punctuated::<Spanned<String>, Token![,]>::parse_terminated_with(&inner, property_name)?;
        if inputs.len() > MAX_INPUTS {
            return Err(syn::Error::new(
                path.span(),
                format!("the function of `{keyword}` has more than {MAX_INPUTS} inputs"),
            ));
        }
        let inputs = inputs.into_iter().collect();
        Ok(Self { path, inputs })
    }

    pub(crate) fn span(&self) -> Span {
        self.path.span()
    }

    /// Returns the path as text.
    pub(crate) fn path_text(&self) -> String {
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
}

/// Parses the name of a property: an identifier, or a string where the name is not one.
fn property_name(input: ParseStream) -> syn::Result<Spanned<String>> {
    if input.peek(LitStr) {
        let text: LitStr = input.parse()?;
        return Ok(Spanned::new(text.value(), text.span()));
    }
    let ident = Ident::parse_any(input)?;
    Ok(Spanned::new(ident.unraw().to_string(), ident.span()))
}
