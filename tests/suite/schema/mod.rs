//! Declarations: what the derives and macros generate, and what is checked at startup.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod declared;
mod derive;
#[cfg(feature = "kuzu")]
mod indexes;
mod macro_hygiene;
#[cfg(feature = "kuzu")]
mod sequences;
mod types;
