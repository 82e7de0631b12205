//! Three-way diff (as a three-way merge) of the present declaration, the last declaration as common
//! ancestor, and the state of the events.
//!
//! Only what the declaration itself changed becomes an event. Changes that others made in the
//! meantime stay, and what a declaration no longer mentions is reported and kept: a model crate
//! that was not linked must never cost a table.

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

/// Result of a diff.
#[derive(Clone, Debug)]
pub struct Diff {
    /// New events, in order.
    pub events: Vec<DdlEvent>,
    /// State after the new events.
    pub after: Fold,
    /// Notes for the operator.
    pub notes: Vec<Note>,
    /// Properties that get their prior values, from before a change of their type.
    pub restored: BTreeSet<ObjectId>,
}

/// Compares `declared` with `expected`, relative to what was declared last.
///
/// # Errors
/// Returns every declared item that is incompatible with this database.
#[doc(alias = "three_way_merge")]
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
    // In the end everything declared must exist as declared, whatever was done above.
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
