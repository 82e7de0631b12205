//! Queries and tags of a database, outside migrations.

pub mod archive;
mod history;
mod live_schema;
mod tags;

pub use archive::{ArchivedKind, ArchivedObject, list_archived};
pub use live_schema::live_schema;
pub use tags::{MAX_TAG_BYTES, check_tag, remove_tag, set_tag};
