//! Options of a diff.

use std::collections::BTreeSet;

use crate::event::EventId;

/// Options of a diff: changes that the application requests in addition to the declaration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiffOptions {
    /// Whether to archive what is not declared, instead of keeping it.
    pub archive_undeclared: bool,
    /// Dropped objects, as `Table`, `Table.property` or `Table(From -> To)`, to restore with their
    /// rows; and properties, or archived columns of them by their names in the database, to return to
    /// their earlier type.
    pub restore: BTreeSet<String>,
    /// Dropped objects, as `Table` or `Table.property`, to recreate without rows.
    pub recreate: BTreeSet<String>,
    /// Archived objects to purge, as `Table` or `Table.property`, or by their name in the database.
    pub purge: BTreeSet<String>,
    /// Events of rollbacks. What they archived is restored with its rows when it is declared again,
    /// instead of being recreated.
    pub rollback_events: BTreeSet<EventId>,
}
