//! The declared schema: what the structs of a binary say.
//!
//! [`Declared`] keeps rename hints and tombstones beside the [`Schema`], so that equality of
//! schemas means equality.

#[doc(hidden)]
pub mod check;
mod collect;
mod convert;
pub mod desc;
pub mod faces;
mod indexes;
#[doc(hidden)]
pub mod locked;
mod message;
mod mistake;
mod names;
#[doc(hidden)]
pub mod registry;
#[doc(hidden)]
pub mod sequence;
mod table;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::panic::Location;

use serde::{Deserialize, Serialize};

use crate::function::{FillBy, Functions};
use crate::schema::{Key, Pair, Schema, Sequence};
use desc::{OnFailDesc, TableDesc};
pub use mistake::{DeclareError, Mistake, MistakeKind, Place};
use registry::{Registry, Tombstone};
use sequence::SequenceDesc;

/// A schema with what source says about its past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The schema.
    pub schema: Schema,
    /// Per declared table: earlier names and tombstones.
    pub tables: BTreeMap<Key, TableHints>,
    /// Tables that the source says are gone, each with an earlier name as spelled.
    pub dropped_tables: BTreeMap<Key, String>,
    /// Sequences that the source says are gone, as spelled.
    #[serde(default)]
    pub dropped_sequences: BTreeMap<Key, String>,
    /// The functions that the structs name. They are compiled code, and no part of what is declared.
    #[serde(skip)]
    pub functions: Functions,
}

/// What a struct says beside its table's shape.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHints {
    /// Earlier names of the table, in the order given.
    pub renamed_from: Vec<String>,
    /// Earlier names of properties, by the property's present name.
    pub properties: BTreeMap<Key, Vec<String>>,
    /// Tombstones of properties.
    pub dropped: BTreeSet<Key>,
    /// Tombstones of FROM–TO pairs.
    pub dropped_pairs: BTreeSet<Pair>,
    /// After changes of type: how a new value is made of the `old` one, by the property's present name.
    #[serde(default)]
    pub casts: BTreeMap<Key, String>,
    /// After changes of type: the function that makes a new value of the old one, by the property's
    /// present name.
    #[serde(default)]
    pub casts_with: BTreeMap<Key, String>,
    /// What a row gets whose cast fails, by the property's present name; nothing is said where the
    /// change is to be refused.
    #[serde(default)]
    pub on_fails: BTreeMap<Key, OnFailDesc>,
    /// What existing rows get that have no value yet, by the property's present name.
    #[serde(default)]
    pub fills: BTreeMap<Key, String>,
    /// The function that makes it, by the property's present name.
    #[serde(default)]
    pub fills_with: BTreeMap<Key, FillBy>,
    /// The properties in the order of the fields: the column order of a new table.
    pub order: Vec<Key>,
    /// Where the struct stands, for messages: `file:line`.
    pub origin: String,
    /// The package of the struct, for the lock file.
    #[serde(default)]
    pub krate: String,
}

impl Declared {
    /// The schema of the given structs, in any order.
    ///
    /// # Errors
    /// All mistakes that the compiler could not find.
    pub fn from_descs(
        descs: impl IntoIterator<Item = &'static TableDesc>,
    ) -> Result<Self, DeclareError> {
        collect::collect(Registry {
            descs: descs.into_iter().collect(),
            ..Registry::default()
        })
    }

    #[doc(hidden)]
    pub fn from_parts(
        descs: &[&'static TableDesc],
        sequences: &[SequenceDesc],
        tombstones: &[Tombstone],
    ) -> Result<Self, DeclareError> {
        collect::collect(Registry {
            descs: descs.to_vec(),
            sequences: sequences.to_vec(),
            tombstones: tombstones.to_vec(),
            ..Registry::default()
        })
    }

    /// The same with a sequence that counts from `start` by `increment`, up to the largest `INT64`
    /// or, with a negative step, down to the smallest. Properties count by it with
    /// `#[kuzu(default_expr = "nextval('name')")]`. `start` counts only when the sequence is made.
    #[must_use]
    pub fn sequence(mut self, name: &str, start: i64, increment: i64) -> Self {
        let (min, max) = sequence::bounds(Some(start), increment);
        let sequence = Sequence {
            name: name.to_owned(),
            start,
            increment,
            min,
            max,
            cycle: false,
        };
        self.schema.sequences.insert(Key::new(name), sequence);
        self
    }

    /// The same with a tombstone for the sequence `name`.
    #[must_use]
    pub fn drop_sequence(mut self, name: &str) -> Self {
        self.dropped_sequences
            .insert(Key::new(name), name.to_owned());
        self
    }

    /// The same with a tombstone for the table `name`.
    ///
    /// # Errors
    /// `name` cannot be a name, is declared, or is what a declared table was renamed from.
    #[track_caller]
    pub fn drop_table(mut self, name: &str) -> Result<Self, DeclareError> {
        let caller = Location::caller();
        let mut mistakes = Vec::new();
        let place = Place {
            file: caller.file(),
            line: caller.line(),
        };
        names::bury(&mut self, name, place, &mut mistakes);
        DeclareError::unless_empty(mistakes)?;
        Ok(self)
    }
}
