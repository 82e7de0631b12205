//! The rows that are inserted into a model's tables, and the expected and the actual ones.

mod actual;
mod archived;
mod expected;
mod index_results;
mod inserted;
mod query;

pub(super) use archived::assert_archived;
pub(super) use index_results::assert_found;
pub(super) use inserted::Rows;
