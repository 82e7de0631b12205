//! The fold over concurrent events.

mod checkpoint;
mod edits;
mod orders;
mod pairs;
mod swarm;
