//! The tables and sequences of a binary: every derive and every macro that says something of them submits
//! its description.
//!
//! The linker brings them together, in an order that differs from build to build, so nothing here
//! depends on order.

use super::assemble as collect;
use super::assemble::Registry;
use super::error::DeclareError;
use super::model::Declared;
use crate::describe::{SequenceDesc, TableDesc, Tombstone};
use crate::schema::Schema;

/// What a derive or a macro submits.
#[derive(Debug)]
pub enum Registered {
    /// A table.
    Table(&'static TableDesc),
    /// A table that is gone.
    Dropped(Tombstone),
    /// A sequence.
    Sequence(SequenceDesc),
    /// A sequence that is gone.
    DroppedSequence(Tombstone),
}

inventory::collect!(Registered);

impl Schema {
    /// The schema that this binary declares: all structs with `#[derive(KuzuNode)]` or
    /// `#[derive(KuzuEdge)]` in it, of all crates that are linked. A crate of which nothing is used
    /// may not be linked; its tables are then not declared, which is not to say that they are dropped.
    ///
    /// # Errors
    /// All mistakes that the compiler could not find.
    pub fn compiled() -> Result<Declared, DeclareError> {
        let mut registry = Registry::default();
        for registered in inventory::iter::<Registered> {
            match registered {
                Registered::Table(desc) => registry.descs.push(*desc),
                Registered::Dropped(tombstone) => registry.tombstones.push(*tombstone),
                Registered::Sequence(desc) => registry.sequences.push(*desc),
                Registered::DroppedSequence(gone) => registry.dropped_sequences.push(*gone),
            }
        }
        collect::collect(registry)
    }
}
