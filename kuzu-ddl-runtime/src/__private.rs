//! What the macros name. Not part of the public interface: any release may change it, which is why
//! the derives are pinned to one version.

use std::marker::PhantomData;

pub use core::option::Option::Some;
pub use core::{concat, file, include_bytes, line, module_path, option_env};

pub use inventory;

pub use crate::declared::desc::{
    ExprDesc, IndexDesc, IndexKindDesc, KindDesc, KuzuEdge, KuzuNode, KuzuTable, KuzuType,
    MemberDesc, Origin, PairDesc, PropertyDesc, TableDesc, TypeDesc,
};
pub use crate::declared::registry::{Registered, Tombstone};
pub use crate::declared::{check, locked};
pub use crate::schema::{Multiplicity, StorageDirection};

/// Tells whether a type is an `Option`, also behind an alias: an inherent constant goes before that
/// of a trait. For fields with `type = "…"`, whose Rust type need not be a Kùzu type.
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<Option<T>> {
    pub const NULLABLE: bool = true;
}

/// What [`Probe`] says of all other types.
pub trait Otherwise {
    const NULLABLE: bool = false;
}

impl<T: ?Sized> Otherwise for Probe<T> {}
