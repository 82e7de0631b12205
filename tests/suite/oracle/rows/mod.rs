//! Rows: what is inserted into a model's tables, what becomes of it, and what is there.

mod actual;
mod archived;
mod expected;
mod index_results;
mod inserted;
mod query;

pub(super) use archived::assert_archived;
pub(super) use index_results::assert_found;
pub(super) use inserted::Rows;
