//! The indexes of a table. The types of their properties are checked by the compiler.

use crate::ast::{Index, Table};
use crate::error::Errors;
use crate::suggest;
use crate::syntax::name::{check_index, is_plain, is_same_name};

pub(super) fn check(errors: &Errors, table: &Table<'_>) {
    let indexes = table.indexes();
    for (i, index) in indexes.iter().enumerate() {
        check_properties(errors, table, index);
        check_names(errors, table, index);
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
