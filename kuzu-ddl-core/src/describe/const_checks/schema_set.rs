//! Consistency of the structs in one `schema![…]`.

use super::super::const_string::ConstString;
use super::super::table::{TableDesc, TableKindDesc};
use super::super::tombstone::Tombstone;

/// The maximum number of structs that are compared pairwise in a constant. The compiler takes
/// longer evaluations for endless ones, so larger schemas are checked at startup only.
const MOST: usize = 200;

/// Rejects inconsistent structs. A struct whose derive failed has no name and is skipped.
#[track_caller]
pub const fn schema(tables: &[&TableDesc], dropped: &[Tombstone]) {
    if tables.len() > MOST {
        return;
    }
    let mut broken = false;
    let mut i = 0;
    while i < tables.len() {
        broken |= tables[i].name.is_empty();
        once(tables, i);
        moved(tables, i);
        i += 1;
    }
    let mut i = 0;
    while i < tables.len() && !broken {
        endpoints(tables, tables[i]);
        i += 1;
    }
    let mut i = 0;
    while i < dropped.len() {
        removed(tables, dropped[i].name);
        i += 1;
    }
}

/// Returns whether Kùzu considers two names equal.
pub(super) const fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// Returns the table of this name.
const fn find<'a>(tables: &[&'a TableDesc], name: &str) -> Option<&'a TableDesc> {
    let mut i = 0;
    while i < tables.len() {
        if same(tables[i].name, name) {
            return Some(tables[i]);
        }
        i += 1;
    }
    None
}

const fn rust_name(message: ConstString, table: &TableDesc) -> ConstString {
    message.add("`").add(table.origin.rust_name).add("`")
}

/// Rejects two structs for one table.
#[track_caller]
const fn once(tables: &[&TableDesc], at: usize) {
    let table = tables[at];
    let mut i = 0;
    while i < at && !table.name.is_empty() {
        let other = tables[i];
        if same(other.name, table.name) {
            let message = rust_name(
                ConstString::new("duplicate table `")
                    .add(table.name)
                    .add("`: declared by "),
                other,
            );
            if same(other.origin.rust_name, table.origin.rust_name)
                && other.origin.line == table.origin.line
            {
                message
                    .add(", which is listed more than once\nhelp: remove one")
                    .panic();
            }
            rust_name(message.add(" and by "), table)
                .add("\nhelp: remove one, or map it to another table with `#[kuzu(name = \"…\")]`")
                .panic();
        }
        i += 1;
    }
}

/// Rejects a former name that is the name of a declared table, unless that table was itself
/// renamed, and a former name that two tables claim.
#[track_caller]
const fn moved(tables: &[&TableDesc], at: usize) {
    let table = tables[at];
    let mut n = 0;
    while n < table.renamed_from.len() {
        let old = table.renamed_from[n];
        if let Some(present) = find(tables, old)
            && present.renamed_from.is_empty()
            && !same(old, table.name)
        {
            claim(table, old)
                .add(", but `")
                .add(present.origin.rust_name)
                .add("` still declares that table\nhelp: remove the hint or the struct")
                .panic();
        }
        let mut i = 0;
        while i < at {
            if claims(tables[i], old) && !same(tables[i].name, table.name) {
                claim(table, old)
                    .add(", and so has `")
                    .add(tables[i].name)
                    .add("`\nhelp: remove one of the hints")
                    .panic();
            }
            i += 1;
        }
        n += 1;
    }
}

const fn claim(table: &TableDesc, old: &str) -> ConstString {
    ConstString::new("the table `")
        .add(table.name)
        .add("` has `renamed_from = \"")
        .add(old)
        .add("\"`")
}

const fn claims(table: &TableDesc, old: &str) -> bool {
    let mut i = 0;
    while i < table.renamed_from.len() {
        if same(table.renamed_from[i], old) {
            return true;
        }
        i += 1;
    }
    false
}

/// Rejects an edge whose endpoints are not in the same schema.
#[track_caller]
const fn endpoints(tables: &[&TableDesc], edge: &TableDesc) {
    let TableKindDesc::Edge { pairs, .. } = edge.kind else {
        return;
    };
    let mut i = 0;
    while i < pairs.len() * 2 {
        let pair = &pairs[i / 2];
        let name = if i % 2 == 0 { pair.from } else { pair.to };
        if find(tables, name).is_none() && !name.is_empty() {
            ConstString::new("the edge `")
                .add(edge.name)
                .add("` connects `")
                .add(name)
                .add("`, which is not in this schema\nhelp: add its struct: `schema![…, ")
                .add(name)
                .add("]`")
                .panic();
        }
        i += 1;
    }
}

/// Rejects a tombstone for a declared table.
#[track_caller]
const fn removed(tables: &[&TableDesc], name: &str) {
    crate::describe::const_checks::table_name(name);
    let message = ConstString::new("the table `")
        .add(name)
        .add("` is marked as dropped, but ");
    let mut i = 0;
    while i < tables.len() {
        if claims(tables[i], name) {
            message
                .add("`")
                .add(tables[i].name)
                .add("` is renamed from it\nhelp: remove the tombstone")
                .panic();
        }
        i += 1;
    }
    if let Some(present) = find(tables, name)
        && present.renamed_from.is_empty()
    {
        rust_name(message, present)
            .add(" declares it\nhelp: remove the tombstone or the struct")
            .panic();
    }
}
