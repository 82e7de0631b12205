//! Three-way diff of the present declaration, the last declaration and the state of the events.
//!
//! As in a three-way merge, the last declaration is the common ancestor. Only what the declaration
//! itself changed becomes an event. Changes that others made in the meantime stay, and what a
//! declaration no longer mentions is reported and kept: a model crate that was not linked must
//! never cost a table.

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
mod requests;
mod resolve_names;
mod returned_tombstone;
mod reverse;
mod sequence;
mod suggest;
mod table;
#[cfg(test)]
mod tests;
mod validate;

use std::collections::{BTreeMap, BTreeSet};

#[doc(hidden)]
pub use ancestor::{ancestor_at_rollback, ancestor_from_live, next_ancestor};
#[doc(hidden)]
pub use archive_entry::{ArchiveEntry, archive_entries};
#[doc(hidden)]
pub use compatibility::{check_compatibility, find_tightened};
use differ::Differ;
#[doc(hidden)]
pub use import::adopt_drift::adopt_drift;
#[doc(hidden)]
pub use import::adopt_existing::{Adoption, LiveSchema, adopt_existing};
pub use incompatibility::{Incompatibility, IncompatibilityKind};
pub use note::Note;
pub use options::DiffOptions;
#[doc(hidden)]
pub use returned_tombstone::restored_notes;
pub(crate) use reverse::definitions::is_cast_by_text;
pub use reverse::{Reversal, reverse};
#[doc(hidden)]
pub use validate::{find_undecodable, validate_declaration};

use crate::declared::Declared;
use crate::event::{DdlEvent, ObjectId};
use crate::fold::{ChangeBuilder, Fold};

/// Result of a diff.
#[derive(Clone, Debug)]
pub struct Diff {
    /// New events, in order.
    pub events: Vec<DdlEvent>,
    /// State after the new events.
    pub target: Fold,
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
    options: &DiffOptions,
) -> Result<Diff, Vec<Incompatibility>> {
    let mut differ = Differ {
        declared,
        ancestor,
        options,
        draft: ChangeBuilder::new(expected),
        former_names: BTreeMap::new(),
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
    for refusal in check_compatibility(declared, ancestor, &after) {
        if !refusals.iter().any(|known| known.object == refusal.object) {
            refusals.push(refusal);
        }
    }
    if refusals.is_empty() {
        Ok(Diff {
            events,
            target: after,
            notes,
            restored,
        })
    } else {
        refusals.sort();
        Err(refusals)
    }
}
