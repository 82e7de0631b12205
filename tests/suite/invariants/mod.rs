//! The rules that must hold: each has a test that fails if the rule is broken.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod adoption;
mod atomicity;
mod drift;
mod engine_version;
mod hazards;
mod mixed_versions;
mod plan_base;
mod renames;
mod startup_checks;
mod undeclared_objects;
mod verification;
