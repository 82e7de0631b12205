//! Names of properties and members: valid, unique, and consistent with former and dropped names.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;

use crate::ast::Table;
use crate::error::Errors;
use crate::spanned::Spanned;
use crate::syntax::name::{check_member, check_property, fold, is_same_name};

/// Checks one name against `rule`.
pub(super) fn check_name(
    errors: &Errors,
    name: &Spanned<String>,
    rule: fn(&str) -> Result<(), String>,
) {
    if let Err(message) = rule(&name.value) {
        errors.report(name.span, message);
    }
}

/// Checks the present, former and dropped names of properties against one another. ASCII case is
/// ignored.
pub(super) fn check_property_names(errors: &Errors, table: &Table<'_>) {
    let mut present: HashMap<String, &str> = HashMap::new();
    for field in &table.fields {
        let name = &field.name.value;
        if let Some(other) = present.insert(fold(name), name) {
            errors.report(field.name.span, duplicate_property(name, other));
        }
    }
    // Names whose fields were renamed to them: the property that had such a name before was renamed
    // itself (a swap, a chain) or dropped.
    let reused: HashSet<String> = table
        .fields
        .iter()
        .filter(|field| !field.attrs.renamed_from.is_empty())
        .map(|field| fold(&field.name.value))
        .collect();
    let is_taken = |name: &str| {
        let name = fold(name);
        present.contains_key(&name) && !reused.contains(&name)
    };
    let mut former: HashMap<String, Span> = HashMap::new();
    for field in &table.fields {
        for old in &field.attrs.renamed_from {
            if old.value == field.name.value {
                errors.report(
                    old.span,
                    "the property is renamed from itself\nhelp: remove `renamed_from`",
                );
            } else if !is_same_name(&old.value, &field.name.value) && is_taken(&old.value) {
                errors.report(
                    old.span,
                    format!(
                        "cannot rename from `{}`: it is still a property of this struct",
                        old.value
                    ),
                );
            } else if former.insert(fold(&old.value), old.span).is_some() {
                errors.report(
                    old.span,
                    format!(
                        "duplicate `renamed_from`: another property is renamed from `{}`, too",
                        old.value
                    ),
                );
            }
        }
    }
    for dropped in &table.attrs.dropped {
        check_name(errors, dropped, check_property);
        if is_taken(&dropped.value) {
            errors.report(
                dropped.span,
                format!(
                    "`{}` is both declared and marked as dropped\n\
                     help: remove the field, or its name from `dropped(…)`",
                    dropped.value
                ),
            );
        } else if former.contains_key(&fold(&dropped.value)) {
            errors.report(
                dropped.span,
                format!(
                    "`{}` is both renamed and marked as dropped\n\
                     help: remove it from `renamed_from` or from `dropped(…)`",
                    dropped.value
                ),
            );
        }
    }
}

fn duplicate_property(name: &str, other: &str) -> String {
    if name == other {
        format!("duplicate property `{name}`")
    } else {
        format!(
            "duplicate property `{name}`: it differs from `{other}` in case only, which Kùzu ignores"
        )
    }
}

/// Checks the names of members. They are case-sensitive.
pub(super) fn check_members<'a>(errors: &Errors, names: impl Iterator<Item = &'a Spanned<String>>) {
    let mut seen = Vec::new();
    for name in names {
        check_name(errors, name, check_member);
        if seen.contains(&name.value.as_str()) {
            errors.report(name.span, format!("duplicate member `{}`", name.value));
        }
        seen.push(&name.value);
    }
}
