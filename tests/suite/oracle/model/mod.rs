//! Random schemas, and random edits of them.

mod column;
mod declare;
mod edit;
mod index;
mod schema;
mod sequence;
mod table;
mod value;

pub(super) use edit::{Edit, edits, starts};
pub(super) use schema::{Model, ModelIndex, ModelProperty, ModelTable, TypeChange};
pub(super) use value::{differs_by_row, value};
