//! Tests of the protocol, from one event to a thousand peers.

mod adversarial;
mod attestations;
mod bundle;
mod checkpoint;
mod fixture;
#[cfg(feature = "folder")]
mod folder;
#[cfg(feature = "folder")]
mod folder_order;
mod newer_versions;
mod nothing_lost;
mod reconcile;
mod simulation;
mod swarm;
