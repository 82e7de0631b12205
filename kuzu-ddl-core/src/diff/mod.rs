//! The three-way diff: what the source says now, what it said last, and what the events say.
//!
//! Only what the declaration itself changed becomes an event. What others changed in between
//! stays, and what a declaration no longer mentions is reported and kept: a model crate that was
//! not linked must never cost a table.

mod alter;
mod ancestor;
mod archive_entry;
mod compatibility;
mod differ;
mod import;
mod incompatibility;
mod index;
mod note;
mod options;
mod property;
mod purge;
mod resolve_names;
mod reverse;
mod sequence;
mod table;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

pub use ancestor::{ancestor, ancestor_as_is, ancestor_then};
pub use archive_entry::{Archived, archived};
pub use compatibility::compatible;
use differ::Differ;
pub use import::adopt_drift::follow;
pub use import::adopt_existing::{Adopted, Live, adopt};
pub use incompatibility::{Reason, Refusal};
pub use note::Note;
pub use options::Options;
pub use reverse::{Reversed, reverse};
pub use validate::{illegal, unreadable};

use crate::declared::Declared;
use crate::event::{DdlEvent, ObjectId};
use crate::fold::{Draft, Fold};

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
