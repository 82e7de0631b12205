//! The rules that a struct's tokens can break. What depends on types is left to constants in the
//! expansion, and what depends on other structs to the runtime.

use std::collections::{HashMap, HashSet};

use proc_macro2::Span;

use super::{function, index};
use crate::ast::{Field, Shape, Table, Value, VariantShape};
use crate::attr::keyword::Place;
use crate::attr::{At, End};
use crate::error::Ctxt;
use crate::syntax::name;

/// A name as the engine compares it.
fn key(name: &str) -> String {
    name.to_ascii_lowercase()
}

fn check(cx: &Ctxt, name: &At<String>, rule: fn(&str) -> Result<(), String>) {
    if let Err(message) = rule(&name.value) {
        cx.error(name.span, message);
    }
}

/// Checks a table.
pub(crate) fn table(cx: &Ctxt, table: &Table<'_>) {
    check(cx, &table.name, name::table);
    for old in &table.attrs.renamed_from {
        check(cx, old, name::table);
        if old.value == table.name.value {
            cx.error(
                old.span,
                "the table is renamed from itself; take `renamed_from` away",
            );
        }
    }
    for end in table
        .attrs
        .dropped_pairs
        .iter()
        .flat_map(|pair| [&pair.from, &pair.to])
    {
        if let End::Name(name) = end {
            check(cx, name, name::table);
        }
    }
    match table.place {
        Place::Node => primary_key(cx, table),
        _ if !["from", "to", "pair"]
            .iter()
            .any(|word| table.attrs.says(word)) =>
        {
            cx.error(
                table.ident.span(),
                "an edge connects nodes: say `#[kuzu(from = A, to = B)]`",
            );
        }
        _ => {}
    }
    table.fields.iter().for_each(|field| property(cx, field));
    function::valid(cx, table);
    names(cx, table);
    index::valid(cx, table);
}

/// A node table has exactly one primary key.
fn primary_key(cx: &Ctxt, table: &Table<'_>) {
    let mut keys = table
        .fields
        .iter()
        .filter_map(|field| field.attrs.primary_key);
    let fields = table.fields.iter().map(|field| &field.attrs);
    let said = fields
        .chain([&table.attrs])
        .any(|attrs| attrs.says("primary_key"));
    if keys.next().is_none() && !said && !table.fields.is_empty() {
        cx.error(
            table.ident.span(),
            "a node table needs a primary key: put `#[kuzu(primary_key)]` on one field",
        );
    }
    for another in keys {
        cx.error(
            another,
            "a node table has one primary key, and this is another",
        );
    }
}

fn property(cx: &Ctxt, field: &Field<'_>) {
    check(cx, &field.name, name::property);
    for old in &field.attrs.renamed_from {
        check(cx, old, name::property);
    }
    on_fail(cx, field);
    if let (Some(span), None) = (field.attrs.nullable, &field.attrs.ty) {
        cx.error(
            span,
            "`nullable` goes with `type = \"…\"`; otherwise make the field an `Option`",
        );
    }
}

/// `on_fail` speaks of a cast, and a key has neither NULL nor a second value.
fn on_fail(cx: &Ctxt, field: &Field<'_>) {
    let attrs = &field.attrs;
    let Some(on_fail) = &attrs.on_fail else {
        return;
    };
    if !["cast", "cast_with", "fill_with"]
        .iter()
        .any(|word| attrs.says(word))
    {
        cx.error(
            on_fail.span,
            "`on_fail` says what a row gets whose cast fails: it goes with `cast = \"…\"`, or with the \
             function of `cast_with` or `fill_with`",
        );
    } else if attrs.says("primary_key") && on_fail.value != "Abort" {
        cx.error(
            on_fail.span,
            "a primary key is never NULL and never twice the same: only `on_fail = \"abort\"` is possible",
        );
    } else if on_fail.value == "Default" && !attrs.says("default") && !attrs.says("default_expr") {
        cx.error(
            on_fail.span,
            "`on_fail = \"default\"` needs a default: add `default = …`, or say \"null\"",
        );
    }
}

/// Names of properties, present and past, are told apart without regard to ASCII case.
fn names(cx: &Ctxt, table: &Table<'_>) {
    let mut present: HashMap<String, &str> = HashMap::new();
    for field in &table.fields {
        if let Some(other) = present.insert(key(&field.name.value), &field.name.value) {
            cx.error(field.name.span, twice(&field.name.value, other));
        }
    }
    // Names whose fields came from elsewhere: what held them before has moved on (a swap, a chain)
    // or was dropped.
    let taken: HashSet<String> = table
        .fields
        .iter()
        .filter(|field| !field.attrs.renamed_from.is_empty())
        .map(|field| key(&field.name.value))
        .collect();
    let mut past: HashMap<String, Span> = HashMap::new();
    for field in &table.fields {
        for old in &field.attrs.renamed_from {
            if old.value == field.name.value {
                cx.error(
                    old.span,
                    "the property is renamed from itself; take `renamed_from` away",
                );
            } else if key(&old.value) != key(&field.name.value)
                && present.contains_key(&key(&old.value))
                && !taken.contains(&key(&old.value))
            {
                cx.error(
                    old.span,
                    format!("`{}` is still a property of this struct", old.value),
                );
            } else if past.insert(key(&old.value), old.span).is_some() {
                cx.error(
                    old.span,
                    format!("another property was renamed from `{}` already", old.value),
                );
            }
        }
    }
    for gone in &table.attrs.dropped {
        check(cx, gone, name::property);
        let gone_key = key(&gone.value);
        if present.contains_key(&gone_key) && !taken.contains(&gone_key) {
            cx.error(
                gone.span,
                format!("`{}` is still a property of this struct", gone.value),
            );
        } else if past.contains_key(&key(&gone.value)) {
            cx.error(
                gone.span,
                format!("`{}` was renamed, so it cannot be dropped too", gone.value),
            );
        }
    }
}

fn twice(name: &str, other: &str) -> String {
    if name == other {
        format!("a property named `{name}` is there already")
    } else {
        format!("Kùzu ignores case in names, so `{name}` is the property `{other}` again")
    }
}

/// Checks a value.
pub(crate) fn value(cx: &Ctxt, value: &Value<'_>) {
    match &value.shape {
        Shape::Struct(fields) => members(cx, fields.iter().map(|field| &field.name)),
        Shape::Union(variants) => {
            members(cx, variants.iter().map(|variant| &variant.name));
            for variant in variants {
                if let VariantShape::Struct(fields) = &variant.shape {
                    members(cx, fields.iter().map(|field| &field.name));
                }
            }
        }
        Shape::Newtype(field) => {
            if let Some(name) = &field.attrs.name {
                cx.error(
                    name.span,
                    "the field of a transparent struct has no name in Kùzu",
                );
            }
        }
        Shape::Given(_) | Shape::Words | Shape::None => {}
    }
}

/// Names of members are told apart by case.
fn members<'a>(cx: &Ctxt, names: impl Iterator<Item = &'a At<String>>) {
    let mut seen = Vec::new();
    for name in names {
        check(cx, name, name::member);
        if seen.contains(&name.value.as_str()) {
            cx.error(
                name.span,
                format!("a member named `{}` is there already", name.value),
            );
        }
        seen.push(&name.value);
    }
}
