//! Hazards that the engine, an archive or the application's own source would hide: each is named
//! before anything is changed, with the words that resolve it.

mod adoption;
mod archives;
mod checkpoint;
mod declared_items;
mod index_options;
mod plans;
mod reports;
mod requests;
mod tombstones;
mod volatile_keys;
