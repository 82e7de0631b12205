//! Rollback, backups, archives and history.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod archived_pairs;
mod backup;
mod casts;
mod defaults;
mod failed_casts;
mod fills;
mod functions;
mod history;
mod indexes;
mod nested_values;
mod pairs;
mod purge;
mod random;
mod restored_columns;
mod revisions;
mod written_since;
