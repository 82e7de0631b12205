//! Canonical index options.
//!
//! Indexes with the same meaning compare equal, whether they were declared or read from a catalog.

use std::collections::BTreeMap;
use std::fmt;

use super::index::{Index, IndexKind, OptionValue};

impl Index {
    /// Returns the options with the engine's defaults filled in and every value in canonical form.
    ///
    /// Declared options and options read from a catalog are then equal if they mean the same.
    /// Values without a canonical form, and options that this version does not know, are passed
    /// through unchanged. Options of [`UNRETAINED_OPTIONS`] that have their default value are left
    /// out.
    #[must_use]
    pub fn resolved_options(&self) -> BTreeMap<String, String> {
        let mut options: BTreeMap<String, String> = self
            .kind
            .options()
            .iter()
            .map(|option| (option.name.to_owned(), option.default.to_owned()))
            .collect();
        for (name, text) in &self.options {
            let text = self
                .kind
                .option(name, text)
                .unwrap_or_else(|_| text.clone());
            options.insert(name.clone(), text);
        }
        for option in self
            .kind
            .options()
            .iter()
            .filter(|o| UNRETAINED_OPTIONS.contains(&o.name))
        {
            if options
                .get(option.name)
                .is_some_and(|text| text == option.default)
            {
                options.remove(option.name);
            }
        }
        options
    }

    /// Returns whether both mean the same index: the same kind, properties and retained options.
    #[must_use]
    pub fn is_equivalent_to(&self, other: &Self) -> bool {
        let retained = |index: &Self| {
            let mut options = index.resolved_options();
            options.retain(|name, _| is_retained(name));
            options
        };
        self.kind == other.kind
            && self.properties == other.properties
            && retained(self) == retained(other)
    }

    fn has_stop_words(&self) -> bool {
        let words = self.options.get("stopwords");
        words.is_some_and(|words| words != "default")
    }
}

impl fmt::Display for IndexKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::FullText => f.write_str("full-text index"),
            Self::Vector => f.write_str("vector index"),
            Self::Other(word) => write!(f, "{word} index"),
        }
    }
}

/// The index options that the engine does not retain, so that no catalog reports them.
///
/// `ignore_pattern` applies only to the rows that exist when the index is created, and
/// `cache_embeddings` affects only its construction.
pub const UNRETAINED_OPTIONS: [&str; 2] = ["cache_embeddings", "ignore_pattern"];

/// The index options that the engine replaces with their defaults when it opens the file.
const FORGOTTEN_OPTIONS: [&str; 1] = ["pu"];

/// Returns whether a catalog reports the option as it was specified.
pub(crate) fn is_retained(option: &str) -> bool {
    !UNRETAINED_OPTIONS.contains(&option) && !FORGOTTEN_OPTIONS.contains(&option)
}

/// Returns the error for options that the engine accepts but does not apply as specified, or that
/// crash it, if the index has any.
pub(crate) fn unsupported_option(index: &Index) -> Option<String> {
    if index.has_stop_words() {
        let resolved = index.resolved_options();
        let stemmer = resolved.get("stemmer").filter(|stemmer| *stemmer != "none");
        if let Some(stemmer) = stemmer {
            return Some(format!(
                "Kùzu 0.11.3 crashes at the next insert or delete if `stopwords` names a table and \
                 the stemmer is `{stemmer}`\n\
                 help: add `stemmer = \"none\"`\n\
                 help: or remove `stopwords`"
            ));
        }
    }
    index
        .resolved_options()
        .iter()
        .find_map(|(name, value)| unsupported_value(index, name, value))
}

/// Returns the error for a declared option that the engine does not keep when the file is reopened.
pub(crate) fn forgotten_option(index: &Index) -> Option<String> {
    let options = index.kind.options().iter();
    let mut forgotten = options.filter(|option| FORGOTTEN_OPTIONS.contains(&option.name));
    let resolved = index.resolved_options();
    let found = forgotten.find(|option| {
        resolved
            .get(option.name)
            .is_some_and(|is| is != option.default)
    })?;
    Some(format!(
        "Kùzu 0.11.3 replaces the option `{}` with {} when the database is reopened\n\
         help: remove the option",
        found.name, found.default
    ))
}

fn unsupported_value(index: &Index, name: &str, value: &str) -> Option<String> {
    let option = index.kind.options().iter().find(|o| o.name == name)?;
    let changed = option.default != value;
    if changed && UNRETAINED_OPTIONS.contains(&name) && name != "cache_embeddings" {
        return Some(format!(
            "Kùzu 0.11.3 applies the option `{name}` only to rows that exist when the index is created\n\
             help: remove the option"
        ));
    }
    let OptionValue::Float(..) = option.value else {
        return None;
    };
    let rounded = value.parse::<f64>().ok().map(|x| format!("{x:.6}"))?;
    let kept = rounded.parse::<f64>().ok();
    (kept != value.parse().ok()).then(|| {
        format!(
            "Kùzu 0.11.3 keeps six digits after the decimal point of the option `{name}`, and cannot \
             open the database after it rounded {value}\n\
             help: use {name} = {rounded}"
        )
    })
}

#[cfg(test)]
mod tests {
    use crate::schema::index::{Index, IndexKind};

    #[test]
    fn declared_and_reported_options_are_equal() {
        let index = |options: &[(&str, &str)]| Index {
            name: "ix".into(),
            kind: IndexKind::Vector,
            properties: vec!["v".into()],
            options: options
                .iter()
                .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
                .collect(),
        };
        let complete = index(&[
            ("mu", "30"),
            ("ml", "60"),
            ("pu", "0.050000"),
            ("metric", "cosine"),
            ("alpha", "1.100000"),
            ("efc", "200"),
        ]);
        assert_eq!(index(&[]).resolved_options(), complete.resolved_options());
        let partial = index(&[
            ("pu", "0.05"),
            ("metric", "COSINE"),
            ("cache_embeddings", "true"),
        ]);
        assert_eq!(partial.resolved_options(), complete.resolved_options());
        assert_ne!(
            index(&[("efc", "100")]).resolved_options(),
            complete.resolved_options()
        );
    }
}
