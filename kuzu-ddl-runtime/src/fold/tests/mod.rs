//! The fold over events that did not know of one another.

mod checkpoint;
mod orders;
mod pairs;
mod swarm;
