//! Processes killed at any moment, and other connections next to a migration.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod concurrency;
mod function_backfill;
mod index_creation;
mod migration_steps;
mod peer_events;
mod statements;
mod suspect_tables;
