//! The schema model: tables, properties, indexes and sequences of one database.
//!
//! Declared structs, the folded event history and the live catalog all become a [`Schema`]. Because
//! the three are the same type, everything between them is a pure function.

pub mod compare;
mod conversion;
mod expr;
mod index;
mod index_check;
mod index_options;
pub mod limits;
mod model;
pub mod name;
mod types;

pub use compare::{
    Comparison, ComparisonEntry, ComparisonKind, RenameMap, compare, compare_with_renames,
};
pub use conversion::{Conversion, ConversionMethod, conversions_page};
pub use expr::{Expr, FUNCTIONS, Float, Operator, ParseExprError};
pub use index::{Index, IndexError, IndexKind, IndexOption, OptionValue};
pub use index_options::UNRETAINED_OPTIONS;
pub(crate) use index_options::{forgotten_option, is_retained, unsupported_option};
pub use limits::{
    MAX_ARRAY_LENGTH, MAX_DECIMAL_PRECISION, MAX_EXPR_BYTES, MAX_EXPR_DEPTH, MAX_TYPE_DEPTH,
};
pub use model::{
    Multiplicity, Pair, Property, Schema, Sequence, StorageDirection, Table, TableKind,
};
pub use name::{NameError, NameKey, serial_sequence_name};
pub(crate) use types::range::integer_range;
pub use types::{DEFAULT_DECIMAL, ParseTypeError, StorageSize, StructField, Type};
