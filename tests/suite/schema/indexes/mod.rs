//! Full-text and vector indexes: created after the commit, kept through every change of their
//! table, and dropped only with it.

mod create;
mod drop;
mod rebuild;
mod rehearsal;
