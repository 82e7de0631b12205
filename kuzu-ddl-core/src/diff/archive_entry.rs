//! Archive entries: everything that the events archived, by its name in the database.

use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Lifecycle, Object, object_path};

/// Archive entry: a dropped table, property or pair, or the column from before a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ArchiveEntry {
    /// Object that it is, or that the column belongs to.
    pub object: ObjectId,
    /// Event that archived it.
    pub by: EventId,
    /// Original name, as `Table`, `Table.property` or `Table(From -> To)`.
    pub origin: String,
    /// Name in the database, as `Table` or `Table.property`; unique. For a pair, it is the node table
    /// that keeps its rels.
    pub name: String,
    /// Whether it is the column from before a change of a property.
    pub is_column: bool,
}

/// Returns everything that the events archived, whether this database ever had it or not. Members
/// of an archived table are part of the table's entry.
pub fn archive_entries(fold: &Fold) -> Vec<ArchiveEntry> {
    let mut out = Vec::new();
    for table in fold.objects().filter(|object| object.kind().is_table()) {
        if let Lifecycle::Archived(by) = table.lifecycle.value {
            out.push(ArchiveEntry {
                object: table.id,
                by,
                origin: table.name.value.clone(),
                name: fold.database_name(table),
                is_column: false,
            });
        } else if table.is_live() {
            let members = fold
                .children(table.id)
                .flat_map(|child| of_member(fold, table, child));
            out.extend(members);
        }
    }
    out.sort_by(|a, b| a.name.cmp(&b.name));
    out
}

fn of_member(fold: &Fold, table: &Object, property: &Object) -> Vec<ArchiveEntry> {
    let origin = format!("{}.{}", table.name.value, property.name.value);
    let at = |name: &str| format!("{}.{name}", fold.database_name(table));
    let mut out = Vec::new();
    if let (Lifecycle::Archived(by), Some(name), Some(origin)) = (
        property.lifecycle.value,
        fold.pair_archive_name(property),
        object_path(fold, property.id),
    ) {
        out.push(ArchiveEntry {
            object: property.id,
            by,
            origin,
            name,
            is_column: false,
        });
    }
    if let Lifecycle::Archived(by) = property.lifecycle.value
        && fold.property(property).is_some()
    {
        out.push(ArchiveEntry {
            object: property.id,
            by,
            origin: origin.clone(),
            name: at(&fold.database_name(property)),
            is_column: false,
        });
    }
    let columns = property
        .archived_columns
        .iter()
        .filter(|archive| !archive.purged);
    out.extend(columns.map(|archive| ArchiveEntry {
        object: property.id,
        by: archive.by,
        origin: origin.clone(),
        name: at(&archive.name),
        is_column: true,
    }));
    out
}
