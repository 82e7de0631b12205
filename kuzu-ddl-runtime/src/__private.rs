//! What the macros name. Not part of the public interface: any release may change it, which is why
//! the derives are pinned to one version.

use std::marker::PhantomData;

pub use core::option::Option::Some;
pub use core::{
    compile_error, concat, env, file, include_bytes, include_str, line, module_path, stringify,
};
pub use std::prelude::v1::test;

pub use inventory;

pub use crate::declared::desc::{
    ExprDesc, IndexDesc, IndexKindDesc, KindDesc, KuzuEdge, KuzuNode, KuzuTable, KuzuType,
    MemberDesc, OnFailDesc, Origin, PairDesc, PropertyDesc, TableDesc, TypeDesc,
};
pub use crate::declared::registry::{Registered, Tombstone};
pub use crate::declared::sequence::SequenceDesc;
pub use crate::declared::{check, locked};
pub use crate::function::{
    FunctionDesc, call0, call1, call2, call3, call4, call5, call6, function0, function1, function2,
    function3, function4, function5, function6,
};
pub use crate::schema::{Multiplicity, StorageDirection};

/// The body of `lock!`.
#[track_caller]
pub fn verify_lock(manifest: &str) {
    if let Err(error) = crate::lock::verify(manifest) {
        panic!("{error}");
    }
}

/// The body of the tests that `upgrades!` makes.
#[track_caller]
pub fn upgrade(old: &str) {
    #[cfg(feature = "kuzu")]
    if let Err(error) = crate::lock::upgrade_compiled(old) {
        panic!("{error}");
    }
    #[cfg(not(feature = "kuzu"))]
    panic!(
        "an upgrade needs an engine: enable the feature `kuzu`; {} bytes unread",
        old.len()
    );
}

/// The test that finds locks which came after `upgrades!` was compiled.
#[track_caller]
pub fn all_locks(folder: &str, compiled: &[&str]) {
    let here = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let here = here.filter_map(|entry| entry.file_name().into_string().ok());
    let new = here.filter(|name| name.ends_with(".lock") && !compiled.contains(&name.as_str()));
    let new: Vec<String> = new.collect();
    assert!(
        new.is_empty(),
        "{folder} has locks that came later: {}; change something in the file with `upgrades!`, so that it is compiled again",
        new.join(", ")
    );
}

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
