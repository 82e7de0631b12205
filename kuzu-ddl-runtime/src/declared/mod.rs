//! The declared schema: what the structs of a binary declare.
//!
//! [`Declared`] keeps rename hints and tombstones next to the [`Schema`], so that equality of
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

/// A declared schema, with hints about its past.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Declared {
    /// The declared schema.
    pub schema: Schema,
    /// The hints of each declared table.
    pub tables: BTreeMap<Key, TableHints>,
    /// The tombstones of tables, each with a former name as spelled.
    #[doc(alias = "tombstone")]
    pub dropped_tables: BTreeMap<Key, String>,
    /// The tombstones of sequences, as spelled.
    #[serde(default)]
    pub dropped_sequences: BTreeMap<Key, String>,
    /// The functions that the structs name. They are compiled code and not part of the declaration.
    #[serde(skip)]
    pub functions: Functions,
}

/// What a struct declares beyond the shape of its table. Maps are keyed by the current name of a
/// property.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableHints {
    /// The former names of the table, in declaration order.
    pub renamed_from: Vec<String>,
    /// The former names of properties.
    pub properties: BTreeMap<Key, Vec<String>>,
    /// The tombstones of properties.
    pub dropped: BTreeSet<Key>,
    /// The tombstones of `FROM`–`TO` pairs.
    pub dropped_pairs: BTreeSet<Pair>,
    /// For type changes: the expression that converts an `old` value.
    #[serde(default)]
    pub casts: BTreeMap<Key, String>,
    /// For type changes: the function that converts an old value.
    #[serde(default)]
    pub casts_with: BTreeMap<Key, String>,
    /// The fallback for rows whose cast fails; absent if such rows reject the change.
    #[serde(default)]
    pub on_fails: BTreeMap<Key, OnFailDesc>,
    /// The expression that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    #[serde(default)]
    pub fills: BTreeMap<Key, String>,
    /// The function that backfills existing rows without a value.
    #[doc(alias = "backfill")]
    #[serde(default)]
    pub fills_with: BTreeMap<Key, FillBy>,
    /// The properties in field order, which is the column order of a new table.
    pub order: Vec<Key>,
    /// The source location of the struct as `file:line`, for messages.
    pub origin: String,
    /// The package of the struct, for the lock file.
    #[serde(default)]
    pub krate: String,
}

impl Declared {
    /// Assembles the schema of the given structs, in any order.
    ///
    /// # Errors
    ///
    /// Returns every issue that the compiler could not detect.
    pub fn from_descs(
        descs: impl IntoIterator<Item = &'static TableDesc>,
    ) -> Result<Self, DeclareError> {
        collect::collect(Registry {
            descs: descs.into_iter().collect(),
            ..Registry::default()
        })
    }

    /// Assembles a schema from descriptions, for [`schema!`](crate::schema!).
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

    /// Adds a sequence that starts at `start` and advances by `increment`, up to the largest
    /// `INT64`, or down to the smallest for a negative increment.
    ///
    /// Properties use it with `#[kuzu(default_expr = "nextval('name')")]`. `start` only matters
    /// when the sequence is created.
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

    /// Adds a tombstone for the sequence `name`.
    #[must_use]
    pub fn drop_sequence(mut self, name: &str) -> Self {
        self.dropped_sequences
            .insert(Key::new(name), name.to_owned());
        self
    }

    /// Adds a tombstone for the table `name`.
    ///
    /// # Errors
    ///
    /// Returns an error if `name` is not a legal name, is declared, or is a former name of a
    /// declared table.
    #[doc(alias = "tombstone")]
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
