//! `cast_with` and `fill_with`: values computed by Rust functions.

mod failures;
mod nodes;
mod primary_keys;
mod rels;
mod resume;
mod types;
