//! The rules that the tokens of a struct can break.
//!
//! Rules about types are left to constants in the expansion, and rules about other structs to the
//! assembly of the schema.

mod name;

mod table;

mod function;

mod index;

mod value_type;

use crate::ast::{Table, ValueType};
use crate::error::Errors;

/// Checks a table.
pub(crate) fn check_table(errors: &Errors, table: &Table<'_>) {
    table::check(errors, table);
    function::check(errors, table);
    name::check_property_names(errors, table);
    index::check(errors, table);
}

/// Checks a value.
pub(crate) fn check_value_type(errors: &Errors, value: &ValueType<'_>) {
    value_type::check(errors, value);
}
