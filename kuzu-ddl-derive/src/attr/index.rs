//! `fts_index(…)` and `vector_index(…)`.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span};
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Token, parenthesized};

use super::index_options::{IndexKind, find_option, parse_value};
use super::parse::{equals, list, text, texts};
use crate::error::Errors;
use crate::spanned::Spanned;

/// An index as its attribute declares it.
pub(crate) struct IndexAttr {
    pub(crate) kind: IndexKind,
    /// The span of the keyword, for errors about the whole index.
    pub(crate) span: Span,
    pub(crate) name: Option<Spanned<String>>,
    /// The properties in `on(…)`. Empty for an index on a field.
    pub(crate) on: Vec<Spanned<String>>,
    /// The values of the options, in canonical text.
    pub(crate) options: BTreeMap<&'static str, String>,
}

impl IndexAttr {
    /// Parses the options in parentheses, if there are any. On a struct, `name` and `on(…)` are
    /// required.
    pub(super) fn parse(
        errors: &Errors,
        input: ParseStream,
        keyword: &Ident,
        kind: IndexKind,
        on_struct: bool,
    ) -> syn::Result<Self> {
        let mut index = Self {
            kind,
            span: keyword.span(),
            name: None,
            on: Vec::new(),
            options: BTreeMap::new(),
        };
        let mut present: Vec<String> = Vec::new();
        if input.peek(syn::token::Paren) {
            let inner;
            parenthesized!(inner in input);
            list(errors, &inner, |inner| {
                index.parse_option(inner, &mut present, on_struct)
            });
        } else if input.peek(Token![=]) {
            let message = format!("expected `{keyword}` or `{keyword}(…)`");
            return Err(syn::Error::new(keyword.span(), message));
        }
        for required in ["name", "on"] {
            if on_struct && !present.iter().any(|name| name == required) {
                let message = "`fts_index` on a struct requires `name` and `on`: \
                               `fts_index(name = \"…\", on(\"…\", \"…\"))`";
                return Err(syn::Error::new(keyword.span(), message));
            }
        }
        Ok(index)
    }

    fn parse_option(
        &mut self,
        input: ParseStream,
        present: &mut Vec<String>,
        on_struct: bool,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected an option"));
        }
        let ident = Ident::parse_any(input)?;
        let name = ident.to_string();
        if present.contains(&name) {
            return Err(syn::Error::new(
                ident.span(),
                format!("duplicate option `{name}`"),
            ));
        }
        present.push(name.clone());
        match name.as_str() {
            "name" => self.name = Some(text(input, &ident)?),
            "on" if on_struct => self.on = texts(input, &ident)?,
            "on" => {
                let message = "`on` is not allowed on a field: the index covers the field\n\
                               help: remove `on`, or declare the index on the struct";
                return Err(syn::Error::new(ident.span(), message));
            }
            _ => {
                let other_names: &[_] = if on_struct {
                    &["name", "on"]
                } else {
                    &["name"]
                };
                let (option, kind) = find_option(self.kind, &ident, other_names)?;
                equals(input, &ident)?;
                self.options
                    .insert(option, parse_value(input, &ident, kind)?);
            }
        }
        Ok(())
    }
}
