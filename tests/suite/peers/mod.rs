//! Databases of one space that change apart and hear of one another.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod conflict;
mod space;
