//! The kinds of index, and the options that the engine's extensions accept for each.
//!
//! kuzu-ddl-core's `schema::index` has the same table; `tests::core_parity` compares the two.

use syn::parse::ParseStream;
use syn::{Ident, Lit, Token};

use crate::spanned::Spanned;
use crate::suggest;
use crate::syntax::choice::choose;

/// A kind of index.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IndexKind {
    FullText,
    Vector,
}

impl IndexKind {
    /// Returns the kind as a noun phrase for messages.
    fn describe(self) -> &'static str {
        match self {
            Self::FullText => "a full-text index",
            Self::Vector => "a vector index",
        }
    }

    pub(crate) fn keyword(self) -> &'static str {
        match self {
            Self::FullText => "fts_index",
            Self::Vector => "vector_index",
        }
    }

    /// Returns the options of the kind, `name` and `on` excepted.
    pub(crate) fn options(self) -> &'static [(&'static str, OptionKind)] {
        match self {
            Self::FullText => FULL_TEXT_OPTIONS,
            Self::Vector => VECTOR_OPTIONS,
        }
    }
}

/// The values that an option accepts.
#[derive(Clone, Copy, Debug)]
pub(crate) enum OptionKind {
    /// An integer in an inclusive range.
    Int(i64, i64),
    /// A finite number in an inclusive range.
    Float(f64, f64),
    Bool,
    /// One of a set, which the first field describes. Each spelling is paired with its canonical
    /// text.
    Choice(&'static str, &'static [(&'static str, &'static str)]),
    /// A regular expression, which the engine converts to lower case.
    Pattern,
    /// The name of a node table, or the path of a file.
    Source,
}

use OptionKind::{Bool, Choice, Float, Int, Pattern, Source};

/// The Snowball stemmers that the engine bundles.
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

/// Language codes, and names of metrics in other tools.
const VALUE_SYNONYMS: &[(&str, &str)] = &[
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
const FULL_TEXT_OPTIONS: &[(&str, OptionKind)] = &[
    ("stemmer", Choice("stemmer", STEMMERS)),
    ("stopwords", Source),
    ("ignore_pattern", Pattern),
];

/// The options of a vector index. The engine rejects larger degrees: internally they are 1.25 times
/// as large, and must fit an `INT16`, and for `ml` one vector of 2048 values.
const VECTOR_OPTIONS: &[(&str, OptionKind)] = &[
    ("metric", Choice("metric", METRICS)),
    ("mu", Int(1, 26_213)),
    ("ml", Int(1, 1_638)),
    ("pu", Float(0.0, 1.0)),
    ("efc", Int(1, i64::MAX)),
    ("alpha", Float(1.0, f64::INFINITY)),
    ("cache_embeddings", Bool),
];

/// Spellings of other tools.
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

/// Names of options that belong to a query or that the type determines, with the reason and the
/// alternative.
const NOT_OF_INDEX: &[(&[&str], &str, &str)] = &[
    (
        &["efs"],
        "it is a parameter of each query",
        "`QUERY_VECTOR_INDEX(…, efs := 200)`",
    ),
    (
        &["blind_search_up_sel", "directed_search_up_sel"],
        "it is a parameter of each query",
        "`QUERY_VECTOR_INDEX(…)`",
    ),
    (
        &["k"],
        "it is a parameter of each query",
        "`QUERY_FTS_INDEX(…, k := 1.2)`",
    ),
    (
        &["b"],
        "it is a parameter of each query",
        "`QUERY_FTS_INDEX(…, b := 0.75)`",
    ),
    (
        &["top"],
        "it is a parameter of each query",
        "`QUERY_FTS_INDEX(…, top := 10)`",
    ),
    (
        &["conjunctive"],
        "it is a parameter of each query",
        "`QUERY_FTS_INDEX(…, conjunctive := true)`",
    ),
    (
        &["dim", "dims", "dimension", "dimensions"],
        "it is the length of the array",
        "`[f32; 384]`",
    ),
];

/// Returns the option that `ident` names. `other_names` are allowed at the same position.
pub(super) fn find_option(
    kind: IndexKind,
    ident: &Ident,
    other_names: &[&'static str],
) -> syn::Result<(&'static str, OptionKind)> {
    let text = ident.to_string();
    if let Some(found) = kind.options().iter().find(|(name, _)| *name == text) {
        return Ok(*found);
    }
    let allowed = || {
        let options = kind.options().iter().map(|(name, _)| *name);
        other_names.iter().copied().chain(options)
    };
    let what = kind.describe();
    let lower = text.to_ascii_lowercase();
    let mut not_of_index = NOT_OF_INDEX.iter();
    if let Some((_, reason, example)) = not_of_index.find(|(names, ..)| names.contains(&&*lower)) {
        let message = format!("unknown option `{text}` of {what}: {reason}\nhelp: use {example}");
        return Err(syn::Error::new(ident.span(), message));
    }
    let synonym = SYNONYMS
        .iter()
        .find(|(name, others)| others.contains(&&*lower) && allowed().any(|other| other == *name))
        .map(|(name, _)| *name);
    let suggestion = synonym.or_else(|| suggest::nearest(&text, allowed()));
    let suggestion =
        suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    Err(syn::Error::new(
        ident.span(),
        format!(
            "unknown option `{text}` of {what}{suggestion}\nexpected one of: {}",
            suggest::list(allowed())
        ),
    ))
}

/// Parses the value after `option =`, and returns its canonical text.
pub(crate) fn parse_value(
    input: ParseStream,
    option: &Ident,
    kind: OptionKind,
) -> syn::Result<String> {
    let start = input.span();
    let negative = input.parse::<Option<Token![-]>>()?.is_some();
    let Ok(lit) = input.parse::<Lit>() else {
        return Err(invalid_value(start, option, kind));
    };
    let span = lit.span();
    let invalid = || invalid_value(if negative { start } else { span }, option, kind);
    match (kind, &lit) {
        (_, _) if negative => Err(invalid()),
        (Int(min, max), Lit::Int(n)) => match n.base10_parse::<i64>() {
            Ok(n) if (min..=max).contains(&n) => Ok(n.to_string()),
            _ => Err(invalid()),
        },
        (Float(min, max), Lit::Int(_) | Lit::Float(_)) => {
            let digits = match &lit {
                Lit::Int(n) => n.base10_digits().parse::<f64>(),
                Lit::Float(x) => x.base10_digits().parse::<f64>(),
                _ => return Err(invalid()),
            };
            match digits {
                Ok(x) if x.is_finite() && x >= min && x <= max => Ok(format!("{x:?}")),
                _ => Err(invalid()),
            }
        }
        (Bool, Lit::Bool(b)) => Ok(b.value.to_string()),
        (Choice(what, all), Lit::Str(text)) => {
            let text = Spanned::new(text.value().to_ascii_lowercase(), span);
            choose(&text, what, all, VALUE_SYNONYMS).map(str::to_owned)
        }
        (Pattern | Source, Lit::Str(text)) => {
            let text = text.value();
            let checked = if matches!(kind, Pattern) {
                check_pattern(&text)
            } else {
                check_source(&text)
            };
            checked.map_err(|message| syn::Error::new(span, message))?;
            Ok(text)
        }
        _ => Err(invalid()),
    }
}

fn invalid_value(span: proc_macro2::Span, option: &Ident, kind: OptionKind) -> syn::Error {
    let what = match kind {
        Int(min, i64::MAX) => format!("an integer of at least {min}"),
        Int(min, max) => format!("an integer from {min} to {max}"),
        Float(min, max) if max.is_infinite() => format!("a number of at least {min:?}"),
        Float(min, max) => format!("a number from {min:?} to {max:?}"),
        Bool => "`true` or `false`".into(),
        Choice(..) | Pattern | Source => "a string".into(),
    };
    syn::Error::new(span, format!("`{option}` requires {what}"))
}

/// Checks a regular expression. The engine converts it to lower case, including `\W` and `\S`,
/// which then match the opposite.
fn check_pattern(text: &str) -> Result<(), String> {
    if text.is_empty() || text.contains('\0') {
        return Err("a pattern cannot be empty or contain a NUL character".into());
    }
    if let Some(at) = text.find(|c: char| c.is_ascii_uppercase()) {
        let start = at - usize::from(text[..at].ends_with('\\'));
        let capital = &text[start..=at];
        let lower = capital.to_ascii_lowercase();
        return Err(format!(
            "Kùzu converts a pattern to lower case, so `{capital}` would mean `{lower}`\n\
             help: use no capital letters"
        ));
    }
    Ok(())
}

/// Checks the source of stopwords. The engine quotes it without escaping.
fn check_source(text: &str) -> Result<(), String> {
    if text.is_empty() {
        return Err("`stopwords` cannot be empty: it names a node table or a file".into());
    }
    if text.contains(['\'', '"', '`', '\\', '\0']) {
        return Err(
            "`stopwords` cannot contain quotes or backslashes: Kùzu does not escape it".into(),
        );
    }
    Ok(())
}
