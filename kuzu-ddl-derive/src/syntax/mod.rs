//! The text inside string attributes, and literals. Nothing here names an attribute.

pub(crate) mod choice;

pub(crate) mod case;

pub(crate) mod name;

pub(crate) mod types;

pub(crate) mod expr;

pub(crate) mod literal;
