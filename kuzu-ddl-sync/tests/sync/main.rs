//! The protocol between peers, from one event to a thousand peers.

mod bed;
mod bundle;
mod catch_up;
#[cfg(feature = "folder")]
mod folder;
mod future;
mod hostile;
mod said;
mod simulation;
mod swarm;
