//! `cast_with` and `fill_with`: values that Rust functions make.

mod failures;
mod nodes;
mod primary_keys;
mod rels;
mod resume;
mod types;
