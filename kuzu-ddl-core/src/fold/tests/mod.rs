//! The fold over concurrent events.

pub(in crate::fold) mod checkpoint;
pub(in crate::fold) mod orders;
pub(in crate::fold) mod pairs;
pub(in crate::fold) mod swarm;
