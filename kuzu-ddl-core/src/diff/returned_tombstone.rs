//! Tombstones of objects that were restored since.

use super::note::Note;
use crate::declared::Declared;
use crate::event::{Change, ObjectId};
use crate::fold::{Fold, Object, object_path};
use crate::schema::NameKey;

/// Returns notes about tables and properties that have a tombstone in `declared`, a declaration that
/// was applied before, and were restored since. Such a tombstone has no effect: a program that still
/// has it must not undo the restore.
#[must_use]
pub fn restored_notes(declared: &Declared, fold: &Fold) -> Vec<Note> {
    let is_restored = |object: &Object| {
        let mut heads = object.lifecycle.heads.iter();
        heads.any(|id| {
            let change = fold.event(*id).map(|event| event.change());
            matches!(
                change,
                Some(Change::RestoreTable | Change::RestoreProperty | Change::RestorePair)
            )
        })
    };
    let restored = |parent: Option<ObjectId>, name: &NameKey| {
        let object = fold.find(parent, name)?;
        is_restored(object).then(|| object.name.value.clone())
    };
    let tables = declared.dropped_tables.keys();
    let mut notes: Vec<Note> = tables
        .filter_map(|name| restored(None, name))
        .map(|object| Note::Restored { object })
        .collect();
    for (key, hints) in &declared.tables {
        let Some(table) = fold.find(None, key) else {
            continue;
        };
        let properties = hints.dropped.iter();
        let properties = properties.filter_map(|name| restored(Some(table.id), name));
        notes.extend(properties.map(|property| Note::Restored {
            object: format!("{}.{property}", table.name.value),
        }));
        let pairs = fold.children(table.id).filter(|child| child.is_live());
        let pairs = pairs.filter(|child| {
            let pair = fold.pair(child);
            pair.is_some_and(|pair| hints.dropped_pairs.contains(&pair)) && is_restored(child)
        });
        let paths = pairs.filter_map(|pair| object_path(fold, pair.id));
        notes.extend(paths.map(|object| Note::Restored { object }));
    }
    notes
}
