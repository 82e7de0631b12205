//! `fts_index(…)` and `vector_index(…)`.

use std::collections::BTreeMap;

use proc_macro2::{Ident, Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::Token;
use syn::ext::IdentExt;
use syn::parse::ParseStream;

use super::index_options as option;
use crate::ast::{Field, Table};
use crate::attr::{At, each, equals, text, texts};
use crate::error::Ctxt;

/// Which of the engine's two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    FullText,
    Vector,
}

impl Kind {
    /// In a message: "… has no option".
    pub(crate) fn words(self) -> &'static str {
        match self {
            Self::FullText => "a full-text index",
            Self::Vector => "a vector index",
        }
    }

    pub(crate) fn options(self) -> &'static [(&'static str, option::Takes)] {
        match self {
            Self::FullText => option::FULL_TEXT,
            Self::Vector => option::VECTOR,
        }
    }

    fn word(self) -> &'static str {
        match self {
            Self::FullText => "fts_index",
            Self::Vector => "vector_index",
        }
    }
}

/// An index as its attribute gives it.
pub(crate) struct Given {
    pub(crate) kind: Kind,
    /// The word, for what is wrong with the whole.
    pub(crate) span: Span,
    pub(crate) name: Option<At<String>>,
    /// On the struct: what `on(…)` says.
    pub(crate) on: Vec<At<String>>,
    /// By name, in the canonical text.
    pub(crate) options: BTreeMap<&'static str, String>,
}

impl Given {
    /// What stands after the word, in parentheses or not at all. On the struct it says `on(…)`, and its name.
    pub(crate) fn read(
        cx: &Ctxt,
        input: ParseStream,
        word: &Ident,
        kind: Kind,
        on_struct: bool,
    ) -> syn::Result<Self> {
        let mut given = Self {
            kind,
            span: word.span(),
            name: None,
            on: Vec::new(),
            options: BTreeMap::new(),
        };
        let mut said: Vec<String> = Vec::new();
        if input.peek(syn::token::Paren) {
            let inner;
            syn::parenthesized!(inner in input);
            each(cx, &inner, |inner| given.word(inner, &mut said, on_struct));
        } else if input.peek(Token![=]) {
            let form = format!("`{word}` is written `{word}` or `{word}(…)`");
            return Err(syn::Error::new(word.span(), form));
        }
        for needed in ["name", "on"] {
            if on_struct && !said.iter().any(|said| said == needed) {
                let form = "`fts_index` on a struct says its name and its properties: `fts_index(name = \"…\", on(\"…\", \"…\"))`";
                return Err(syn::Error::new(word.span(), form));
            }
        }
        Ok(given)
    }

    fn word(
        &mut self,
        input: ParseStream,
        said: &mut Vec<String>,
        on_struct: bool,
    ) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a word"));
        }
        let word = Ident::parse_any(input)?;
        let name = word.to_string();
        if said.contains(&name) {
            return Err(syn::Error::new(
                word.span(),
                format!("`{name}` is said twice"),
            ));
        }
        said.push(name.clone());
        match name.as_str() {
            "name" => self.name = Some(text(input, &word)?),
            "on" if on_struct => self.on = texts(input, &word)?,
            "on" => {
                let message = "`on` belongs to an index on the struct; this one is on its field";
                return Err(syn::Error::new(word.span(), message));
            }
            _ => {
                let also: &[_] = if on_struct {
                    &["name", "on"]
                } else {
                    &["name"]
                };
                let (option, takes) = option::find(self.kind, &word, also)?;
                equals(input, &word)?;
                self.options
                    .insert(option, option::value(input, &word, takes)?);
            }
        }
        Ok(())
    }
}

/// An index with the place where it was found.
pub(crate) struct Index<'a> {
    pub(crate) given: &'a Given,
    pub(crate) name: At<String>,
    /// The properties, by name.
    pub(crate) on: Vec<At<String>>,
}

/// The indexes of a table, those of the struct first.
pub(crate) fn of<'a>(table: &'a Table<'_>) -> Vec<Index<'a>> {
    let on_struct = table.attrs.indexes.iter().map(|given| Index {
        given,
        name: given.name.clone().unwrap_or_else(|| At {
            value: String::new(),
            span: given.span,
        }),
        on: given.on.clone(),
    });
    let on_fields = table.fields.iter().flat_map(|field| {
        field.attrs.indexes.iter().map(|given| {
            let end = if given.kind == Kind::FullText {
                "fts"
            } else {
                "vec"
            };
            let otherwise = || At {
                value: format!("{}_{end}", field.name.value),
                span: given.span,
            };
            Index {
                given,
                name: given.name.clone().unwrap_or_else(otherwise),
                on: vec![At {
                    value: field.name.value.clone(),
                    span: given.span,
                }],
            }
        })
    });
    on_struct.chain(on_fields).collect()
}

impl Index<'_> {
    /// The `IndexDesc`.
    pub(crate) fn expand(&self) -> TokenStream {
        let name = &self.name.value;
        let kind = match self.given.kind {
            Kind::FullText => quote!(FullText),
            Kind::Vector => quote!(Vector),
        };
        let on = self.on.iter().map(|property| &property.value);
        let options = self
            .given
            .options
            .iter()
            .map(|(option, value)| quote!((#option, #value)));
        quote! {
            __kuzu::IndexDesc {
                name: #name,
                kind: __kuzu::IndexKindDesc::#kind,
                properties: &[#(#on),*],
                options: &[#(#options),*],
            }
        }
    }

    /// Constants that do not compile if a property is of the wrong type. `property` gives the tokens of a
    /// field's `PropertyDesc`.
    pub(crate) fn checks(
        &self,
        table: &Table<'_>,
        property: impl Fn(&Field<'_>) -> TokenStream,
    ) -> Vec<TokenStream> {
        let of = |on: &At<String>| {
            // All tokens of the constant have one span, or the compiler shows the whole derive.
            let check = Ident::new(self.given.kind.word(), on.span);
            let field = table
                .fields
                .iter()
                .find(|f| f.name.value.eq_ignore_ascii_case(&on.value))?;
            let property = property(field);
            let name = &field.name.value;
            Some(
                quote_spanned! {on.span=> const _: () = __kuzu::check::#check(#name, &#property.ty);},
            )
        };
        self.on.iter().filter_map(of).collect()
    }
}
