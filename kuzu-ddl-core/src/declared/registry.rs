//! The registry of all declared tables and sequences in a binary.
//!
//! Every derive and every declaring macro registers its description. The linker collects them in an
//! order that differs from build to build, so nothing here depends on order.

use super::assemble;
use super::assemble::Registrations;
use super::error::DeclareError;
use super::model::Declared;
use crate::describe::{SequenceDesc, TableDesc, Tombstone};
use crate::schema::Schema;

/// A registration submitted by a derive or a macro.
#[derive(Debug)]
pub enum Registration {
    /// A table.
    Table(&'static TableDesc),
    /// The tombstone of a table.
    Dropped(Tombstone),
    /// A sequence.
    Sequence(SequenceDesc),
    /// The tombstone of a sequence.
    DroppedSequence(Tombstone),
}

inventory::collect!(Registration);

impl Schema {
    /// Returns the schema that this binary declares: all structs with `#[derive(KuzuNode)]` or
    /// `#[derive(KuzuEdge)]`, from all linked crates.
    ///
    /// A crate of which nothing is used may not be linked. Its tables are then not declared, which
    /// does not mean that they are dropped.
    ///
    /// # Errors
    ///
    /// Returns every issue that the compiler could not detect.
    pub fn compiled() -> Result<Declared, DeclareError> {
        let mut registry = Registrations::default();
        for registered in inventory::iter::<Registration> {
            match registered {
                Registration::Table(desc) => registry.descs.push(*desc),
                Registration::Dropped(tombstone) => registry.tombstones.push(*tombstone),
                Registration::Sequence(desc) => registry.sequences.push(*desc),
                Registration::DroppedSequence(gone) => registry.dropped_sequences.push(*gone),
            }
        }
        assemble::assemble(registry)
    }
}

/// Returns the tombstones of tables that this binary registers, from all linked crates.
#[must_use]
pub fn registered_tombstones() -> Vec<Tombstone> {
    let tombstones = inventory::iter::<Registration>
        .into_iter()
        .filter_map(|registered| match registered {
            Registration::Dropped(tombstone) => Some(*tombstone),
            _ => None,
        });
    tombstones.collect()
}
