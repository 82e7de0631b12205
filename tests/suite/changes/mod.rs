//! How values are converted and backfilled, and what the preflight checks require of the rows.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cast;
mod change_policies;
mod estimates;
mod fill;
mod functions;
mod preflight;
mod serial;
mod serial_names;
