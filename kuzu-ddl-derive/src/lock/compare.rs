//! Compares a struct with its table in the lock file.
//!
//! Differences that the tokens show are errors here. Those that depend on types become constants in
//! `expand::lock`.

use super::file::{FILE, LockFile};
use super::parse::{Lock, LockedKind, LockedProperty, LockedTable};
use crate::ast::{Field, Table, TableKind};
use crate::error::Errors;
use crate::syntax::name::{fold, is_same_name};

/// A struct and its table in the lock file.
pub(crate) struct Comparison<'a> {
    /// For each field of the struct, the locked property that it was.
    pub(crate) former: Vec<Option<&'a LockedProperty>>,
    /// Locked properties that are neither in the struct nor marked as dropped.
    pub(crate) removed: Vec<&'a LockedProperty>,
    /// The locked pairs, by the names of their endpoints.
    pub(crate) pairs: &'a [(String, String)],
}

/// Compares `table` with the lock file and reports the differences that the tokens show.
///
/// Returns `None` if the table is new, or after other errors: a declaration that an error hides
/// does not count as removed.
pub(crate) fn compare<'a>(
    errors: &Errors,
    table: &Table<'_>,
    file: &'a LockFile,
) -> Option<Comparison<'a>> {
    let lock = match &*file.content {
        Ok(lock) => lock,
        Err(reason) => {
            if file.is_representative {
                let message = format!(
                    "{FILE}: {reason}\n\
                     help: correct the file, or restore it: `git checkout -- {FILE}`"
                );
                errors.report(table.ident.span(), message);
            }
            return None;
        }
    };
    let locked = find_table(lock, table).filter(|_| errors.is_empty())?;
    let former = former_properties(table, locked);
    match (&locked.kind, table.kind) {
        (LockedKind::Node { key }, TableKind::Node) => check_key(errors, table, key, &former),
        (LockedKind::Edge { multiplicity }, TableKind::Edge) => {
            check_multiplicity(errors, table, multiplicity);
        }
        (kind, _) => report_kind(errors, table, kind),
    }
    Some(Comparison {
        removed: removed_properties(table, locked, &former),
        former,
        pairs: &locked.pairs,
    })
}

/// Returns the table in the lock file: by a former name, unless the lock file already records that
/// rename.
fn find_table<'a>(lock: &'a Lock, table: &Table<'_>) -> Option<&'a LockedTable> {
    let name = &table.name.value;
    let get = |name: &str| lock.tables.get(&fold(name));
    let current = get(name);
    let is_recorded = |old: &str| {
        current.is_some_and(|table| table.former_names.iter().any(|was| is_same_name(was, old)))
    };
    let mut former = table.attrs.renamed_from.iter().map(|old| &old.value);
    former
        .find(|old| !is_same_name(old, name) && get(old).is_some() && !is_recorded(old))
        .and_then(|old| get(old))
        .or(current)
}

/// Returns the locked property of each field: renamed fields first, then those with the same name.
fn former_properties<'a>(
    table: &Table<'_>,
    locked: &'a LockedTable,
) -> Vec<Option<&'a LockedProperty>> {
    let get = |name: &str| {
        locked
            .properties
            .iter()
            .find(|p| is_same_name(&p.name, name))
    };
    let mut claimed: Vec<&LockedProperty> = Vec::new();
    let mut claim = |property: &'a LockedProperty| {
        let is_free = !claimed.iter().any(|other| std::ptr::eq(*other, property));
        claimed.push(property);
        is_free.then_some(property)
    };
    let renamed = |field: &Field<'_>| {
        let name = &field.name.value;
        let recorded = get(name).map_or(&[][..], |current| &current.former_names);
        let is_recorded = |old: &str| recorded.iter().any(|was| is_same_name(was, old));
        let former = field.attrs.renamed_from.iter().map(|old| &old.value);
        let mut pending = former.filter(|old| !is_same_name(old, name) && !is_recorded(old));
        pending.find_map(|old| get(old))
    };
    let fields = &table.fields;
    let mut former: Vec<_> = fields
        .iter()
        .map(|field| renamed(field).and_then(&mut claim))
        .collect();
    for (field, slot) in fields.iter().zip(&mut former) {
        if slot.is_none() {
            *slot = get(&field.name.value).and_then(&mut claim);
        }
    }
    former
}

fn removed_properties<'a>(
    table: &Table<'_>,
    locked: &'a LockedTable,
    former: &[Option<&LockedProperty>],
) -> Vec<&'a LockedProperty> {
    let is_removed = |property: &&LockedProperty| {
        let is_claimed = former
            .iter()
            .flatten()
            .any(|claimed| std::ptr::eq(*claimed, *property));
        let mut dropped = table.attrs.dropped.iter();
        !is_claimed && !dropped.any(|name| is_same_name(&name.value, &property.name))
    };
    locked.properties.iter().filter(is_removed).collect()
}

fn check_key(errors: &Errors, table: &Table<'_>, was: &str, former: &[Option<&LockedProperty>]) {
    let fields = table.fields.iter().zip(former);
    let Some((field, former)) = fields
        .into_iter()
        .find(|(field, _)| field.attrs.primary_key.is_some())
    else {
        return;
    };
    let is_declared = table
        .attrs
        .key_changed_from
        .iter()
        .any(|old| is_same_name(&old.value, was));
    if is_declared || former.is_some_and(|former| is_same_name(&former.name, was)) {
        return;
    }
    let is = &field.name.value;
    errors.report(
        field.attrs.primary_key.unwrap_or(field.name.span),
        format!(
            "the primary key changed from `{was}` to `{is}`: the table and its rels are rebuilt row \
             by row; if `{is}` is NULL or not unique, the migration fails and changes nothing\n\
             help: if this is intended, add to the struct: `#[kuzu(key_changed_from = {was:?})]`"
        ),
    );
}

fn check_multiplicity(errors: &Errors, table: &Table<'_>, was: &str) {
    let declared = table.attrs.multiplicity;
    let is = declared.map_or("many_many", |declared| declared.value.name);
    let mut former = table.attrs.multiplicity_changed_from.iter();
    if is == was || former.any(|former| former.name == was) {
        return;
    }
    let (many_from, many_to) = (is.ends_with("_many"), is.starts_with("many_"));
    let is_restricted =
        (was.ends_with("_many") && !many_from) || (was.starts_with("many_") && !many_to);
    let may_fail = if is_restricted {
        format!(
            "; if a node has more rels than {is:?} allows, the migration fails and changes nothing"
        )
    } else {
        String::new()
    };
    errors.report(
        declared.map_or(table.ident.span(), |declared| declared.span),
        format!(
            "the multiplicity changed from {was:?} to {is:?}: the table is rebuilt rel by \
             rel{may_fail}\n\
             help: if this is intended, add to the struct: \
             `#[kuzu(multiplicity_changed_from = {was:?})]`"
        ),
    );
}

fn report_kind(errors: &Errors, table: &Table<'_>, was: &LockedKind) {
    let (was, is) = match was {
        LockedKind::Node { .. } => ("node", "rel"),
        LockedKind::Edge { .. } => ("rel", "node"),
    };
    let name = &table.name.value;
    errors.report(
        table.ident.span(),
        format!(
            "`{name}` changed from a {was} table to a {is} table: Kùzu cannot convert it\n\
             help: choose another name for the new table: `#[kuzu(name = \"…\")]`\n\
             help: and mark the old table as dropped: `kuzu_ddl::dropped_table!({name:?});`"
        ),
    );
}
