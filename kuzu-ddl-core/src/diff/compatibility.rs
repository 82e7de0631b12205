//! Compatibility of a declaration with the state: whether everything declared exists as declared.

use std::collections::BTreeSet;

use super::incompatibility::{Incompatibility, IncompatibilityKind};
use crate::declared::Declared;
use crate::event::ObjectId;
use crate::fold::{Fold, Lifecycle, Object};
use crate::schema::{NameKey, Pair, Property, Table, TableKind, Type};

/// Returns what `declared` requires and `fold` does not have: the check that lets an older binary
/// open a newer database, or stops it. Differences in comments, defaults and nullability do not
/// stop it.
#[must_use]
pub fn check_compatibility(
    declared: &Declared,
    ancestor: Option<&Declared>,
    fold: &Fold,
) -> Vec<Incompatibility> {
    let mut refusals = Vec::new();
    for (key, table) in &declared.schema.tables {
        let origin = declared
            .tables
            .get(key)
            .map(|h| h.origin.clone())
            .unwrap_or_default();
        let mut refuse = |object: String, reason| {
            refusals.push(Incompatibility {
                object,
                origin: origin.clone(),
                kind: reason,
            });
        };
        let Some(object) = fold.find(None, key) else {
            let empty = BTreeSet::new();
            let reason = explain_missing(fold, ancestor, None, key, true, &empty);
            refuse(
                table.name.clone(),
                reason.unwrap_or(IncompatibilityKind::Missing),
            );
            continue;
        };
        let Some(is) = fold.table(object) else {
            continue;
        };
        let last = ancestor.and_then(|a| a.schema.tables.get(key));
        compare_tables(table, &is, last, &mut refuse);
        let present_name = |key: &NameKey| present_name(fold, ancestor, key);
        for pair in missing_pairs(&table.kind, &is.kind, present_name) {
            let spelled = |key: &NameKey| {
                let table = declared.schema.tables.get(key);
                table.map_or_else(|| key.to_string(), |table| table.name.clone())
            };
            let ends = format!("{} -> {}", spelled(&pair.from), spelled(&pair.to));
            let former = fold.children(object.id).filter(|child| {
                !child.is_live() && fold.pair(child).is_some_and(|found| found == *pair)
            });
            let lifecycles: Vec<Lifecycle> = former.map(|pair| pair.lifecycle.value).collect();
            let is_purged = |life: &Lifecycle| matches!(life, Lifecycle::Purged(_));
            let kind = match &lifecycles[..] {
                [] => IncompatibilityKind::Missing,
                all if all.iter().all(is_purged) => IncompatibilityKind::Purged,
                _ => IncompatibilityKind::Dropped,
            };
            refuse(format!("{}({ends})", table.name), kind);
        }
        for (name, property) in &table.properties {
            let path = format!("{}.{}", table.name, property.name);
            match is.properties.get(name) {
                Some(is) => {
                    let last = last.and_then(|t| t.properties.get(name));
                    let had = fold.find(Some(object.id), name);
                    let had = had.is_some_and(|object| has_values_of(object, &property.ty));
                    compare_properties((&path, had), property, is, last, &mut refuse);
                }
                None => {
                    let empty = BTreeSet::new();
                    let parent = Some((key, object.id));
                    let reason = explain_missing(fold, ancestor, parent, name, true, &empty);
                    refuse(path, reason.unwrap_or(IncompatibilityKind::Missing));
                }
            }
        }
    }
    refusals
}

fn compare_tables(
    declared: &Table,
    is: &Table,
    last: Option<&Table>,
    refuse: &mut impl FnMut(String, IncompatibilityKind),
) {
    let name = || declared.name.clone();
    match (&declared.kind, &is.kind) {
        (
            TableKind::Node {
                primary_key: desired,
            },
            TableKind::Node { primary_key: found },
        ) => {
            if desired != found {
                let changed = !matches!(last.map(|t| &t.kind),
                    Some(TableKind::Node { primary_key }) if primary_key == desired);
                let spelled = |table: &Table, key: &NameKey| {
                    let property = table.properties.get(key);
                    property.map_or_else(|| key.to_string(), |property| property.name.clone())
                };
                let (desired, found) = (spelled(declared, desired), spelled(is, found));
                refuse(
                    name(),
                    push_difference(changed, "primary key", &desired, &found),
                );
            }
        }
        (
            TableKind::Edge {
                multiplicity: Some(desired),
                storage: desired_storage,
                ..
            },
            TableKind::Edge {
                multiplicity,
                storage,
                ..
            },
        ) => {
            let before = last.map(|t| &t.kind);
            if let Some(found) = multiplicity.filter(|found| found != desired) {
                let changed = !matches!(before,
                    Some(TableKind::Edge { multiplicity: Some(m), .. }) if m == desired);
                refuse(
                    name(),
                    push_difference(changed, "multiplicity", desired, &found),
                );
            }
            if storage != desired_storage {
                let changed = !matches!(before,
                    Some(TableKind::Edge { storage: s, .. }) if s == desired_storage);
                let (desired, found) = (desired_storage.as_str(), storage.as_str());
                refuse(
                    name(),
                    push_difference(changed, "storage direction", &desired, &found),
                );
            }
        }
        (TableKind::Edge { .. }, TableKind::Edge { .. }) => {}
        _ => refuse(
            name(),
            IncompatibilityKind::KindMismatch {
                is: is.kind.as_str().to_owned(),
            },
        ),
    }
}

/// Returns the declared pairs that do not exist under the present names of their node tables.
fn missing_pairs<'d>(
    declared: &'d TableKind,
    is: &TableKind,
    present_name: impl Fn(&NameKey) -> NameKey,
) -> Vec<&'d Pair> {
    let (TableKind::Edge { pairs, .. }, TableKind::Edge { pairs: found, .. }) = (declared, is)
    else {
        return Vec::new();
    };
    let is_missing = |pair: &&Pair| {
        let present = Pair {
            from: present_name(&pair.from),
            to: present_name(&pair.to),
        };
        !found.contains(&present)
    };
    pairs.iter().filter(is_missing).collect()
}

/// Returns the present name of a declared table: another one if it was renamed since, which is
/// reported for the table itself.
fn present_name(fold: &Fold, ancestor: Option<&Declared>, key: &NameKey) -> NameKey {
    if fold.find(None, key).is_some() {
        return key.clone();
    }
    let nothing = BTreeSet::new();
    match explain_missing(fold, ancestor, None, key, true, &nothing) {
        Some(IncompatibilityKind::Renamed { to }) => NameKey::new(&to),
        _ => key.clone(),
    }
}

/// Returns whether the values that a property had with this type are archived.
fn has_values_of(property: &Object, ty: &Type) -> bool {
    let mut archives = property.archived_columns.iter();
    archives.any(|archive| !archive.purged && archive.ty == *ty)
}

fn compare_properties(
    (path, had): (&str, bool),
    declared: &Property,
    is: &Property,
    last: Option<&Property>,
    refuse: &mut impl FnMut(String, IncompatibilityKind),
) {
    if declared.ty != is.ty {
        let changed = last.is_none_or(|last| last.ty != declared.ty);
        let mut reason = push_difference(changed, "type", &declared.ty, &is.ty);
        if let IncompatibilityKind::Changed { restorable, .. } = &mut reason {
            *restorable = had;
        }
        refuse(path.to_owned(), reason);
        return;
    }
    // These two matter only when this very declaration changes them.
    let Some(last) = last else { return };
    if declared.default != is.default && declared.default != last.default {
        let text = |p: &Property| p.default_cypher().unwrap_or_else(|| "none".into());
        refuse(
            path.to_owned(),
            push_difference(true, "default", &text(declared), &text(is)),
        );
    }
    if declared.nullable != is.nullable && declared.nullable != last.nullable {
        let label = |p: &Property| if p.nullable { "nullable" } else { "required" };
        refuse(
            path.to_owned(),
            push_difference(true, "nullability", &label(declared), &label(is)),
        );
    }
}

/// Returns the declared properties that get another default, or become required, against the
/// declaration. Either rewrites the column, and the application writes rows that it did not expect.
#[must_use]
pub fn find_tightened(declared: &Declared, before: &Fold, after: &Fold) -> Vec<Incompatibility> {
    let mut found = Vec::new();
    for (key, table) in &declared.schema.tables {
        let tables = before.find(None, key).zip(after.find(None, key));
        let Some((was_in, is_in)) = tables.filter(|(was, is)| was.id == is.id) else {
            continue;
        };
        for (name, property) in &table.properties {
            let present = |fold: &Fold, parent| fold.property(fold.find(Some(parent), name)?);
            let pair = present(before, was_in.id).zip(present(after, is_in.id));
            let Some((was, is)) = pair else { continue };
            let text = |p: &Property| p.default_cypher().unwrap_or_else(|| "none".into());
            let required = |p: &Property| if p.nullable { "nullable" } else { "required" };
            let kind = if was.default != is.default && is.default != property.default {
                push_difference(false, "default", &text(property), &text(&is))
            } else if was.nullable && !is.nullable && property.nullable {
                push_difference(false, "nullability", &required(property), &required(&is))
            } else {
                continue;
            };
            found.push(Incompatibility {
                object: format!("{}.{}", table.name, property.name),
                origin: declared
                    .tables
                    .get(key)
                    .map(|hints| hints.origin.clone())
                    .unwrap_or_default(),
                kind,
            });
        }
    }
    found
}

fn push_difference(
    changed: bool,
    aspect: &str,
    declared: &dyn std::fmt::Display,
    is: &dyn std::fmt::Display,
) -> IncompatibilityKind {
    let (aspect, declared, is) = (aspect.to_owned(), declared.to_string(), is.to_string());
    if changed {
        IncompatibilityKind::Unsupported {
            aspect,
            from: is,
            to: declared,
        }
    } else {
        IncompatibilityKind::Changed {
            aspect,
            declared,
            is,
            restorable: false,
        }
    }
}

/// Returns why a declared name is missing, if that indicates an older binary; `None` if the name is
/// simply new.
///
/// `was_declared` is whether the last declaration had the name; `claimed` holds the objects that are
/// declared under their present names, so that their former names are free for new objects.
pub(super) fn explain_missing(
    fold: &Fold,
    ancestor: Option<&Declared>,
    table: Option<(&NameKey, ObjectId)>,
    name: &NameKey,
    was_declared: bool,
    claimed: &BTreeSet<ObjectId>,
) -> Option<IncompatibilityKind> {
    let parent = table.map(|(_, id)| id);
    let renamed = fold
        .objects_ever_named(parent, name)
        .filter(|object| object.is_live() && NameKey::new(&object.name.value) != *name)
        .find(|object| !claimed.contains(&object.id));
    if let Some(object) = renamed {
        return Some(IncompatibilityKind::Renamed {
            to: object.name.value.clone(),
        });
    }
    if let Some(to) = ancestor.and_then(|a| renamed_in_source(a, table.map(|(key, _)| key), name)) {
        let present = fold.find(parent, &NameKey::new(&to));
        if present.is_some_and(|object| !claimed.contains(&object.id)) {
            return Some(IncompatibilityKind::Renamed { to });
        }
    }
    let tombstone = ancestor.is_some_and(|a| match table {
        Some((key, _)) => a.tables.get(key).is_some_and(|h| h.dropped.contains(name)),
        None => a.dropped_tables.contains_key(name),
    });
    let removed = || {
        fold.objects_ever_named(parent, name)
            .filter(|object| !object.is_live())
    };
    if tombstone || (was_declared && removed().next().is_some()) {
        let purged = |object: &Object| matches!(object.lifecycle.value, Lifecycle::Purged(_));
        let all_purged = removed().next().is_some() && removed().all(purged);
        return Some(if all_purged {
            IncompatibilityKind::Purged
        } else {
            IncompatibilityKind::Dropped
        });
    }
    was_declared.then_some(IncompatibilityKind::Missing)
}

/// Returns the present name of what was called `name`, according to the hints of an earlier
/// declaration.
fn renamed_in_source(
    ancestor: &Declared,
    table: Option<&NameKey>,
    name: &NameKey,
) -> Option<String> {
    let is_former =
        |former_names: &[String]| former_names.iter().any(|old| NameKey::new(old) == *name);
    match table {
        None => {
            let (key, _) = ancestor
                .tables
                .iter()
                .find(|(_, hints)| is_former(&hints.renamed_from))?;
            ancestor.schema.tables.get(key).map(|t| t.name.clone())
        }
        Some(table) => {
            let hints = ancestor.tables.get(table)?;
            let (key, _) = hints
                .property_renames
                .iter()
                .find(|(_, former_names)| is_former(former_names))?;
            let table = ancestor.schema.tables.get(table)?;
            table.properties.get(key).map(|p| p.name.clone())
        }
    }
}
