//! The fold over events that did not know of one another.

pub(in crate::fold) mod checkpoint;
pub(in crate::fold) mod orders;
pub(in crate::fold) mod pairs;
pub(in crate::fold) mod swarm;
