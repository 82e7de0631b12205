//! Compatibility of a declaration with the state: whether everything declared exists as declared.

use std::collections::BTreeSet;

use super::incompatibility::{Reason, Refusal};
use crate::declared::Declared;
use crate::event::ObjectId;
use crate::fold::{Fold, Life, Object};
use crate::schema::{Key, Property, Table, TableKind, Type};

/// Returns what `declared` requires and `fold` does not have: the check that lets an older binary
/// open a newer database, or stops it. Differences in comments, defaults and nullability do not
/// stop it.
#[must_use]
pub fn compatible(declared: &Declared, ancestor: Option<&Declared>, fold: &Fold) -> Vec<Refusal> {
    let mut refusals = Vec::new();
    for (key, table) in &declared.schema.tables {
        let origin = declared
            .tables
            .get(key)
            .map(|h| h.origin.clone())
            .unwrap_or_default();
        let mut refuse = |object: String, reason| {
            refusals.push(Refusal {
                object,
                origin: origin.clone(),
                reason,
            });
        };
        let Some(object) = fold.find(None, key) else {
            let nobody = BTreeSet::new();
            let reason = explain(fold, ancestor, None, key, true, &nobody);
            refuse(table.name.clone(), reason.unwrap_or(Reason::Gone));
            continue;
        };
        let Some(is) = fold.table(object) else {
            continue;
        };
        let last = ancestor.and_then(|a| a.schema.tables.get(key));
        compare_tables(table, &is, last, &mut refuse);
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
                    let nobody = BTreeSet::new();
                    let parent = Some((key, object.id));
                    let reason = explain(fold, ancestor, parent, name, true, &nobody);
                    refuse(path, reason.unwrap_or(Reason::Gone));
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
    refuse: &mut impl FnMut(String, Reason),
) {
    let name = || declared.name.clone();
    match (&declared.kind, &is.kind) {
        (
            TableKind::Node {
                primary_key: wanted,
            },
            TableKind::Node { primary_key: found },
        ) => {
            if wanted != found {
                let changed = !matches!(last.map(|t| &t.kind),
                    Some(TableKind::Node { primary_key }) if primary_key == wanted);
                refuse(name(), differs(changed, "primary key", wanted, found));
            }
        }
        (
            TableKind::Edge {
                pairs,
                multiplicity: Some(wanted),
                storage: wanted_storage,
            },
            TableKind::Edge {
                pairs: found_pairs,
                multiplicity,
                storage,
            },
        ) => {
            let before = last.map(|t| &t.kind);
            if let Some(found) = multiplicity.filter(|found| found != wanted) {
                let changed = !matches!(before,
                    Some(TableKind::Edge { multiplicity: Some(m), .. }) if m == wanted);
                refuse(name(), differs(changed, "multiplicity", wanted, &found));
            }
            if storage != wanted_storage {
                let changed = !matches!(before,
                    Some(TableKind::Edge { storage: s, .. }) if s == wanted_storage);
                let (wanted, found) = (wanted_storage.word(), storage.word());
                refuse(
                    name(),
                    differs(changed, "storage direction", &wanted, &found),
                );
            }
            for pair in pairs.difference(found_pairs) {
                refuse(
                    format!("{}({} -> {})", declared.name, pair.from, pair.to),
                    Reason::Gone,
                );
            }
        }
        (TableKind::Edge { .. }, TableKind::Edge { .. }) => {}
        _ => refuse(
            name(),
            Reason::OtherKind {
                is: is.kind.words().to_owned(),
            },
        ),
    }
}

/// Returns whether the values that a property had with this type are archived.
fn has_values_of(property: &Object, ty: &Type) -> bool {
    let mut archives = property.archives.iter();
    archives.any(|archive| !archive.purged && archive.ty == *ty)
}

fn compare_properties(
    (path, had): (&str, bool),
    declared: &Property,
    is: &Property,
    last: Option<&Property>,
    refuse: &mut impl FnMut(String, Reason),
) {
    if declared.ty != is.ty {
        let changed = last.is_none_or(|last| last.ty != declared.ty);
        let mut reason = differs(changed, "type", &declared.ty, &is.ty);
        if let Reason::Differs { restorable, .. } = &mut reason {
            *restorable = had;
        }
        refuse(path.to_owned(), reason);
        return;
    }
    // These two matter only when this very declaration changes them.
    let Some(last) = last else { return };
    if declared.default != is.default && declared.default != last.default {
        let text = |p: &Property| p.default_text().unwrap_or_else(|| "none".into());
        refuse(
            path.to_owned(),
            differs(true, "default", &text(declared), &text(is)),
        );
    }
    if declared.nullable != is.nullable && declared.nullable != last.nullable {
        let word = |p: &Property| if p.nullable { "nullable" } else { "required" };
        refuse(
            path.to_owned(),
            differs(true, "nullability", &word(declared), &word(is)),
        );
    }
}

fn differs(
    changed: bool,
    what: &str,
    declared: &dyn std::fmt::Display,
    is: &dyn std::fmt::Display,
) -> Reason {
    let (what, declared, is) = (what.to_owned(), declared.to_string(), is.to_string());
    if changed {
        Reason::Unsupported {
            what,
            from: is,
            to: declared,
        }
    } else {
        Reason::Differs {
            what,
            declared,
            is,
            restorable: false,
        }
    }
}

/// Returns why a declared name is missing, if that indicates an older binary; `None` if the name is
/// simply new.
///
/// `known` is whether the last declaration had the name; `claimed` holds the objects that are
/// declared under their present names, so that their former names are free for new objects.
pub(super) fn explain(
    fold: &Fold,
    ancestor: Option<&Declared>,
    table: Option<(&Key, ObjectId)>,
    name: &Key,
    known: bool,
    claimed: &BTreeSet<ObjectId>,
) -> Option<Reason> {
    let parent = table.map(|(_, id)| id);
    let renamed = fold
        .holders(parent, name)
        .filter(|object| object.is_live() && Key::new(&object.name.value) != *name)
        .find(|object| !claimed.contains(&object.id));
    if let Some(object) = renamed {
        return Some(Reason::Renamed {
            to: object.name.value.clone(),
        });
    }
    if let Some(to) = ancestor.and_then(|a| renamed_in_source(a, table.map(|(key, _)| key), name)) {
        let present = fold.find(parent, &Key::new(&to));
        if present.is_some_and(|object| !claimed.contains(&object.id)) {
            return Some(Reason::Renamed { to });
        }
    }
    let tombstone = ancestor.is_some_and(|a| match table {
        Some((key, _)) => a.tables.get(key).is_some_and(|h| h.dropped.contains(name)),
        None => a.dropped_tables.contains_key(name),
    });
    let gone = || {
        fold.holders(parent, name)
            .filter(|object| !object.is_live())
    };
    if tombstone || (known && gone().next().is_some()) {
        let purged = |object: &Object| matches!(object.life.value, Life::Purged(_));
        let all_purged = gone().next().is_some() && gone().all(purged);
        return Some(if all_purged {
            Reason::Purged
        } else {
            Reason::Dropped
        });
    }
    known.then_some(Reason::Gone)
}

/// Returns the present name of what was called `name`, according to the hints of an earlier
/// declaration.
fn renamed_in_source(ancestor: &Declared, table: Option<&Key>, name: &Key) -> Option<String> {
    let was = |olds: &[String]| olds.iter().any(|old| Key::new(old) == *name);
    match table {
        None => {
            let (key, _) = ancestor
                .tables
                .iter()
                .find(|(_, hints)| was(&hints.renamed_from))?;
            ancestor.schema.tables.get(key).map(|t| t.name.clone())
        }
        Some(table) => {
            let hints = ancestor.tables.get(table)?;
            let (key, _) = hints.properties.iter().find(|(_, olds)| was(olds))?;
            let table = ancestor.schema.tables.get(table)?;
            table.properties.get(key).map(|p| p.name.clone())
        }
    }
}
