//! Fields whose values a function computes.

use crate::ast::{Field, Table};
use crate::attr::FunctionAttr;
use crate::error::Errors;
use crate::spanned::Spanned;

pub(super) fn check(errors: &Errors, table: &Table<'_>) {
    for field in &table.fields {
        let attrs = &field.attrs;
        if let Some(function) = &attrs.cast_with {
            check_exclusive(errors, field, function, "cast", "cast_with");
        }
        let Some(function) = &attrs.fill_with else {
            continue;
        };
        check_exclusive(errors, field, function, "fill", "fill_with");
        if attrs.is_set("cast_with") {
            errors.report(
                function.span(),
                "`cast_with` and `fill_with` are mutually exclusive\n\
                 help: let the function of `cast_with` take an `Option`: it is then also called \
                 for rows without a value",
            );
        }
        for input in &function.inputs {
            check_input(errors, table, field, input);
        }
    }
}

/// Checks that a field has no expression in addition to its function.
fn check_exclusive(
    errors: &Errors,
    field: &Field<'_>,
    function: &FunctionAttr,
    expression: &str,
    keyword: &str,
) {
    if field.attrs.is_set(expression) {
        errors.report(
            function.span(),
            format!(
                "`{expression}` and `{keyword}` are mutually exclusive\nhelp: remove one of them"
            ),
        );
    }
}

fn check_input(errors: &Errors, table: &Table<'_>, field: &Field<'_>, input: &Spanned<String>) {
    match table.input_property(&input.value) {
        Some(name) if name == field.name.value => errors.report(
            input.span,
            "a property cannot be an input of its own `fill_with`: it has no value yet",
        ),
        Some(_) => {}
        None => errors.report(
            input.span,
            format!(
                "unknown property `{}`: expected a property of this struct, or one in `dropped(…)`",
                input.value
            ),
        ),
    }
}
