//! TODO-DOC queries

pub mod archive;
mod history;
mod live_schema;
mod tags;

pub use archive::archives;
