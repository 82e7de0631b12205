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
                "the table is renamed from itself; take `renamed_from` away",
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
            "a node table needs a primary key: put `#[kuzu(primary_key)]` on one field",
        );
    }
    for duplicate in keys {
        errors.report(
            duplicate,
            "a node table has one primary key, and this is another",
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
            "an edge connects nodes: say `#[kuzu(from = A, to = B)]`",
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
            "`nullable` goes with `type = \"…\"`; otherwise make the field an `Option`",
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
            "`on_fail` says what a row gets whose cast fails: it goes with `cast = \"…\"`, or with the \
             function of `cast_with` or `fill_with`",
        );
    } else if attrs.is_set("primary_key") && on_fail.value != "Abort" {
        errors.report(
            on_fail.span,
            "a primary key is never NULL and never twice the same: only `on_fail = \"abort\"` is possible",
        );
    } else if on_fail.value == "Default"
        && !attrs.is_set("default")
        && !attrs.is_set("default_expr")
    {
        errors.report(
            on_fail.span,
            "`on_fail = \"default\"` needs a default: add `default = …`, or say \"null\"",
        );
    }
}
