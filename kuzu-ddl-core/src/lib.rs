//! The pure part of `kuzu-ddl`: everything that needs no engine, no file and no clock.
//!
//! The modules are listed in the order of the data flow. A module imports only from modules above
//! it; the test `layers` holds this.

#![forbid(unsafe_code)]

#[doc(hidden)]
pub mod one_line;
mod json_text;
pub mod schema;
pub mod value;
pub mod capabilities;
pub mod describe;
pub mod types;
pub mod function;
pub mod conversion;
pub mod event;
pub mod declared;
pub mod fold;
pub mod catalog;
pub mod state;
pub mod drift;
pub mod diff;
pub mod plan;
pub mod lock;
mod macros;
#[cfg(test)]
mod test_schema;
#[doc(hidden)]
pub mod __private;

pub use describe::{KuzuEdge, KuzuNode, KuzuTable, KuzuType};
pub use function::{FromKuzu, IntoKuzu};
