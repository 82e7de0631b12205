//! The oracle: a migrated database must equal one that was built from the new schema, rows
//! included.
//!
//! The regular run takes the same 500 pairs every time. `KUZU_DDL_ORACLE_PAIRS=10000` runs a
//! campaign of that many new pairs, `KUZU_DDL_ORACLE_SEED` repeats a campaign.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cases;
mod coverage;
mod harness;
mod model;
mod random_pairs;
mod random_rollbacks;
mod regressions;
mod rows;
