//! Whole-system tests, in one binary: each binary links the engine.

#[cfg(feature = "kuzu")]
mod adversarial;
#[cfg(feature = "kuzu")]
mod changes;
#[cfg(feature = "kuzu")]
mod conversions;
#[cfg(feature = "kuzu")]
mod crash;
#[cfg(feature = "kuzu")]
mod engine_bugs;
#[cfg(feature = "kuzu")]
mod fixture;
#[cfg(feature = "kuzu")]
mod hazards;
#[cfg(feature = "kuzu")]
mod invariants;
#[cfg(feature = "kuzu")]
mod ledger_format;
#[cfg(feature = "kuzu")]
mod lock_file;
#[cfg(feature = "kuzu")]
mod oracle;
#[cfg(feature = "kuzu")]
mod peers;
#[cfg(feature = "kuzu")]
mod rollback;
mod schema;
