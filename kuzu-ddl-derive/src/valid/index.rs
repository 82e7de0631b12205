//! The rules that an index can break by itself. Of what type a property is, only the compiler knows.

use crate::ast::Table;
use crate::attr::index::{Index, of};
use crate::error::Ctxt;
use crate::suggest;
use crate::syntax::name;

/// Checks the indexes of a table.
pub(crate) fn valid(cx: &Ctxt, table: &Table<'_>) {
    let all = of(table);
    for (i, index) in all.iter().enumerate() {
        properties(cx, table, index);
        names(cx, table, index);
        if let Some(other) = all[..i]
            .iter()
            .find(|other| same(&other.name.value, &index.name.value))
        {
            cx.error(
                index.name.span,
                format!(
                    "an index named `{}` is there already; give this one another name: `name = \"…\"`",
                    other.name.value
                ),
            );
        }
    }
}

fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

fn properties(cx: &Ctxt, table: &Table<'_>, index: &Index<'_>) {
    let fields = || table.fields.iter().map(|field| field.name.value.as_str());
    for (i, on) in index.on.iter().enumerate() {
        if index.on[..i]
            .iter()
            .any(|other| same(&other.value, &on.value))
        {
            cx.error(on.span, format!("`{}` stands here twice", on.value));
        } else if !fields().any(|name| same(name, &on.value)) {
            let meant = suggest::nearest(&on.value, fields());
            let meant =
                meant.map_or_else(String::new, |meant| format!(": did you mean `{meant}`?"));
            let all = suggest::list(fields());
            cx.error(
                on.span,
                format!("no property is named `{}`{meant}\nlegal: {all}", on.value),
            );
        }
    }
}

/// The engine's index functions put names into Cypher as they are.
fn names(cx: &Ctxt, table: &Table<'_>, index: &Index<'_>) {
    if index.name.value.is_empty() && index.given.name.is_none() {
        return;
    }
    let of_property = index.on.iter().find(|on| !name::is_plain(&on.value));
    let (what, name) = if !name::is_plain(&table.name.value) {
        ("table", &table.name.value)
    } else if let Some(on) = of_property {
        ("property", &on.value)
    } else {
        if let Err(message) = name::index(&index.name.value) {
            cx.error(index.name.span, message);
        }
        return;
    };
    cx.error(
        index.given.span,
        format!(
            "Kùzu's index functions do not quote names, and `{name}` needs quotes: \
             give the {what} another name, of letters, digits and underscores"
        ),
    );
}
