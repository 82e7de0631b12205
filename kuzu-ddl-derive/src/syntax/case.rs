//! `rename_all`, with the case names of serde.

use super::choice::choose;
use crate::spanned::Spanned;

/// A case convention for names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Lower,
    Upper,
    Pascal,
    Camel,
    Snake,
    ScreamingSnake,
    Kebab,
    ScreamingKebab,
}

const CASES: &[(&str, Case)] = &[
    ("lowercase", Case::Lower),
    ("UPPERCASE", Case::Upper),
    ("PascalCase", Case::Pascal),
    ("camelCase", Case::Camel),
    ("snake_case", Case::Snake),
    ("SCREAMING_SNAKE_CASE", Case::ScreamingSnake),
    ("kebab-case", Case::Kebab),
    ("SCREAMING-KEBAB-CASE", Case::ScreamingKebab),
];

impl Case {
    pub(crate) fn parse(text: &Spanned<String>) -> syn::Result<Self> {
        choose(text, "case", CASES, &[])
    }

    /// Converts `name`, a field in snake case or a variant in Pascal case.
    pub(crate) fn apply(self, name: &str) -> String {
        let words = words(name);
        let join = |words: Vec<String>, separator: &str| words.join(separator);
        let lower = || {
            words
                .iter()
                .map(|word| word.to_ascii_lowercase())
                .collect::<Vec<_>>()
        };
        let upper = || {
            words
                .iter()
                .map(|word| word.to_ascii_uppercase())
                .collect::<Vec<_>>()
        };
        let capital = || {
            words
                .iter()
                .map(|word| capitalise(word))
                .collect::<Vec<_>>()
        };
        match self {
            // As in serde, these two keep the underscores of a field.
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
            Self::Pascal => join(capital(), ""),
            Self::Camel => {
                let mut all = capital();
                if let Some(first) = all.first_mut() {
                    *first = first.to_ascii_lowercase();
                }
                join(all, "")
            }
            Self::Snake => join(lower(), "_"),
            Self::ScreamingSnake => join(upper(), "_"),
            Self::Kebab => join(lower(), "-"),
            Self::ScreamingKebab => join(upper(), "-"),
        }
    }
}

/// Splits a name at underscores, and at capitals that follow a lowercase letter or a digit. A
/// leading underscore stays with its word.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut after_lowercase = false;
    for c in name.chars() {
        if c == '_' && word.chars().any(|c| c != '_') {
            words.push(std::mem::take(&mut word));
        } else {
            if c.is_uppercase() && after_lowercase {
                words.push(std::mem::take(&mut word));
            }
            word.push(c);
        }
        after_lowercase = c.is_lowercase() || c.is_ascii_digit();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn capitalise(word: &str) -> String {
    let mut chars = word.chars();
    match chars.next() {
        Some(first) => first
            .to_uppercase()
            .chain(chars.flat_map(char::to_lowercase))
            .collect(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_and_variants_in_every_case() {
        let all = |name: &str| {
            CASES
                .iter()
                .map(|(_, case)| case.apply(name))
                .collect::<Vec<_>>()
                .join(" ")
        };
        assert_eq!(
            all("first_name"),
            "first_name FIRST_NAME FirstName firstName first_name FIRST_NAME first-name FIRST-NAME"
        );
        assert_eq!(
            all("FirstName"),
            "firstname FIRSTNAME FirstName firstName first_name FIRST_NAME first-name FIRST-NAME"
        );
        assert_eq!(all("x"), "x X X x x X x X");
        assert_eq!(Case::Camel.apply("_hidden_one"), "_hiddenOne");
    }
}
