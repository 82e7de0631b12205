//! The fold over concurrent events.

mod checkpoint;
mod concurrency;
mod edits;
mod hostile_texts;
mod orders;
mod pairs;
mod swarm;
