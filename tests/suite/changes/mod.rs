//! How new values are made, and what is asked of the rows before anything is touched.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod cast;
mod change_policies;
mod estimates;
mod fill;
mod functions;
mod preflight;
mod serial;
