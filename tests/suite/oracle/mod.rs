//! The oracle: a database that was migrated must equal one that was built that way, rows included.
//!
//! The usual run takes the same 500 pairs every time. `KUZU_DDL_ORACLE_PAIRS=10000` runs a campaign of so
//! many new ones, `KUZU_DDL_ORACLE_SEED` the same campaign again.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cases;
mod coverage;
mod harness;
mod model;
mod random_pairs;
mod random_rollbacks;
mod regressions;
mod rows;
