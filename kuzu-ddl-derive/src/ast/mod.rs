//! The input of a derive: its attributes are parsed, and its names are final.

mod field;

mod table;

mod index;

mod value_type;

pub(crate) use field::Field;
pub(crate) use index::Index;
pub(crate) use table::{Table, TableKind};
pub(crate) use value_type::{Shape, ValueType, VariantShape};
