//! The fold over events that did not know of one another.

mod orders;
mod pairs;
mod swarm;
