//! Keywords whose value is one of a fixed set.

use crate::spanned::Spanned;
use crate::syntax::choice::choose;

/// A multiplicity.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Multiplicity {
    /// The spelling in attributes.
    pub(crate) name: &'static str,
    /// The variant of kuzu-ddl-core's `Multiplicity`.
    pub(crate) variant: &'static str,
}

const fn multiplicity_of(
    name: &'static str,
    variant: &'static str,
) -> (&'static str, Multiplicity) {
    (name, Multiplicity { name, variant })
}

const MULTIPLICITIES: &[(&str, Multiplicity)] = &[
    multiplicity_of("many_many", "ManyMany"),
    multiplicity_of("many_one", "ManyOne"),
    multiplicity_of("one_many", "OneMany"),
    multiplicity_of("one_one", "OneOne"),
];

/// Spellings of other tools.
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

/// The storage directions, and the variants of kuzu-ddl-core's `StorageDirection`.
const STORAGE_DIRECTIONS: &[(&str, &str)] = &[("both", "Both"), ("fwd", "Forward")];

const STORAGE_DIRECTION_SYNONYMS: &[(&str, &str)] =
    &[("forward", "fwd"), ("bidirectional", "both")];

/// The actions for a failed conversion, and the variants of kuzu-ddl-core's `OnFailDesc`.
const ON_FAIL_ACTIONS: &[(&str, &str)] =
    &[("abort", "Abort"), ("null", "Null"), ("default", "Default")];

const ON_FAIL_SYNONYMS: &[(&str, &str)] = &[
    ("error", "abort"),
    ("fail", "abort"),
    ("none", "null"),
    ("skip", "null"),
    ("ignore", "null"),
];

/// Reads the value of `multiplicity`.
pub(super) fn multiplicity(text: Spanned<String>) -> syn::Result<Spanned<Multiplicity>> {
    let text = lower(text);
    let multiplicity = choose(&text, "multiplicity", MULTIPLICITIES, MULTIPLICITY_SYNONYMS)?;
    Ok(text.map(|_| multiplicity))
}

/// Reads the value of `storage_direction`: the variant of kuzu-ddl-core's `StorageDirection`.
pub(super) fn storage_direction(text: Spanned<String>) -> syn::Result<&'static str> {
    let text = lower(text);
    if matches!(&*text.value, "bwd" | "backward") {
        let message =
            "Kùzu cannot store the backward direction alone\nexpected one of: \"both\", \"fwd\"";
        return Err(syn::Error::new(text.span, message));
    }
    choose(
        &text,
        "storage direction",
        STORAGE_DIRECTIONS,
        STORAGE_DIRECTION_SYNONYMS,
    )
}

/// Reads the value of `on_fail`: the variant of kuzu-ddl-core's `OnFailDesc`.
pub(super) fn on_fail(text: Spanned<String>) -> syn::Result<Spanned<&'static str>> {
    let text = lower(text);
    let action = choose(&text, "`on_fail` action", ON_FAIL_ACTIONS, ON_FAIL_SYNONYMS)?;
    Ok(text.map(|_| action))
}

/// These are keywords of Cypher, which ignores case.
fn lower(text: Spanned<String>) -> Spanned<String> {
    text.map(|text| text.to_ascii_lowercase())
}
