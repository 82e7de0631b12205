//! The rules that tokens can break.

pub(crate) mod function;
pub(crate) mod index;
mod table;

pub(crate) use table::{table, value};
