//! The protocol between peers, from one event to a thousand peers.

mod bed;
mod simulation;
