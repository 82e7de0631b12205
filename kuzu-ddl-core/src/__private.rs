//! Items that the macros and derives refer to.
//!
//! Not part of the public interface: any release may change them, so the derives are pinned to one
//! version.

pub use core::option::Option::Some;
pub use core::{
    compile_error, concat, env, file, include_bytes, include_str, line, module_path, stringify,
};
use std::marker::PhantomData;
pub use std::prelude::v1::test;

pub use inventory;

pub use crate::declared::Declared;
pub use crate::declared::registry::Registered;
pub use crate::describe::{
    ExprDesc, FunctionDesc, IndexDesc, IndexKindDesc, KindDesc, KuzuEdge, KuzuNode, KuzuTable,
    KuzuType, MemberDesc, OnFailDesc, Origin, PairDesc, PropertyDesc, SequenceDesc, TableDesc,
    Tombstone, TypeDesc, const_checks as check, lock_checks as locked,
};
pub use crate::function::{
    call0, call1, call2, call3, call4, call5, call6, function0, function1, function2, function3,
    function4, function5, function6,
};
pub use crate::schema::{Multiplicity, StorageDirection};

/// Detects whether a type is an `Option`, also behind an alias, because an inherent constant takes
/// precedence over that of a trait. For fields with `type = "…"`, whose Rust type need not be a Kùzu
/// type.
pub struct Probe<T: ?Sized>(PhantomData<T>);

impl<T> Probe<Option<T>> {
    pub const NULLABLE: bool = true;
}

/// The result of [`Probe`] for all other types.
pub trait Otherwise {
    const NULLABLE: bool = false;
}

impl<T: ?Sized> Otherwise for Probe<T> {}
