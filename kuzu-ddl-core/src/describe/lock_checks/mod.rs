//! Checks against the lock file, in constants.
//!
//! Only the traits know the Kùzu type of a field, so the derive emits the locked type and it is
//! compared here with the current one. Each check is reported at its field, with the complete
//! attribute to paste.

mod members;
pub(in crate::describe) mod widen;

use members::{keeps_members, may_rename_members, with_renamed_members};
use widen::same;
pub(crate) use widen::{fits, widens};

use super::const_string::ConstString;
use super::function::FunctionDesc;
use super::table::{PairDesc, PropertyDesc, TableDesc, TableKindDesc};
use super::type_text::{fill, literal, with_type};
use super::types::TypeDesc;

/// Rejects a property that was locked as `was` and now, without a conversion, holds fewer values.
#[track_caller]
pub const fn check_retained(table: &TableDesc, at: usize, was: &TypeDesc, was_nullable: bool) {
    let property = &table.properties[at];
    if matches!(property.ty, TypeDesc::Invalid) {
        return;
    }
    let cast = match &property.cast_with {
        Some(function) => {
            takes_what_was(property, function, was);
            true
        }
        None => property.cast.is_some(),
    };
    if !cast && !fits(was, &property.ty) {
        change_of_type(property, was);
    }
    if was_nullable && !property.nullable && !fills(property) {
        ConstString::new("`")
            .add(property.name)
            .add("` is no longer nullable, but existing rows may be NULL\nhelp: backfill them with an expression: `#[kuzu(fill = \"")
            .add(fill(&property.ty))
            .add("\")]`\nhelp: or with a function of other properties: `#[kuzu(fill_with = path::to::function)]`\nhelp: or make the field an `Option` again")
            .panic();
    }
}

/// Returns whether rows without a value get one.
const fn fills(property: &PropertyDesc) -> bool {
    let cast = match &property.cast_with {
        Some(function) => function.arguments[0].nullable,
        None => false,
    };
    cast || property.fill.is_some() || property.fill_with.is_some()
}

/// Rejects a function that does not accept the previous values. If the type of the field is the
/// locked one, its change is complete and the function accepts the values from before that change.
#[track_caller]
const fn takes_what_was(property: &PropertyDesc, function: &FunctionDesc, was: &TypeDesc) {
    if same(was, &property.ty) || widens(was, &function.arguments[0].ty) {
        return;
    }
    let message = ConstString::new("`").add(function.path).add("` takes ");
    let message = with_type(message, &function.arguments[0].ty).add(", but `");
    let message = message.add(property.name).add("` was ");
    with_type(message, was)
        .add(" in kuzu-schema.lock\nhelp: change the argument of the function to that type")
        .panic();
}

/// Returns whether each old value has one result.
const fn is_lossless(from: &TypeDesc, to: &TypeDesc) -> bool {
    match (from, to) {
        (TypeDesc::Struct(a), TypeDesc::Struct(b)) => keeps_members(a, b),
        _ => is_lossless_text(from, to),
    }
}

/// Returns whether the text of a value determines the value.
const fn is_lossless_text(from: &TypeDesc, to: &TypeDesc) -> bool {
    let listed = matches!(
        from,
        TypeDesc::List(_)
            | TypeDesc::Array(..)
            | TypeDesc::Struct(_)
            | TypeDesc::Map(..)
            | TypeDesc::Union(_)
            | TypeDesc::TimestampNs
            | TypeDesc::InternalId
            | TypeDesc::Invalid
    );
    matches!(to, TypeDesc::String) && !listed
}

#[track_caller]
const fn change_of_type(property: &PropertyDesc, was: &TypeDesc) -> ! {
    let message = ConstString::new("changing the type of `")
        .add(property.name)
        .add("` from ");
    let message = with_type(message, was).add(" to ");
    let message = with_type(message, &property.ty);
    let message = message.add(if is_lossless(was, &property.ty) {
        " needs a declared cast"
    } else {
        " may lose data"
    });
    let message = message.add("\nhelp: convert old values with an expression: `#[kuzu(cast = \"");
    let message = match (was, &property.ty) {
        (TypeDesc::Struct(a), TypeDesc::Struct(b)) if may_rename_members(a, b) => {
            with_renamed_members(message, a, b)
        }
        (_, to) => with_type(message.add("CAST(old AS "), to).add(")"),
    };
    message
        .add("\")]`\nhelp: or with a function: `#[kuzu(cast_with = path::to::function)]`")
        .panic();
}

/// The remaining remedies for a new required property.
const FUNCTION: &str = "\nhelp: or with a function of other properties: `#[kuzu(fill_with = path::to::function)]`\nhelp: or make it an `Option`";

/// Rejects a new property of an existing table if existing rows would have no value for it.
///
/// The property may be one of the `removed` ones under another name, which is reported first.
#[track_caller]
pub const fn check_added(table: &TableDesc, at: usize, removed: &[TypeDesc]) {
    let property = &table.properties[at];
    let mut i = 0;
    while i < removed.len() {
        if same(&property.ty, &removed[i]) {
            return;
        }
        i += 1;
    }
    let message = ConstString::new("`").add(property.name);
    // The engine numbers existing rows of a SERIAL.
    if matches!(property.ty, TypeDesc::Invalid | TypeDesc::Serial) {
        return;
    }
    if property.nullable || property.default.is_some() || fills(property) {
        return;
    }
    let message = message
        .add("` is new and required, but existing rows have no value for it\nhelp: backfill them with an expression: `#[kuzu(fill = \"")
        .add(fill(&property.ty));
    let message = match literal(&property.ty) {
        Some(literal) => message
            .add("\")]`\nhelp: or with a default: `#[kuzu(default = ")
            .add(literal)
            .add(")]`")
            .add(FUNCTION),
        None => message.add("\")]`").add(FUNCTION),
    };
    message.panic();
}

/// Reports a property that is in the lock file but not in the struct.
///
/// `new` are the properties that are not in the lock file: one of them may be the property under
/// another name.
#[track_caller]
pub const fn report_removed(table: &TableDesc, name: &str, was: &TypeDesc, new: &[usize]) -> ! {
    let mut message = ConstString::new("`")
        .add(name)
        .add("` is in kuzu-schema.lock, but has no field\nhelp: if it was renamed");
    let mut candidates = 0;
    let mut i = 0;
    while i < new.len() {
        let property = &table.properties[new[i]];
        if same(&property.ty, was) && property.renamed_from.is_empty() {
            message = message.add(if candidates == 0 { " to `" } else { "` or `" });
            message = message.add(property.name);
            candidates += 1;
        }
        i += 1;
    }
    message = match candidates {
        0 => message.add(", add to its field"),
        _ => message.add("`, add to that field"),
    };
    message
        .add(": `#[kuzu(renamed_from = \"")
        .add(name)
        .add("\")]`\nhelp: if it was removed, archive it by adding to the struct: `#[kuzu(dropped(\"")
        .add(name)
        .add("\"))]`")
        .panic()
}

/// Rejects an edge that lost a locked pair without a tombstone. `ends` are the endpoints of its
/// pairs, in order.
#[track_caller]
pub const fn check_pairs(table: &TableDesc, ends: &[&TableDesc], was: &[PairDesc]) {
    let TableKindDesc::Edge { dropped_pairs, .. } = table.kind else {
        return;
    };
    let mut n = 0;
    while n < was.len() {
        let PairDesc { from, to } = was[n];
        let mut found = false;
        let mut i = 0;
        while i + 1 < ends.len() {
            // The endpoint of a derive that failed has no name, and matches any.
            found |= called(ends[i], from) && called(ends[i + 1], to);
            i += 2;
        }
        let mut i = 0;
        while i < dropped_pairs.len() {
            let pair = &dropped_pairs[i];
            found |= pair.from.eq_ignore_ascii_case(from) && pair.to.eq_ignore_ascii_case(to);
            i += 1;
        }
        if !found {
            lost(from, to);
        }
        n += 1;
    }
}

/// Returns whether a table has or had this name.
const fn called(table: &TableDesc, name: &str) -> bool {
    let mut found = table.name.is_empty() || table.name.eq_ignore_ascii_case(name);
    let mut i = 0;
    while i < table.renamed_from.len() {
        found |= table.renamed_from[i].eq_ignore_ascii_case(name);
        i += 1;
    }
    found
}

#[track_caller]
const fn lost(from: &str, to: &str) -> ! {
    ConstString::new("the pair from `")
        .add(from)
        .add("` to `")
        .add(to)
        .add("` is in kuzu-schema.lock, but is not declared\nhelp: restore it: `from = ")
        .add(from)
        .add(", to = ")
        .add(to)
        .add("`\nhelp: or archive its rels: `#[kuzu(dropped_pair(from = \"")
        .add(from)
        .add("\", to = \"")
        .add(to)
        .add("\"))]")
        .panic()
}
