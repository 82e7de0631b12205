//! `#[kuzu(…)]` on structs, fields and variants. An error in one keyword does not hide the next.

pub(crate) mod keyword;

mod parse;

mod comment;

mod choices;

mod endpoint;

mod function;

pub(crate) mod index_options;

mod index;

use choices::{Multiplicity, multiplicity, on_fail, storage_direction};
pub(crate) use endpoint::{EndpointAttr, PairAttr};
pub(crate) use function::FunctionAttr;
pub(crate) use index::IndexAttr;
use index_options::IndexKind;
use keyword::Target;
use parse::{cast, equals, expression, flag, list, text, texts};
use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::{ParseStream, Parser as _};
use syn::spanned::Spanned as _;
use syn::{Attribute, Ident, LitStr, Meta};

use crate::error::Errors;
use crate::spanned::Spanned;
use crate::syntax::case::Case;
use crate::syntax::literal::Literal;
use crate::syntax::types::Type;

/// The attributes of one item. Each keyword has its field here; [`keyword`] defines which targets
/// allow it.
#[derive(Default)]
pub(crate) struct Attrs {
    /// The keywords that are present, including those with an error: they do not count as missing.
    present: Vec<&'static str>,
    pub(crate) primary_key: Option<Span>,
    pub(crate) name: Option<Spanned<String>>,
    pub(crate) rename_all: Option<Case>,
    pub(crate) pairs: Vec<PairAttr>,
    pub(crate) dropped_pairs: Vec<PairAttr>,
    pub(crate) multiplicity: Option<Spanned<Multiplicity>>,
    pub(crate) multiplicity_changed_from: Vec<Multiplicity>,
    pub(crate) key_changed_from: Vec<Spanned<String>>,
    /// The variant of kuzu-ddl-core's `StorageDirection`.
    pub(crate) storage_direction: Option<&'static str>,
    pub(crate) ty: Option<Type>,
    pub(crate) nullable: Option<Span>,
    pub(crate) default: Option<Spanned<Literal>>,
    pub(crate) cast: Option<Spanned<String>>,
    pub(crate) cast_with: Option<FunctionAttr>,
    /// The variant of kuzu-ddl-core's `OnFailDesc`.
    pub(crate) on_fail: Option<Spanned<&'static str>>,
    pub(crate) fill: Option<Spanned<String>>,
    pub(crate) fill_with: Option<FunctionAttr>,
    pub(crate) renamed_from: Vec<Spanned<String>>,
    pub(crate) dropped: Vec<Spanned<String>>,
    pub(crate) indexes: Vec<IndexAttr>,
    pub(crate) comment: Option<String>,
    pub(crate) skip: Option<Span>,
    pub(crate) transparent: Option<Span>,
    pub(crate) skip_registration: Option<Span>,
    pub(crate) allow_reserved: Option<Span>,
    pub(crate) crate_path: Option<syn::Path>,
}

/// The attributes parsed so far, and an incomplete pair.
struct Parser<'a> {
    errors: &'a Errors,
    target: Target,
    from: Option<(Span, EndpointAttr)>,
    to: Option<(Span, EndpointAttr)>,
    attrs: Attrs,
}

impl Attrs {
    /// Parses all `#[kuzu(…)]` and doc comments among `attributes`.
    pub(crate) fn parse(errors: &Errors, attributes: &[Attribute], target: Target) -> Self {
        let attrs = Self {
            comment: comment::doc_comment(attributes),
            ..Self::default()
        };
        let mut parser = Parser {
            errors,
            target,
            from: None,
            to: None,
            attrs,
        };
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("kuzu"))
        {
            let Meta::List(meta) = &attribute.meta else {
                errors.report(
                    attribute.meta.span(),
                    "expected attributes in parentheses: `#[kuzu(…)]`",
                );
                continue;
            };
            let keywords = |input: ParseStream| {
                list(errors, input, |input| parser.keyword(input));
                Ok(())
            };
            errors.handle(keywords.parse2(meta.tokens.clone()));
        }
        match (&parser.from, &parser.to) {
            (Some((span, _)), _) if !parser.attrs.is_set("to") => {
                errors.report(*span, "`from` without `to`\nhelp: write `from = A, to = B`");
            }
            (_, Some((span, _))) if !parser.attrs.is_set("from") => {
                errors.report(*span, "`to` without `from`\nhelp: write `from = A, to = B`");
            }
            _ => {}
        }
        parser.attrs
    }

    /// Whether the keyword is present.
    pub(crate) fn is_set(&self, keyword: &str) -> bool {
        self.present.contains(&keyword)
    }
}

impl Parser<'_> {
    fn keyword(&mut self, input: ParseStream) -> syn::Result<()> {
        if !input.peek(Ident::peek_any) {
            return Err(input.error("expected an attribute"));
        }
        let ident = Ident::parse_any(input)?;
        let span = ident.span();
        let attrs = &mut self.attrs;
        let keyword = keyword::find(&ident.to_string(), self.target).map_err(|unknown| {
            attrs.present.extend(unknown.intended);
            syn::Error::new(span, unknown.message)
        })?;
        if attrs.is_set(keyword.name) && !keyword.repeatable {
            return Err(syn::Error::new(
                span,
                format!("duplicate attribute `{ident}`"),
            ));
        }
        attrs.present.push(keyword.name);
        match keyword.name {
            "primary_key" => attrs.primary_key = Some(flag(input, &ident)?),
            "nullable" => attrs.nullable = Some(flag(input, &ident)?),
            "skip" => attrs.skip = Some(flag(input, &ident)?),
            "transparent" => attrs.transparent = Some(flag(input, &ident)?),
            "skip_registration" => attrs.skip_registration = Some(flag(input, &ident)?),
            "allow_reserved" => attrs.allow_reserved = Some(flag(input, &ident)?),
            "cast" => attrs.cast = Some(cast(input, &ident)?),
            "cast_with" => attrs.cast_with = Some(FunctionAttr::parse(input, &ident, false)?),
            "fill_with" => attrs.fill_with = Some(FunctionAttr::parse(input, &ident, true)?),
            "on_fail" => attrs.on_fail = Some(on_fail(text(input, &ident)?)?),
            "fill" => attrs.fill = Some(expression(input, &ident)?),
            "fts_index" | "vector_index" => {
                let kind = if keyword.name == "fts_index" {
                    IndexKind::FullText
                } else {
                    IndexKind::Vector
                };
                let on_struct = self.target == Target::Node;
                let index = IndexAttr::parse(self.errors, input, &ident, kind, on_struct)?;
                attrs.indexes.push(index);
            }
            "name" => attrs.name = Some(text(input, &ident)?),
            "renamed_from" => attrs.renamed_from.push(text(input, &ident)?),
            "comment" => {
                attrs.comment =
                    Some(comment::checked(text(input, &ident)?)?).filter(|text| !text.is_empty());
            }
            "dropped" => attrs.dropped.extend(texts(input, &ident)?),
            "rename_all" => attrs.rename_all = Some(Case::parse(&text(input, &ident)?)?),
            "multiplicity" => attrs.multiplicity = Some(multiplicity(text(input, &ident)?)?),
            "multiplicity_changed_from" => {
                let former = multiplicity(text(input, &ident)?)?;
                attrs.multiplicity_changed_from.push(former.value);
            }
            "key_changed_from" => attrs.key_changed_from.push(text(input, &ident)?),
            "storage_direction" => {
                attrs.storage_direction = Some(storage_direction(text(input, &ident)?)?);
            }
            "type" => {
                let ty = text(input, &ident)?.try_map(|text| Type::parse(&text))?;
                attrs.ty = Some(ty.value);
            }
            "default" => {
                equals(input, &ident)?;
                set_default(attrs, Literal::parse(input)?)?;
            }
            "default_expr" => set_default(attrs, Literal::engine(text(input, &ident)?)?)?,
            "crate" => {
                equals(input, &ident)?;
                attrs.crate_path = Some(input.parse::<LitStr>()?.parse()?);
            }
            "from" => {
                let endpoint = EndpointAttr::parse(input, &ident, false)?;
                if self.from.replace((span, endpoint)).is_some() {
                    return Err(syn::Error::new(
                        span,
                        "duplicate `from` before `to`\nhelp: write `from = A, to = B`",
                    ));
                }
                self.complete_pair();
            }
            "to" => {
                let endpoint = EndpointAttr::parse(input, &ident, false)?;
                if self.to.replace((span, endpoint)).is_some() {
                    return Err(syn::Error::new(
                        span,
                        "duplicate `to` before `from`\nhelp: write `from = A, to = B`",
                    ));
                }
                self.complete_pair();
            }
            "pair" => attrs.pairs.push(PairAttr::parse(input, &ident, false)?),
            "dropped_pair" => attrs
                .dropped_pairs
                .push(PairAttr::parse(input, &ident, true)?),
            other => unreachable!("the keyword `{other}` is in the table but not parsed"),
        }
        Ok(())
    }

    /// Adds the pair once both of its halves are present.
    fn complete_pair(&mut self) {
        match (self.from.take(), self.to.take()) {
            (Some((_, from)), Some((_, to))) => self.attrs.pairs.push(PairAttr { from, to }),
            halves => (self.from, self.to) = halves,
        }
    }
}

fn set_default(attrs: &mut Attrs, default: Spanned<Literal>) -> syn::Result<()> {
    let span = default.span;
    match attrs.default.replace(default) {
        None => Ok(()),
        Some(_) => Err(syn::Error::new(
            span,
            "duplicate default: a property has at most one\n\
             help: remove `default` or `default_expr`",
        )),
    }
}

#[cfg(test)]
mod tests {
    use syn::parse_quote;

    use super::*;

    fn parse(item: &syn::ItemStruct, target: Target) -> syn::Result<Attrs> {
        let errors = Errors::new();
        let attrs = Attrs::parse(&errors, &item.attrs, target);
        errors.finish().map(|()| attrs)
    }

    #[test]
    fn key_was_is_key_changed_from() -> syn::Result<()> {
        let item = parse_quote! {
            #[kuzu(key_was = "id", key_changed_from = "mail")]
            struct Person;
        };
        let keys = parse(&item, Target::Node)?.key_changed_from;
        let keys: Vec<_> = keys.into_iter().map(|key| key.value).collect();
        assert_eq!(keys, ["id", "mail"]);
        Ok(())
    }

    #[test]
    fn multiplicity_was_is_multiplicity_changed_from() -> syn::Result<()> {
        let item = parse_quote! {
            #[kuzu(from = A, to = B, multiplicity_was = "many_one")]
            #[kuzu(multiplicity_changed_from = "one_one")]
            struct Knows;
        };
        let former = parse(&item, Target::Edge)?.multiplicity_changed_from;
        let former: Vec<_> = former.iter().map(|former| former.name).collect();
        assert_eq!(former, ["many_one", "one_one"]);
        Ok(())
    }

    #[test]
    fn storage_is_storage_direction() -> syn::Result<()> {
        for item in [
            parse_quote! { #[kuzu(from = A, to = B, storage = "fwd")] struct Knows; },
            parse_quote! { #[kuzu(from = A, to = B, storage_direction = "fwd")] struct Knows; },
        ] {
            assert_eq!(
                parse(&item, Target::Edge)?.storage_direction,
                Some("Forward")
            );
        }
        let both = parse_quote! {
            #[kuzu(from = A, to = B, storage = "fwd", storage_direction = "fwd")]
            struct Knows;
        };
        assert!(parse(&both, Target::Edge).is_err());
        Ok(())
    }

    #[test]
    fn unregistered_is_skip_registration() -> syn::Result<()> {
        for item in [
            parse_quote! { #[kuzu(unregistered)] struct Person; },
            parse_quote! { #[kuzu(skip_registration)] struct Person; },
        ] {
            assert!(parse(&item, Target::Node)?.skip_registration.is_some());
        }
        Ok(())
    }
}
