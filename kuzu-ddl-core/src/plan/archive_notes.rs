//! What the objects that a plan archives hold on to.

use super::model::Step;
use super::operation::Operation;
use super::recipe::sequence::sequences_in;
use crate::diff::Note;
use crate::event::ObjectKind;
use crate::fold::{Fold, Lifecycle, Object, object_path};
use crate::schema::Schema;

/// Returns the rel tables that become archived, by their declared names, each with its name in the
/// database before the plan.
#[must_use]
pub fn archived_rel_tables(before: &Fold, after: &Fold) -> Vec<(String, String)> {
    let tables = after
        .objects()
        .filter(|object| object.kind() == ObjectKind::EdgeTable && is_archived(before, object));
    let names = tables.filter_map(|table| {
        let live = before.database_name(before.object(table.id)?);
        Some((table.name.value.clone(), live))
    });
    names.collect()
}

/// Returns notes about restored pairs whose rels this database does not have.
#[must_use]
pub fn restored_pair_notes(before: &Fold, after: &Fold, live: &Schema) -> Vec<Note> {
    let pairs = after
        .objects()
        .filter(|pair| after.is_live_in_live_table(pair));
    let lost = pairs.filter(|pair| {
        let former = before.object(pair.id).filter(|former| {
            let table = former.parent.into_iter();
            let mut present = table.flat_map(|table| before.physical_pairs(table));
            !present.any(|present| present.id == former.id)
        });
        let archive = former.and_then(|pair| before.pair_archive_name(pair));
        archive.is_some_and(|name| live.table(&name).is_none())
    });
    let paths = lost.filter_map(|pair| object_path(after, pair.id));
    paths.map(|object| Note::RestoredEmpty { object }).collect()
}

/// Returns notes about sequences that become archived columns keep in use.
#[must_use]
pub fn archived_default_notes(before: &Fold, after: &Fold, steps: &[Step]) -> Vec<Note> {
    let mut notes = Vec::new();
    for property in before.objects() {
        let (Some(default), Some(table)) = (
            before.property(property).and_then(|p| p.default),
            property.parent.and_then(|id| after.object(id)),
        ) else {
            continue;
        };
        let path = format!("{}.{}", table.name.value, property.name.value);
        let now = after.object(property.id);
        let object = if is_archived(before, table) {
            table.name.value.clone()
        } else if now.is_some_and(|now| is_archived(before, now) || is_replaced(now, steps)) {
            path
        } else {
            continue;
        };
        let used = sequences_in(&default).into_iter();
        let used = used.filter(|sequence| after.find_sequence(sequence).is_some());
        notes.extend(used.map(|sequence| Note::ArchivedDefault {
            object: object.clone(),
            sequence: sequence.to_owned(),
        }));
    }
    notes
}

fn is_archived(before: &Fold, object: &Object) -> bool {
    let was_live = before.object(object.id).is_some_and(Object::is_live);
    was_live && matches!(object.lifecycle.value, Lifecycle::Archived(_))
}

/// Returns whether a step archives the column of a property in place.
fn is_replaced(property: &Object, steps: &[Step]) -> bool {
    let mut columns = property.archived_columns.iter();
    columns.any(|column| {
        let mut operations = steps.iter().map(|step| &step.operation);
        operations.any(|operation| match operation {
            Operation::ReplaceProperty { archive, .. } => *archive == column.name,
            _ => false,
        })
    })
}
