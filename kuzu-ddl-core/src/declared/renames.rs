//! Rename hints and tombstones: rules about former names.

use std::collections::{BTreeMap, BTreeSet};

use super::error::{Issue, IssueKind, location_of};
use super::model::Declared;
use crate::describe::{SourceLocation, TableDesc};
use crate::schema::{NameKey, name};

/// The current name of an object, with its former names.
pub(super) struct RenameHint {
    pub(super) name: &'static str,
    pub(super) earlier: &'static [&'static str],
    pub(super) location: SourceLocation,
}

/// Reports a rename from the current name, a rename from the name of an object that was not renamed
/// itself, and two renames from one name. Calls `report` with the location of each issue.
pub(super) fn renamed(
    all: impl Iterator<Item = RenameHint> + Clone,
    mut report: impl FnMut(SourceLocation, IssueKind),
) {
    // Every startup runs this for every table, and hardly any was renamed.
    if all.clone().all(|object| object.earlier.is_empty()) {
        return;
    }
    let stayed: BTreeSet<NameKey> = all
        .clone()
        .filter(|object| object.earlier.is_empty())
        .map(|object| NameKey::new(object.name))
        .collect();
    let mut claims: BTreeMap<NameKey, (&'static str, SourceLocation)> = BTreeMap::new();
    for RenameHint {
        name,
        earlier,
        location,
    } in all
    {
        for old in earlier {
            if *old == name {
                report(location, IssueKind::RenamedFromItself(name.to_owned()));
                continue;
            }
            if stayed.contains(&NameKey::new(old)) {
                let (name, old) = (name.to_owned(), (*old).to_owned());
                report(location, IssueKind::RenamedFromExisting { name, old });
                continue;
            }
            match claims.insert(NameKey::new(old), (name, location)) {
                // A repeated hint on one object is harmless.
                Some((other_name, other)) if other_name != name => report(
                    location,
                    IssueKind::RenamedTwice {
                        name: name.to_owned(),
                        old: (*old).to_owned(),
                        other_name: other_name.to_owned(),
                        other,
                    },
                ),
                _ => {}
            }
        }
    }
}

/// Checks the rename hints of tables with [`renamed`], and that former names are legal.
pub(super) fn renamed_tables(descs: &[&'static TableDesc], mistakes: &mut Vec<Issue>) {
    for desc in descs {
        for old in desc.renamed_from {
            if let Err(error) = name::check_table(old) {
                mistakes.push(Issue {
                    location: location_of(desc),
                    table: desc.name.to_owned(),
                    kind: error.into(),
                });
            }
        }
    }
    let all = descs.iter().map(|desc| RenameHint {
        name: desc.name,
        earlier: desc.renamed_from,
        location: location_of(desc),
    });
    let mut found = Vec::new();
    renamed(all, |location, kind| found.push((location, kind)));
    mistakes.extend(found.into_iter().map(|(location, kind)| {
        let table = match &kind {
            IssueKind::RenamedTwice { name, .. }
            | IssueKind::RenamedFromExisting { name, .. }
            | IssueKind::RenamedFromItself(name) => name.clone(),
            _ => String::new(),
        };
        Issue {
            location,
            table,
            kind,
        }
    }));
}

/// Adds the tombstone of a table.
pub(super) fn add_tombstone(
    declared: &mut Declared,
    name: &str,
    location: SourceLocation,
    mistakes: &mut Vec<Issue>,
) {
    let key = NameKey::new(name);
    let heir = declared
        .tables
        .iter()
        .find(|(_, hints)| {
            hints
                .renamed_from
                .iter()
                .any(|old| NameKey::new(old) == key)
        })
        .map(|(heir, _)| heir);
    // A declared table that was renamed may take the name of a dropped one.
    let is_renamed = declared
        .tables
        .get(&key)
        .is_some_and(|hints| !hints.renamed_from.is_empty());
    let kind = if let Err(error) = name::check_table(name) {
        error.into()
    } else if let Some(table) = declared.schema.tables.get(&key).filter(|_| !is_renamed) {
        IssueKind::DroppedButDeclared(table.name.clone())
    } else if let Some(heir) = heir {
        let heir = declared
            .schema
            .tables
            .get(heir)
            .map_or_else(String::new, |table| table.name.clone());
        IssueKind::DroppedButRenamed {
            old: name.to_owned(),
            name: heir,
        }
    } else {
        declared.dropped_tables.insert(key, name.to_owned());
        return;
    };
    mistakes.push(Issue {
        location,
        table: name.to_owned(),
        kind,
    });
}
