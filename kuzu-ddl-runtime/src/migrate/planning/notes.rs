//! Notes about what inspection skipped, and about unmanaged tables.

use std::collections::BTreeSet;

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{DiffOptions, Note, diff};
use kuzu_ddl_core::fold::{Fold, managed_tables};
use kuzu_ddl_core::plan::{
    archived_default_notes, archived_rel_tables, count_noun, restored_pair_notes,
};
use kuzu_ddl_core::schema::NameKey;
use kuzu_ddl_core::schema::name::quote;

use super::inputs::PreparedMigration;
use crate::engine::{EngineError, Session};

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

/// Returns notes about what the objects that a plan archives hold on to. Counts the rels.
pub(in crate::migrate) fn archive_notes(
    session: &dyn Session,
    prepared: &PreparedMigration,
) -> Result<Vec<String>, EngineError> {
    let (before, after) = (&prepared.before, &prepared.after);
    let mut notes = archived_default_notes(before, after, &prepared.plan.steps);
    notes.extend(restored_pair_notes(before, after, &prepared.found.schema));
    for (object, live) in archived_rel_tables(before, after) {
        if prepared.found.schema.table(&live).is_none() {
            continue;
        }
        let query = format!("MATCH ()-[r:{}]->() RETURN count(*)", quote(&live));
        let rows = session.query(&query)?;
        let count = rows.first().and_then(|row| row.first()?.int());
        let count = count.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        if count > 0 {
            let rels = count_noun(count, "rel", "rels");
            notes.push(Note::ArchivedRels { object, rels });
        }
    }
    Ok(render_notes(notes))
}

/// Adds the notes about everything that is not declared and is kept, as far as they are missing.
pub(in crate::migrate) fn add_undeclared(prepared: &mut PreparedMigration, declared: &Declared) {
    let (fold, options) = (prepared.after.clone(), DiffOptions::default());
    let Ok(found) = diff(declared, Some(declared), fold, &options) else {
        return;
    };
    let mut notes = found.notes;
    notes.retain(|note| matches!(note, Note::Undeclared { .. } | Note::Restored { .. }));
    for note in render_notes(notes) {
        if !prepared.plan.notes.contains(&note) {
            prepared.plan.notes.push(note);
        }
    }
}

/// Returns notes about tables that no event created. `states` are the states before and after the
/// plan: the catalog was read before it, and names change.
pub(in crate::migrate) fn unmanaged_notes(
    found: &CatalogSnapshot,
    states: [&Fold; 2],
) -> Vec<Note> {
    let managed: BTreeSet<NameKey> = states
        .into_iter()
        .flat_map(|state| managed_tables(state).into_keys())
        .collect();
    let [_, after] = states;
    let before = |key: &NameKey| after.objects_ever_named(None, key).next().is_some();
    let tables = found.schema.tables.iter();
    tables
        .filter(|(key, _)| !managed.contains(key) && !before(key))
        .map(|(_, table)| Note::Unmanaged {
            object: table.name.clone(),
        })
        .collect()
}
