//! TODO-DOC diff::archive_entry

use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Life, Object};

/// Archive entry: a dropped table or property, or the column from before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Archived {
    /// Object that it is, or that the column belongs to.
    pub object: ObjectId,
    /// Event that archived it.
    pub by: EventId,
    /// Original name, as `Table` or `Table.property`.
    pub origin: String,
    /// Name in the database, in the same form; unique.
    pub name: String,
    /// Whether it is the column from before a change of a property.
    pub is_column: bool,
}

/// Returns everything that the events archived, whether this database ever had it or not. Members
/// of an archived table are part of the table's entry.
pub fn archived(fold: &Fold) -> Vec<Archived> {
    let mut out = Vec::new();
    for table in fold.objects().filter(|object| object.kind().is_table()) {
        if let Life::Archived(by) = table.life.value {
            out.push(Archived {
                object: table.id,
                by,
                origin: table.name.value.clone(),
                name: fold.physical(table),
                is_column: false,
            });
        } else if table.is_live() {
            let here = fold
                .children(table.id)
                .flat_map(|child| of_property(fold, table, child));
            out.extend(here);
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn of_property(fold: &Fold, table: &Object, property: &Object) -> Vec<Archived> {
    let origin = format!("{}.{}", table.name.value, property.name.value);
    let at = |name: &str| format!("{}.{name}", fold.physical(table));
    let mut out = Vec::new();
    if let Life::Archived(by) = property.life.value
        && fold.property(property).is_some()
    {
        out.push(Archived {
            object: property.id,
            by,
            origin: origin.clone(),
            name: at(&fold.physical(property)),
            is_column: false,
        });
    }
    let columns = property.archives.iter().filter(|archive| !archive.purged);
    out.extend(columns.map(|archive| Archived {
        object: property.id,
        by: archive.by,
        origin: origin.clone(),
        name: at(&archive.name),
        is_column: true,
    }));
    out
}
