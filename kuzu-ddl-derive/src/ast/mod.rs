//! The input of a derive with its attributes read and its names settled.

mod table;

pub(crate) use table::{Field, Shape, Table, Value, VariantShape};
