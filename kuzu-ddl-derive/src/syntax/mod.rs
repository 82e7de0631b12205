//! The text inside string attributes and literals.

pub(crate) mod case;
pub(crate) mod expr;
pub(crate) mod literal;
pub(crate) mod name;
pub(crate) mod types;
