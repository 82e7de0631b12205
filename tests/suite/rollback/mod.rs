//! Rollback, backups, archives and history.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod casts;
mod failed_casts;
mod fills;
mod history;
mod indexes;
mod purge;
mod restored_columns;
mod revisions;
