//! Tests of the whole, in one binary: each links the engine.

#[cfg(feature = "kuzu")]
mod back;
#[cfg(feature = "kuzu")]
mod bed;
#[cfg(feature = "kuzu")]
mod bugs;
#[cfg(feature = "kuzu")]
mod concurrency;
#[cfg(feature = "kuzu")]
mod crash;
mod declared;
mod derive;
#[cfg(feature = "kuzu")]
mod hostile;
mod hygiene;
#[cfg(feature = "kuzu")]
mod indexes;
#[cfg(feature = "kuzu")]
mod kill;
#[cfg(feature = "kuzu")]
mod ledger_format;
#[cfg(feature = "kuzu")]
mod lock;
#[cfg(feature = "kuzu")]
mod oracle;
#[cfg(feature = "kuzu")]
mod peers;
#[cfg(feature = "kuzu")]
mod rules;
#[cfg(feature = "kuzu")]
mod sequences;
mod types;
#[cfg(feature = "kuzu")]
mod values;
