//! The declared schema: what the structs of a binary declare.
//!
//! [`Declared`] keeps rename hints and tombstones next to the
//! [`Schema`](crate::schema::Schema), so that equality of schemas means equality.

mod assemble;
mod convert;
mod error;
mod hints;
mod indexes;
mod items;
mod json;
mod model;
#[doc(hidden)]
pub mod registry;
mod renames;
#[doc(hidden)]
pub mod sequences;
mod table;

use std::panic::Location;

pub use error::{DeclareError, Issue, IssueKind};
pub(crate) use hints::on_fail;
pub use hints::{FillFunction, Functions, TableHints};
pub(crate) use json::is_readable;
pub use model::Declared;
pub use registry::Registration;

use crate::describe::{SourceLocation, bounds};
use crate::schema::{NameKey, Sequence};

impl Declared {
    /// Adds a sequence that starts at `start` and advances by `increment`, up to the largest
    /// `INT64`, or down to the smallest for a negative increment.
    ///
    /// Properties use it with `#[kuzu(default_expr = "nextval('name')")]`. `start` only matters
    /// when the sequence is created.
    #[must_use]
    pub fn with_sequence(mut self, name: &str, start: i64, increment: i64) -> Self {
        let (min, max) = bounds(Some(start), increment);
        let sequence = Sequence {
            name: name.to_owned(),
            start,
            increment,
            min,
            max,
            cycle: false,
        };
        self.schema.sequences.insert(NameKey::new(name), sequence);
        self
    }

    /// Adds a tombstone for the sequence `name`.
    #[must_use]
    pub fn with_dropped_sequence(mut self, name: &str) -> Self {
        self.dropped_sequences
            .insert(NameKey::new(name), name.to_owned());
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
    pub fn with_dropped_table(mut self, name: &str) -> Result<Self, DeclareError> {
        let caller = Location::caller();
        let mut issues = Vec::new();
        let location = SourceLocation {
            file: caller.file(),
            line: caller.line(),
        };
        renames::add_tombstone(&mut self, name, location, &mut issues);
        DeclareError::unless_empty(issues)?;
        Ok(self)
    }
}
