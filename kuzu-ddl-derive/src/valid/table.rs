//! The attributes of a table and of each property.

use super::name::check_name;
use crate::ast::{Field, Table, TableKind};
use crate::attr::EndpointAttr;
use crate::error::Errors;
use crate::syntax::name::{check_property, check_table};

pub(super) fn check(errors: &Errors, table: &Table<'_>) {
    check_name(errors, &table.name, check_table);
    for old in &table.attrs.renamed_from {
        check_name(errors, old, check_table);
        if old.value == table.name.value {
            errors.report(
                old.span,
                "the table is renamed from itself\nhelp: remove `renamed_from`",
            );
        }
    }
    for endpoint in table
        .attrs
        .dropped_pairs
        .iter()
        .flat_map(|pair| [&pair.from, &pair.to])
    {
        if let EndpointAttr::Name(name) = endpoint {
            check_name(errors, name, check_table);
        }
    }
    match table.kind {
        TableKind::Node => check_primary_key(errors, table),
        TableKind::Edge => check_endpoints(errors, table),
    }
    for field in &table.fields {
        check_field(errors, field);
    }
}

/// Checks that a node table has exactly one primary key.
fn check_primary_key(errors: &Errors, table: &Table<'_>) {
    let mut keys = table
        .fields
        .iter()
        .filter_map(|field| field.attrs.primary_key);
    let fields = table.fields.iter().map(|field| &field.attrs);
    let is_present = fields
        .chain([&table.attrs])
        .any(|attrs| attrs.is_set("primary_key"));
    if keys.next().is_none() && !is_present && !table.fields.is_empty() {
        errors.report(
            table.ident.span(),
            "a node table requires a primary key\nhelp: add `#[kuzu(primary_key)]` to one field",
        );
    }
    for duplicate in keys {
        errors.report(
            duplicate,
            "duplicate primary key: a node table has exactly one",
        );
    }
}

fn check_endpoints(errors: &Errors, table: &Table<'_>) {
    let is_present = ["from", "to", "pair"]
        .iter()
        .any(|keyword| table.attrs.is_set(keyword));
    if !is_present {
        errors.report(
            table.ident.span(),
            "an edge requires a FROM-TO pair\nhelp: add `#[kuzu(from = A, to = B)]`",
        );
    }
}

fn check_field(errors: &Errors, field: &Field<'_>) {
    check_name(errors, &field.name, check_property);
    for old in &field.attrs.renamed_from {
        check_name(errors, old, check_property);
    }
    check_on_fail(errors, field);
    if let (Some(span), None) = (field.attrs.nullable, &field.attrs.ty) {
        errors.report(
            span,
            "`nullable` requires `type = \"…\"`\nhelp: make the field an `Option` instead",
        );
    }
}

/// `on_fail` applies to a conversion, and a primary key allows neither NULL nor a shared default.
fn check_on_fail(errors: &Errors, field: &Field<'_>) {
    let attrs = &field.attrs;
    let Some(on_fail) = &attrs.on_fail else {
        return;
    };
    if !["cast", "cast_with", "fill_with"]
        .iter()
        .any(|keyword| attrs.is_set(keyword))
    {
        errors.report(
            on_fail.span,
            "`on_fail` requires `cast`, `cast_with` or `fill_with`: it applies where these fail",
        );
    } else if attrs.is_set("primary_key") && on_fail.value != "Abort" {
        errors.report(
            on_fail.span,
            "a primary key is unique and never NULL: it only allows `on_fail = \"abort\"`",
        );
    } else if on_fail.value == "Default"
        && !attrs.is_set("default")
        && !attrs.is_set("default_expr")
    {
        errors.report(
            on_fail.span,
            "`on_fail = \"default\"` requires a default\n\
             help: add `default = …`, or use `on_fail = \"null\"`",
        );
    }
}
