//! TODO-DOC diff::options

use std::collections::BTreeSet;

use crate::event::EventId;

/// What a diff may do beyond what the source says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Archive what is not declared, instead of keeping it.
    pub drop_undeclared: bool,
    /// Dropped objects, as `Table` or `Table.property`, to bring back with their rows; and properties, or
    /// archived columns of them by their names in the database, to take back to the type that they had.
    pub restore: BTreeSet<String>,
    /// Dropped objects, as `Table` or `Table.property`, to make anew, empty.
    pub recreate: BTreeSet<String>,
    /// Archived things to delete for ever, as `Table` or `Table.property`, or by the name that they
    /// have in the database.
    pub purge: BTreeSet<String>,
    /// Events that went back. What they archived comes back with its rows when it is declared anew,
    /// instead of being made anew.
    pub back: BTreeSet<EventId>,
}
