//! The options of the two kinds of index, as the engine's extensions take them. The same table is the
//! runtime's `schema::index`; the tests in `agreement` hold the two together.

use syn::parse::ParseStream;
use syn::{Ident, Lit, Token};

use super::index::Kind;
use crate::attr::{At, one_of};
use crate::suggest;

/// What an option takes.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Takes {
    /// A whole number from … to ….
    Int(i64, i64),
    /// A number from … to ….
    Float(f64, f64),
    Bool,
    /// One of these words; the second of each is what is written down.
    Word(&'static str, &'static [(&'static str, &'static str)]),
    /// A pattern, which the engine lower-cases.
    Pattern,
    /// The name of a node table or the path of a file.
    Source,
}

use Takes::{Bool, Float, Int, Pattern, Source, Word};

/// The words of Snowball that the engine bundles.
#[rustfmt::skip]
const STEMMERS: &[(&str, &str)] = &[
    ("none", "none"), ("arabic", "arabic"), ("basque", "basque"), ("catalan", "catalan"),
    ("danish", "danish"), ("dutch", "dutch"), ("english", "english"), ("finnish", "finnish"),
    ("french", "french"), ("german", "german"), ("greek", "greek"), ("hindi", "hindi"),
    ("hungarian", "hungarian"), ("indonesian", "indonesian"), ("irish", "irish"),
    ("italian", "italian"), ("lithuanian", "lithuanian"), ("nepali", "nepali"),
    ("norwegian", "norwegian"), ("porter", "porter"), ("portuguese", "portuguese"),
    ("romanian", "romanian"), ("russian", "russian"), ("serbian", "serbian"),
    ("spanish", "spanish"), ("swedish", "swedish"), ("tamil", "tamil"), ("turkish", "turkish"),
];

/// What people write who know the codes.
const CODES: &[(&str, &str)] = &[
    ("ar", "arabic"),
    ("da", "danish"),
    ("de", "german"),
    ("el", "greek"),
    ("en", "english"),
    ("es", "spanish"),
    ("fi", "finnish"),
    ("fr", "french"),
    ("hu", "hungarian"),
    ("it", "italian"),
    ("nl", "dutch"),
    ("no", "norwegian"),
    ("pt", "portuguese"),
    ("ro", "romanian"),
    ("ru", "russian"),
    ("sv", "swedish"),
    ("tr", "turkish"),
    ("euclidean", "l2"),
    ("inner_product", "dotproduct"),
    ("ip", "dotproduct"),
    ("dot", "dotproduct"),
];

const METRICS: &[(&str, &str)] = &[
    ("cosine", "cosine"),
    ("l2", "l2"),
    ("l2sq", "l2sq"),
    ("dotproduct", "dotproduct"),
    ("dot_product", "dotproduct"),
];

/// The options of a full-text index.
pub(crate) const FULL_TEXT: &[(&str, Takes)] = &[
    ("stemmer", Word("stemmer", STEMMERS)),
    ("stopwords", Source),
    ("ignore_pattern", Pattern),
];

/// The options of a vector index. Above these degrees the engine refuses: they are 1.25 times as large
/// inside, and must fit an `INT16`, and for `ml` one vector of 2048 values.
pub(crate) const VECTOR: &[(&str, Takes)] = &[
    ("metric", Word("metric", METRICS)),
    ("mu", Int(1, 26_213)),
    ("ml", Int(1, 1_638)),
    ("pu", Float(0.0, 1.0)),
    ("efc", Int(1, i64::MAX)),
    ("alpha", Float(1.0, f64::INFINITY)),
    ("cache_embeddings", Bool),
];

/// As other tools say it.
const SYNONYMS: &[(&str, &[&str])] = &[
    ("metric", &["distance", "similarity", "distance_func"]),
    ("mu", &["m", "max_degree_upper"]),
    ("ml", &["m0", "max_degree_lower"]),
    ("efc", &["ef", "ef_construction", "efconstruction"]),
    ("cache_embeddings", &["cache", "cache_embeddings_column"]),
    ("stemmer", &["language", "lang", "stem"]),
    ("stopwords", &["stop_words", "stop_word"]),
    ("ignore_pattern", &["pattern", "ignore", "tokenizer"]),
];

/// Words that are said with each query instead, or that the type says.
const ELSEWHERE: &[(&str, &str)] = &[
    (
        "efs",
        "it belongs to each query: `QUERY_VECTOR_INDEX(…, efs := 200)`",
    ),
    (
        "blind_search_up_sel",
        "it belongs to each query: `QUERY_VECTOR_INDEX(…)`",
    ),
    (
        "directed_search_up_sel",
        "it belongs to each query: `QUERY_VECTOR_INDEX(…)`",
    ),
    (
        "k",
        "it belongs to each query: `QUERY_FTS_INDEX(…, k := 1.2)`",
    ),
    (
        "b",
        "it belongs to each query: `QUERY_FTS_INDEX(…, b := 0.75)`",
    ),
    (
        "top",
        "it belongs to each query: `QUERY_FTS_INDEX(…, top := 10)`",
    ),
    (
        "conjunctive",
        "it belongs to each query: `QUERY_FTS_INDEX(…, conjunctive := true)`",
    ),
    ("dim", "the length of the array says it: `[f32; 384]`"),
    ("dims", "the length of the array says it: `[f32; 384]`"),
    ("dimension", "the length of the array says it: `[f32; 384]`"),
    (
        "dimensions",
        "the length of the array says it: `[f32; 384]`",
    ),
];

/// The option that `word` names. `also` are the words beside options.
pub(super) fn find(
    kind: Kind,
    word: &Ident,
    also: &[&'static str],
) -> syn::Result<(&'static str, Takes)> {
    let text = word.to_string();
    if let Some(found) = kind.options().iter().find(|(name, _)| *name == text) {
        return Ok(*found);
    }
    let legal = || {
        let options = kind.options().iter().map(|(name, _)| *name);
        also.iter().copied().chain(options)
    };
    let what = kind.words();
    let lower = text.to_ascii_lowercase();
    if let Some((_, why)) = ELSEWHERE.iter().find(|(name, _)| *name == lower) {
        let message = format!("{what} has no option `{text}`: {why}");
        return Err(syn::Error::new(word.span(), message));
    }
    let synonym = SYNONYMS
        .iter()
        .find(|(name, others)| others.contains(&&*lower) && legal().any(|known| known == *name))
        .map(|(name, _)| *name);
    let meant = synonym.or_else(|| suggest::nearest(&text, legal()));
    let meant = meant.map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
    Err(syn::Error::new(
        word.span(),
        format!(
            "{what} has no option `{text}`{meant}\nlegal: {}",
            suggest::list(legal())
        ),
    ))
}

/// What stands after `word =`, in the canonical text.
pub(crate) fn value(input: ParseStream, word: &Ident, takes: Takes) -> syn::Result<String> {
    let start = input.span();
    let negative = input.parse::<Option<Token![-]>>()?.is_some();
    let Ok(lit) = input.parse::<Lit>() else {
        return Err(refused(start, word, takes));
    };
    let span = lit.span();
    let wrong = || refused(if negative { start } else { span }, word, takes);
    match (takes, &lit) {
        (_, _) if negative => Err(wrong()),
        (Int(low, high), Lit::Int(n)) => match n.base10_parse::<i64>() {
            Ok(n) if (low..=high).contains(&n) => Ok(n.to_string()),
            _ => Err(wrong()),
        },
        (Float(low, high), Lit::Int(_) | Lit::Float(_)) => {
            let digits = match &lit {
                Lit::Int(n) => n.base10_digits().parse::<f64>(),
                Lit::Float(x) => x.base10_digits().parse::<f64>(),
                _ => return Err(wrong()),
            };
            match digits {
                Ok(x) if x.is_finite() && x >= low && x <= high => Ok(format!("{x:?}")),
                _ => Err(wrong()),
            }
        }
        (Bool, Lit::Bool(b)) => Ok(b.value.to_string()),
        (Word(what, all), Lit::Str(text)) => {
            let text = At {
                value: text.value().to_ascii_lowercase(),
                span,
            };
            one_of(&text, what, all, CODES).map(str::to_owned)
        }
        (Pattern | Source, Lit::Str(text)) => {
            let text = text.value();
            let checked = if matches!(takes, Pattern) {
                pattern(&text)
            } else {
                source(&text)
            };
            checked.map_err(|message| syn::Error::new(span, message))?;
            Ok(text)
        }
        _ => Err(wrong()),
    }
}

fn refused(span: proc_macro2::Span, word: &Ident, takes: Takes) -> syn::Error {
    let what = match takes {
        Int(low, i64::MAX) => format!("a whole number of at least {low}"),
        Int(low, high) => format!("a whole number from {low} to {high}"),
        Float(low, high) if high.is_infinite() => format!("a number of at least {low:?}"),
        Float(low, high) => format!("a number from {low:?} to {high:?}"),
        Bool => "`true` or `false`".into(),
        Word(..) | Pattern | Source => "a string".into(),
    };
    syn::Error::new(span, format!("`{word}` takes {what}"))
}

/// The engine turns capitals into small letters, also those of `\W` and `\S`, which then mean the contrary.
pub(crate) fn pattern(text: &str) -> Result<(), String> {
    if text.is_empty() || text.contains('\0') {
        return Err("a pattern cannot be empty, nor hold a NUL".into());
    }
    if let Some(at) = text.find(|c: char| c.is_ascii_uppercase()) {
        let start = at - usize::from(text[..at].ends_with('\\'));
        let capital = &text[start..=at];
        let small = capital.to_ascii_lowercase();
        return Err(format!(
            "Kùzu turns the capitals of a pattern into small letters, so `{capital}` would mean `{small}`: use no capitals"
        ));
    }
    Ok(())
}

/// The engine puts it between quotes as it is.
pub(crate) fn source(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("`stopwords` names a node table, or a file".into());
    }
    if text.contains(['\'', '"', '`', '\\', '\0']) {
        return Err(
            "Kùzu does not quote what `stopwords` names: use no quotes and no backslashes".into(),
        );
    }
    Ok(())
}
