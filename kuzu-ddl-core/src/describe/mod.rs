//! The constant descriptions that the derives emit: one per struct, without logic.
//!
//! Everything here can be written in a `const`, so an expansion is a static table that costs the
//! user almost no compile time. The owned model is built from it once, at startup.

#[doc(hidden)]
pub mod const_checks;
mod const_string;
mod function;
mod location;
#[doc(hidden)]
pub mod lock_checks;
mod sequence;
pub mod table;
mod tombstone;
mod traits;
mod type_text;
mod types;

pub use function::{FunctionDesc, FunctionError, FunctionPtr, InputDesc};
pub use location::SourceLocation;
pub use sequence::SequenceDesc;
pub(crate) use sequence::bounds;
pub use table::{
    ExprDesc, IndexDesc, IndexKindDesc, OnFailDesc, Origin, PairDesc, PropertyDesc, TableDesc,
    TableKindDesc,
};
pub use tombstone::Tombstone;
pub use traits::{KuzuEdge, KuzuNode, KuzuTable, KuzuType};
pub use types::{MemberDesc, TypeDesc};
