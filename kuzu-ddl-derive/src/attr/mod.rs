//! `#[kuzu(…)]` on structs, fields and variants. A mistake in one word does not hide the next.

pub(crate) mod comment;
mod function;
pub(crate) mod index;
pub(crate) mod index_options;
pub(crate) mod keyword;
mod parse;

use proc_macro2::{Span, TokenTree};
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser};
use syn::spanned::Spanned;
use syn::{Attribute, Ident, LitStr, Meta, Token};

use crate::error::Ctxt;
use crate::syntax::case::Case;
use crate::syntax::literal::Literal;
use crate::syntax::types::Type;
pub(crate) use function::Function;
use index::Kind;
use keyword::Place;
use parse::{cast, endpoint, expression, flag, multiplicity, on_fail, pair, storage};
pub(crate) use parse::{equals, one_of, text, texts};

/// A value with the tokens it was read from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Span,
}

/// An endpoint of a pair.
#[derive(Clone)]
pub(crate) enum End {
    /// A struct with `KuzuNode`.
    Type(Box<syn::Type>),
    /// A name, in tombstones.
    Name(At<String>),
}

/// A FROM–TO pair.
#[derive(Clone)]
pub(crate) struct Pair {
    pub(crate) from: End,
    pub(crate) to: End,
}

/// What all places together can say. Which words a place takes, [`word`] knows.
#[derive(Default)]
pub(crate) struct Attrs {
    /// The words that are there, also those that failed: what a mistake hides is not missing.
    said: Vec<&'static str>,
    pub(crate) primary_key: Option<Span>,
    pub(crate) name: Option<At<String>>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) pairs: Vec<Pair>,
    pub(crate) dropped_pairs: Vec<Pair>,
    /// The word, and the variant.
    pub(crate) multiplicity: Option<At<(&'static str, &'static str)>>,
    pub(crate) multiplicity_was: Vec<At<&'static str>>,
    pub(crate) key_was: Vec<At<String>>,
    pub(crate) storage: Option<&'static str>,
    pub(crate) ty: Option<Type>,
    pub(crate) nullable: Option<Span>,
    pub(crate) default: Option<At<Literal>>,
    pub(crate) cast: Option<At<String>>,
    pub(crate) cast_with: Option<Function>,
    pub(crate) on_fail: Option<At<&'static str>>,
    pub(crate) fill: Option<At<String>>,
    pub(crate) fill_with: Option<Function>,
    pub(crate) renamed_from: Vec<At<String>>,
    pub(crate) dropped: Vec<At<String>>,
    pub(crate) indexes: Vec<index::Given>,
    pub(crate) comment: Option<String>,
    pub(crate) skip: Option<Span>,
    pub(crate) transparent: Option<Span>,
    pub(crate) unregistered: Option<Span>,
    pub(crate) krate: Option<syn::Path>,
}

/// Words as they come, and halves of pairs.
struct Reader<'a> {
    cx: &'a Ctxt,
    place: Place,
    from: Option<(Span, End)>,
    to: Option<(Span, End)>,
    attrs: Attrs,
}

impl Attrs {
    /// Reads all `#[kuzu(…)]` and doc comments among `attributes`.
    pub(crate) fn read(cx: &Ctxt, attributes: &[Attribute], place: Place) -> Self {
        let attrs = Self {
            comment: comment::read(attributes),
            ..Self::default()
        };
        let mut reader = Reader {
            cx,
            place,
            from: None,
            to: None,
            attrs,
        };
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("kuzu"))
        {
            let Meta::List(list) = &attribute.meta else {
                cx.error(
                    attribute.meta.span(),
                    "expected words in parentheses: `#[kuzu(…)]`",
                );
                continue;
            };
            let words = |input: ParseStream| {
                each(cx, input, |input| reader.word(input));
                Ok(())
            };
            cx.ok(Parser::parse2(words, list.tokens.clone()));
        }
        match (&reader.from, &reader.to) {
            (Some((span, _)), _) if !reader.attrs.says("to") => {
                cx.error(*span, "`from` without `to`: say `from = A, to = B`");
            }
            (_, Some((span, _))) if !reader.attrs.says("from") => {
                cx.error(*span, "`to` without `from`: say `from = A, to = B`");
            }
            _ => {}
        }
        reader.attrs
    }

    /// Whether the word is there.
    pub(crate) fn says(&self, word: &str) -> bool {
        self.said.contains(&word)
    }
}

impl Reader<'_> {
    fn word(&mut self, input: ParseStream) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected a word"));
        }
        let ident = Ident::parse_any(input)?;
        let span = ident.span();
        let attrs = &mut self.attrs;
        let word = keyword::find(&ident.to_string(), self.place).map_err(|refusal| {
            attrs.said.extend(refusal.meant);
            syn::Error::new(span, refusal.message)
        })?;
        if attrs.says(word.name) && !word.repeats {
            return Err(syn::Error::new(
                span,
                format!("`{}` is said twice", word.name),
            ));
        }
        attrs.said.push(word.name);
        match word.name {
            "primary_key" => attrs.primary_key = Some(flag(input, &ident)?),
            "nullable" => attrs.nullable = Some(flag(input, &ident)?),
            "skip" => attrs.skip = Some(flag(input, &ident)?),
            "transparent" => attrs.transparent = Some(flag(input, &ident)?),
            "unregistered" => attrs.unregistered = Some(flag(input, &ident)?),
            "cast" => attrs.cast = Some(cast(input, &ident)?),
            "cast_with" => attrs.cast_with = Some(Function::read(input, &ident, false)?),
            "fill_with" => attrs.fill_with = Some(Function::read(input, &ident, true)?),
            "on_fail" => attrs.on_fail = Some(on_fail(&text(input, &ident)?)?),
            "fill" => attrs.fill = Some(expression(input, &ident)?),
            "fts_index" | "vector_index" => {
                let kind = if word.name == "fts_index" {
                    Kind::FullText
                } else {
                    Kind::Vector
                };
                let on_struct = self.place == Place::Node;
                let given = index::Given::read(self.cx, input, &ident, kind, on_struct)?;
                attrs.indexes.push(given);
            }
            "name" => attrs.name = Some(text(input, &ident)?),
            "renamed_from" => attrs.renamed_from.push(text(input, &ident)?),
            "comment" => {
                attrs.comment =
                    Some(comment::checked(text(input, &ident)?)?).filter(|text| !text.is_empty())
            }
            "dropped" => attrs.dropped.extend(texts(input, &ident)?),
            "rename_all" => attrs.rename_all = Some(Case::read(&text(input, &ident)?)?),
            "multiplicity" => attrs.multiplicity = Some(multiplicity(&text(input, &ident)?)?),
            "multiplicity_was" => {
                let At { value, span } = multiplicity(&text(input, &ident)?)?;
                let value = value.0;
                attrs.multiplicity_was.push(At { value, span });
            }
            "key_was" => attrs.key_was.push(text(input, &ident)?),
            "storage" => attrs.storage = Some(storage(&text(input, &ident)?)?),
            "type" => attrs.ty = Some(Type::read(&text(input, &ident)?)?),
            "default" => {
                equals(input, &ident)?;
                put_default(attrs, Literal::read(input)?)?;
            }
            "default_expr" => put_default(attrs, Literal::engine(text(input, &ident)?)?)?,
            "crate" => {
                equals(input, &ident)?;
                attrs.krate = Some(input.parse::<LitStr>()?.parse()?);
            }
            "from" => {
                let end = endpoint(input, &ident, false)?;
                if self.from.replace((span, end)).is_some() {
                    return Err(syn::Error::new(
                        span,
                        "`from` again before `to`: say `from = A, to = B`",
                    ));
                }
                self.join();
            }
            "to" => {
                let end = endpoint(input, &ident, false)?;
                if self.to.replace((span, end)).is_some() {
                    return Err(syn::Error::new(
                        span,
                        "`to` again before `from`: say `from = A, to = B`",
                    ));
                }
                self.join();
            }
            "pair" => attrs.pairs.push(pair(input, &ident, false)?),
            "dropped_pair" => attrs.dropped_pairs.push(pair(input, &ident, true)?),
            other => unreachable!("the word `{other}` is in the table but not read"),
        }
        Ok(())
    }

    /// Makes a pair when both halves are there.
    fn join(&mut self) {
        match (self.from.take(), self.to.take()) {
            (Some((_, from)), Some((_, to))) => self.attrs.pairs.push(Pair { from, to }),
            halves => (self.from, self.to) = halves,
        }
    }
}

/// A list of words. What is left of a word that failed is skipped up to the next comma.
pub(crate) fn each(
    cx: &Ctxt,
    input: ParseStream,
    mut word: impl FnMut(ParseStream) -> syn::Result<()>,
) {
    while !input.is_empty() {
        if let Err(error) = word(input) {
            cx.syn_error(error);
        } else if !input.is_empty() && !input.peek(Token![,]) {
            cx.error(input.span(), "expected a comma");
        }
        while !input.is_empty() && !input.peek(Token![,]) {
            // A token tree can always be read where something is left.
            if input.parse::<TokenTree>().is_err() {
                return;
            }
        }
        if input.parse::<Token![,]>().is_err() {
            return;
        }
    }
}

fn put_default(attrs: &mut Attrs, default: At<Literal>) -> syn::Result<()> {
    let span = default.span;
    match attrs.default.replace(default) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(
            span,
            "a property has one default: `default` or `default_expr`",
        )),
    }
}
