//! TODO-DOC migrate::planning::notes

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::Inspection;
use kuzu_ddl_core::diff::Note;
use kuzu_ddl_core::fold::{Fold, owned};
use kuzu_ddl_core::schema::Key;

pub(in crate::migrate) fn sentences(mut notes: Vec<Note>) -> Vec<String> {
    notes.sort();
    notes.dedup();
    notes.iter().map(ToString::to_string).collect()
}

pub(in crate::migrate) fn notes_of(found: &Inspection) -> Vec<Note> {
    let attached = found.attached.iter().map(|a| Note::Attached {
        object: a.name.clone(),
    });
    let unreadable = found.notes.iter().map(|note| Note::Unreadable {
        object: note.object.clone(),
        reason: note.reason.clone(),
    });
    let version = found.version.as_ref().filter(|is| *is != found.can.version);
    let version = version.map(|is| Note::OtherVersion {
        object: is.clone(),
        tried: found.can.to_string(),
    });
    attached.chain(unreadable).chain(version).collect()
}

pub(in crate::migrate) fn foreign(found: &Inspection, after: &Fold) -> Vec<Note> {
    let owned: BTreeSet<Key> = owned(after).into_keys().collect();
    let before = |key: &Key| after.holders(None, key).next().is_some();
    let tables = found.schema.tables.iter();
    tables
        .filter(|(key, _)| !owned.contains(key) && !before(key))
        .map(|(_, table)| Note::Foreign {
            object: table.name.clone(),
        })
        .collect()
}
