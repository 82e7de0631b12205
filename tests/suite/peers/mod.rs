//! Databases of one space that change apart and hear of one another.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod alias;
mod boot;
mod checkpoint;
mod conflict;
mod delay;
mod drift;
mod edit;
mod future;
mod heal;
mod hostile;
mod kill;
mod names;
mod orders;
mod pairs;
mod policy;
mod space;
mod values;
