//! A string that must be one of a fixed set.

use crate::spanned::Spanned;
use crate::suggest;

/// Returns the value that `text` names among `all`. `what` describes the set in the error;
/// `synonyms` map spellings of other tools to a name in `all`.
pub(crate) fn choose<T: Copy>(
    text: &Spanned<String>,
    what: &str,
    all: &[(&str, T)],
    synonyms: &[(&str, &str)],
) -> syn::Result<T> {
    let names = || all.iter().map(|(name, _)| *name);
    if let Some((_, value)) = all.iter().find(|(name, _)| *name == text.value) {
        return Ok(*value);
    }
    let suggestion = synonyms
        .iter()
        .find(|(synonym, _)| synonym.eq_ignore_ascii_case(&text.value))
        .map(|(_, name)| *name)
        .or_else(|| suggest::nearest(&text.value, names()));
    let suggestion =
        suggestion.map_or_else(String::new, |name| format!("; did you mean \"{name}\"?"));
    let names: Vec<_> = names().map(|name| format!("\"{name}\"")).collect();
    Err(syn::Error::new(
        text.span,
        format!(
            "unknown {what} {:?}{suggestion}\nexpected one of: {}",
            text.value,
            names.join(", ")
        ),
    ))
}
