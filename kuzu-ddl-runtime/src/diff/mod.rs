//! The three-way diff: what the source says now, what it said last, and what the events say.
//!
//! Only what the declaration itself changed becomes an event. What others changed in between
//! stays, and what a declaration no longer mentions is reported and kept: a model crate that was
//! not linked must never cost a table.

mod adopt;
mod alter;
mod ancestor;
mod check;
mod follow;
mod index;
mod legal;
mod property;
mod purge;
mod refusal;
mod resolve;
mod reverse;
mod said;
mod sequence;
mod table;
mod take;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use crate::declared::Declared;
use crate::event::{DdlEvent, EventId, ObjectId};
use crate::fold::{Draft, Fold, Life, Object};
use crate::schema::Key;

pub use adopt::{Adopted, Live, adopt};
pub use ancestor::{ancestor, ancestor_as_is, ancestor_then};
pub use check::compatible;
pub use follow::follow;
pub use legal::{illegal, unreadable};
pub(crate) use purge::{Archived, archived};
pub use refusal::{Note, Reason, Refusal};
pub use reverse::{Reversed, reverse};
pub use said::{orders, said};

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

/// What a diff found.
#[derive(Clone, Debug)]
pub struct Diff {
    /// The new events, in order.
    pub events: Vec<DdlEvent>,
    /// The state with them.
    pub after: Fold,
    /// What a person should know.
    pub notes: Vec<Note>,
    /// Properties that get the values back from before a change of their type.
    pub restored: BTreeSet<ObjectId>,
}

/// Compares `declared` with `expected`, in the light of what was declared last.
///
/// # Errors
/// All that the declaration asks for and this database cannot be brought to.
pub fn diff(
    declared: &Declared,
    ancestor: Option<&Declared>,
    expected: Fold,
    options: &Options,
) -> Result<Diff, Vec<Refusal>> {
    let mut differ = Differ {
        declared,
        ancestor,
        options,
        draft: Draft::new(expected),
        was: BTreeMap::new(),
        notes: Vec::new(),
        refusals: Vec::new(),
        restored: BTreeSet::new(),
    };
    differ.run();
    let Differ {
        draft,
        notes,
        restored,
        mut refusals,
        ..
    } = differ;
    let (after, events) = draft.finish();
    // Whatever was done above, in the end everything declared must be there as declared.
    for refusal in compatible(declared, ancestor, &after) {
        if !refusals.iter().any(|known| known.object == refusal.object) {
            refusals.push(refusal);
        }
    }
    if refusals.is_empty() {
        Ok(Diff {
            events,
            after,
            notes,
            restored,
        })
    } else {
        refusals.sort();
        Err(refusals)
    }
}

/// One diff under way.
struct Differ<'a> {
    declared: &'a Declared,
    ancestor: Option<&'a Declared>,
    options: &'a Options,
    draft: Draft,
    /// By which name the last declaration may know each declared table.
    was: BTreeMap<Key, Key>,
    notes: Vec<Note>,
    refusals: Vec<Refusal>,
    restored: BTreeSet<ObjectId>,
}

impl Differ<'_> {
    /// The order of the phases is part of the history that peers compare: drops free names,
    /// renames take them, then come new tables, and the insides of tables last.
    fn run(&mut self) {
        self.restores();
        self.sequences();
        self.purges();
        let tables = self.resolve_tables();
        self.drop_tables(&tables);
        self.rename_tables(&tables);
        let tables = self.create_tables(tables);
        for (key, id) in &tables {
            self.properties(key, *id);
        }
        for (key, id) in &tables {
            self.indexes(key, *id);
        }
        for (key, id) in &tables {
            self.pairs(key, *id);
        }
    }

    /// What had this name until somebody went back to before it was made: to be restored where the
    /// declaration makes that change again.
    fn undone(&self, parent: Option<ObjectId>, name: &Key) -> Option<ObjectId> {
        let fold = self.draft.fold();
        let undone = |object: &&Object| match object.life.value {
            Life::Archived(by) => self.options.back.contains(&by),
            _ => false,
        };
        let found = fold
            .holders(parent, name)
            .filter(|object| Key::new(&object.name.value) == *name)
            .filter(undone);
        found
            .max_by_key(|object| fold.age(object.id))
            .map(|object| object.id)
    }

    fn refuse(&mut self, object: String, origin: String, reason: Reason) {
        self.refusals.push(Refusal {
            object,
            origin,
            reason,
        });
    }

    fn origin(&self, table: &Key) -> String {
        self.declared
            .tables
            .get(table)
            .map(|hints| hints.origin.clone())
            .unwrap_or_default()
    }

    fn find(&self, parent: Option<ObjectId>, name: &Key) -> Option<ObjectId> {
        self.draft.fold().find(parent, name).map(|object| object.id)
    }
}
