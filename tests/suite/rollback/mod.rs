//! Going back, and what was there before.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod backup;
mod cast;
mod fill;
mod history;
mod indexed;
mod mend;
mod purge;
mod rollback;
mod shape;
mod trial;
