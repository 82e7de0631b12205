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
pub use crate::declared::registry::Registration;
pub use crate::describe::{
    ExprDesc, FunctionDesc, IndexDesc, IndexKindDesc, KuzuEdge, KuzuNode, KuzuTable, KuzuType,
    MemberDesc, OnFailDesc, Origin, PairDesc, PropertyDesc, SequenceDesc, TableDesc, TableKindDesc,
    Tombstone, TypeDesc, const_checks, lock_checks,
};
pub use crate::function::{
    describe_fn0, describe_fn1, describe_fn2, describe_fn3, describe_fn4, describe_fn5,
    describe_fn6, invoke_fn0, invoke_fn1, invoke_fn2, invoke_fn3, invoke_fn4, invoke_fn5,
    invoke_fn6,
};
pub use crate::schema::{Multiplicity, StorageDirection};

/// Detects whether a type is an `Option`, also behind an alias, because an inherent constant takes
/// precedence over that of a trait. For fields with `type = "…"`, whose Rust type need not be a
/// Kùzu type.
pub struct NullableProbe<T: ?Sized>(PhantomData<T>);

impl<T> NullableProbe<Option<T>> {
    pub const NULLABLE: bool = true;
}

/// The result of [`NullableProbe`] for all other types.
pub trait NotNullable {
    const NULLABLE: bool = false;
}

impl<T: ?Sized> NotNullable for NullableProbe<T> {}
