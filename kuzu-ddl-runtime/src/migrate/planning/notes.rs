//! Notes about what inspection skipped, and about unmanaged tables.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::diff::Note;
use kuzu_ddl_core::fold::{Fold, managed_tables};
use kuzu_ddl_core::schema::NameKey;

pub(in crate::migrate) fn render_notes(mut notes: Vec<Note>) -> Vec<String> {
    notes.sort();
    notes.dedup();
    notes.iter().map(ToString::to_string).collect()
}

pub(in crate::migrate) fn snapshot_notes(found: &CatalogSnapshot) -> Vec<Note> {
    let attached = found.attached.iter().map(|a| Note::Attached {
        object: a.name.clone(),
    });
    let unreadable = found.skipped.iter().map(|note| Note::Unreadable {
        object: note.object.clone(),
        reason: note.reason.clone(),
    });
    let version = found
        .version
        .as_ref()
        .filter(|version| *version != found.capabilities.version);
    let version = version.map(|version| Note::UntestedEngineVersion {
        object: version.clone(),
        tested: found.capabilities.to_string(),
    });
    attached.chain(unreadable).chain(version).collect()
}

pub(in crate::migrate) fn unmanaged_notes(found: &CatalogSnapshot, after: &Fold) -> Vec<Note> {
    let managed: BTreeSet<NameKey> = managed_tables(after).into_keys().collect();
    let before = |key: &NameKey| after.objects_ever_named(None, key).next().is_some();
    let tables = found.schema.tables.iter();
    tables
        .filter(|(key, _)| !managed.contains(key) && !before(key))
        .map(|(_, table)| Note::Unmanaged {
            object: table.name.clone(),
        })
        .collect()
}
