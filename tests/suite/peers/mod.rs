//! Databases of one space that change concurrently and exchange events.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod archived_pairs;
mod campaign;
mod checkpoints;
mod conflicting_pairs;
mod conflicts;
mod convergence;
mod delivery_order;
mod drift;
mod edits;
mod independent_starts;
mod name_aliases;
mod names;
mod names_taken;
mod newer_versions;
mod pending;
mod physical_target;
mod receive_policies;
mod type_changes;
