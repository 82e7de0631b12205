//! Full-text and vector indexes: made after the commit, kept through every change of their table,
//! and gone only with it.

mod create;
mod drop;
mod rebuild;
mod rehearsal;
