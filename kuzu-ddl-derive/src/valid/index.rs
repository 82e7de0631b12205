//! The indexes of a table. The types of their properties are checked by the compiler.

use crate::ast::{Index, Table};
use crate::attr::index_options::OptionKind;
use crate::error::Errors;
use crate::suggest;
use crate::syntax::name::{check_index, is_plain, is_same_name};

pub(super) fn check(errors: &Errors, table: &Table<'_>) {
    let indexes = table.indexes();
    for (i, index) in indexes.iter().enumerate() {
        check_properties(errors, table, index);
        check_names(errors, table, index);
        check_options(errors, index);
        if let Some(other) = indexes[..i]
            .iter()
            .find(|other| is_same_name(&other.name.value, &index.name.value))
        {
            errors.report(
                index.name.span,
                format!(
                    "duplicate index `{}`\nhelp: choose another name: `name = \"…\"`",
                    other.name.value
                ),
            );
        }
    }
}

fn check_properties(errors: &Errors, table: &Table<'_>, index: &Index<'_>) {
    let names = || table.fields.iter().map(|field| field.name.value.as_str());
    for (i, property) in index.properties.iter().enumerate() {
        if index.properties[..i]
            .iter()
            .any(|other| is_same_name(&other.value, &property.value))
        {
            errors.report(
                property.span,
                format!("duplicate property `{}`", property.value),
            );
        } else if !names().any(|name| is_same_name(name, &property.value)) {
            let suggestion = suggest::nearest(&property.value, names());
            let suggestion =
                suggestion.map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
            let all = suggest::list(names());
            errors.report(
                property.span,
                format!(
                    "unknown property `{}`{suggestion}\nexpected one of: {all}",
                    property.value
                ),
            );
        }
    }
}

/// Checks all names that the engine's index functions insert into Cypher without quotes.
fn check_names(errors: &Errors, table: &Table<'_>, index: &Index<'_>) {
    if index.name.value.is_empty() && index.attr.name.is_none() {
        return;
    }
    let quoted_property = index
        .properties
        .iter()
        .find(|property| !is_plain(&property.value));
    let (what, name) = if !is_plain(&table.name.value) {
        ("table", &table.name.value)
    } else if let Some(property) = quoted_property {
        ("property", &property.value)
    } else {
        if let Err(message) = check_index(&index.name.value) {
            errors.report(index.name.span, message);
        }
        return;
    };
    errors.report(
        index.attr.span,
        format!(
            "the {what} `{name}` cannot have an index: Kùzu's index functions do not quote names\n\
             help: use letters, digits and underscores in the name"
        ),
    );
}

/// Checks the combination of options: some crash the engine, others it does not keep.
fn check_options(errors: &Errors, index: &Index<'_>) {
    let option = |name| index.attr.options.get(name).map(String::as_str);
    let has_stop_words = option("stopwords").is_some_and(|words| words != "default");
    let stemmer = option("stemmer").unwrap_or("english");
    if has_stop_words && stemmer != "none" {
        errors.report(
            index.attr.span,
            format!(
                "`stopwords` with the stemmer `{stemmer}` crashes Kùzu 0.11.3 at the next insert or \
                 delete\n\
                 help: add `stemmer = \"none\"`\n\
                 help: or remove `stopwords`"
            ),
        );
    }
    if option("pu").is_some_and(|pu| pu != "0.05") {
        errors.report(
            index.attr.span,
            "Kùzu 0.11.3 replaces `pu` with 0.05 when the database is reopened\n\
             help: remove `pu`",
        );
    }
    for (name, kind) in index.attr.kind.options() {
        let (OptionKind::Float(..), Some(value)) = (kind, option(name)) else {
            continue;
        };
        let Ok(number) = value.parse::<f64>() else {
            continue;
        };
        let rounded = format!("{number:.6}");
        if rounded.parse() != Ok(number) {
            errors.report(
                index.attr.span,
                format!(
                    "Kùzu 0.11.3 keeps six digits after the decimal point of `{name}`, and cannot \
                     open the database after it rounded {value}\n\
                     help: use `{name} = {rounded}`"
                ),
            );
        }
    }
}
