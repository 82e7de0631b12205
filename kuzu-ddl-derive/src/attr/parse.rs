//! What stands after a word.

use proc_macro2::Span;
use syn::ext::IdentExt;
use syn::parse::ParseStream;
use syn::{Ident, LitStr, Token, parenthesized};

use super::{At, End, Pair};
use crate::suggest;
use crate::syntax::expr;
use crate::syntax::literal::Literal;

const MULTIPLICITIES: &[(&str, &str)] = &[
    ("many_many", "ManyMany"),
    ("many_one", "ManyOne"),
    ("one_many", "OneMany"),
    ("one_one", "OneOne"),
];

/// As other tools say it.
const MULTIPLICITY_SYNONYMS: &[(&str, &str)] = &[
    ("n:n", "many_many"),
    ("n:m", "many_many"),
    ("m:n", "many_many"),
    ("n:1", "many_one"),
    ("1:n", "one_many"),
    ("1:1", "one_one"),
    ("many_to_many", "many_many"),
    ("many_to_one", "many_one"),
    ("one_to_many", "one_many"),
    ("one_to_one", "one_one"),
];

const STORAGES: &[(&str, &str)] = &[("both", "Both"), ("fwd", "Fwd")];

const STORAGE_SYNONYMS: &[(&str, &str)] = &[("forward", "fwd"), ("bidirectional", "both")];

/// The word and the variant of `Multiplicity`.
pub(super) fn multiplicity(text: &At<String>) -> syn::Result<At<(&'static str, &'static str)>> {
    let text = lower(text);
    let variant = one_of(&text, "multiplicity", MULTIPLICITIES, MULTIPLICITY_SYNONYMS)?;
    let known = MULTIPLICITIES.iter().find(|(_, known)| *known == variant);
    Ok(At {
        value: *known.unwrap_or(&MULTIPLICITIES[0]),
        span: text.span,
    })
}

pub(super) fn storage(text: &At<String>) -> syn::Result<&'static str> {
    let text = &lower(text);
    if matches!(&*text.value, "bwd" | "backward") {
        let message = "Kùzu cannot store the backward direction alone: say \"both\" or \"fwd\"";
        return Err(syn::Error::new(text.span, message));
    }
    one_of(text, "storage direction", STORAGES, STORAGE_SYNONYMS)
}

const ON_FAILS: &[(&str, &str)] = &[("abort", "Abort"), ("null", "Null"), ("default", "Default")];

const ON_FAIL_SYNONYMS: &[(&str, &str)] = &[
    ("error", "abort"),
    ("fail", "abort"),
    ("none", "null"),
    ("skip", "null"),
    ("ignore", "null"),
];

/// What a row gets whose cast fails.
pub(super) fn on_fail(text: &At<String>) -> syn::Result<At<&'static str>> {
    let value = one_of(&lower(text), "way to go on", ON_FAILS, ON_FAIL_SYNONYMS)?;
    Ok(At {
        value,
        span: text.span,
    })
}

/// These words are Cypher's, which ignores case.
fn lower(text: &At<String>) -> At<String> {
    At {
        value: text.value.to_ascii_lowercase(),
        span: text.span,
    }
}

/// What `text` names among `all`, which are called `what`.
pub(crate) fn one_of<T: Copy>(
    text: &At<String>,
    what: &str,
    all: &[(&str, T)],
    synonyms: &[(&str, &str)],
) -> syn::Result<T> {
    let names = || all.iter().map(|(name, _)| *name);
    if let Some((_, value)) = all.iter().find(|(name, _)| *name == text.value) {
        return Ok(*value);
    }
    let meant = synonyms
        .iter()
        .find(|(synonym, _)| synonym.eq_ignore_ascii_case(&text.value))
        .map(|(_, name)| *name)
        .or_else(|| suggest::nearest(&text.value, names()));
    let meant = meant.map_or_else(String::new, |meant| format!(": did you mean \"{meant}\"?"));
    let names: Vec<_> = names().map(|name| format!("\"{name}\"")).collect();
    Err(syn::Error::new(
        text.span,
        format!(
            "{:?} is not a {what}{meant}\nlegal: {}",
            text.value,
            names.join(", ")
        ),
    ))
}

pub(super) fn flag(input: ParseStream, word: &Ident) -> syn::Result<Span> {
    if input.is_empty() || input.peek(Token![,]) {
        return Ok(word.span());
    }
    Err(input.error(format!("`{word}` takes no value")))
}

pub(crate) fn equals(input: ParseStream, word: &Ident) -> syn::Result<()> {
    if input.peek(Token![=]) {
        input.parse::<Token![=]>()?;
        return Ok(());
    }
    // At the word, not after it: the end of an attribute has no span of its own.
    Err(syn::Error::new(
        word.span(),
        format!("`{word}` takes a value: `{word} = …`"),
    ))
}

pub(crate) fn text(input: ParseStream, word: &Ident) -> syn::Result<At<String>> {
    equals(input, word)?;
    string(input, word)
}

/// An expression of the engine.
pub(super) fn expression(input: ParseStream, word: &Ident) -> syn::Result<At<String>> {
    let text = text(input, word)?;
    Literal::engine(text.clone())?;
    Ok(text)
}

/// An expression of the engine that makes a new value of the `old` one.
pub(super) fn cast(input: ParseStream, word: &Ident) -> syn::Result<At<String>> {
    let text = text(input, word)?;
    expr::check_cast(&text.value).map_err(|message| syn::Error::new(text.span, message))?;
    Ok(text)
}

fn string(input: ParseStream, word: &Ident) -> syn::Result<At<String>> {
    let span = input.span();
    match input.parse::<LitStr>() {
        Ok(text) => Ok(At {
            value: text.value(),
            span: text.span(),
        }),
        Err(_) if input.is_empty() => Err(syn::Error::new(
            word.span(),
            format!("`{word}` takes a string"),
        )),
        Err(_) => Err(syn::Error::new(span, format!("`{word}` takes a string"))),
    }
}

pub(crate) fn texts(input: ParseStream, word: &Ident) -> syn::Result<Vec<At<String>>> {
    if !input.peek(syn::token::Paren) {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` takes names in parentheses: `{word}(\"…\")`"),
        ));
    }
    let inner;
    parenthesized!(inner in input);
    let mut all = Vec::new();
    while !inner.is_empty() {
        all.push(string(&inner, word)?);
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    if all.is_empty() {
        return Err(syn::Error::new(
            word.span(),
            format!("`{word}` names nothing: `{word}(\"…\")`"),
        ));
    }
    Ok(all)
}

pub(super) fn pair(input: ParseStream, word: &Ident, names: bool) -> syn::Result<Pair> {
    let form = || {
        syn::Error::new(
            word.span(),
            format!("`{word}` is written `{word}(from = A, to = B)`"),
        )
    };
    if !input.peek(syn::token::Paren) {
        return Err(form());
    }
    let inner;
    parenthesized!(inner in input);
    let (mut from, mut to) = (None, None);
    while !inner.is_empty() {
        let side = Ident::parse_any(&inner)?;
        let slot = match side.to_string().as_str() {
            "from" => &mut from,
            "to" => &mut to,
            _ => return Err(syn::Error::new(side.span(), "expected `from` or `to`")),
        };
        if slot.replace(endpoint(&inner, &side, names)?).is_some() {
            return Err(syn::Error::new(
                side.span(),
                format!("`{side}` is said twice"),
            ));
        }
        if !inner.is_empty() {
            inner.parse::<Token![,]>()?;
        }
    }
    let (Some(from), Some(to)) = (from, to) else {
        return Err(form());
    };
    Ok(Pair { from, to })
}

pub(super) fn endpoint(input: ParseStream, word: &Ident, names: bool) -> syn::Result<End> {
    equals(input, word)?;
    if input.peek(LitStr) {
        let name = string(input, word)?;
        return if names {
            Ok(End::Name(name))
        } else {
            Err(syn::Error::new(
                name.span,
                "an endpoint is a struct with `KuzuNode`, not a name in quotes",
            ))
        };
    }
    Ok(End::Type(Box::new(input.parse()?)))
}
