//! TODO-DOC describe

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
