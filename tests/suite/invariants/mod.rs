//! The rules that must hold: each has a test that fails if the rule is broken.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod absent;
mod adopt;
mod atomic;
mod base;
mod drift;
mod hazard;
mod rename;
mod settle;
mod startup;
mod verify;
mod version;
