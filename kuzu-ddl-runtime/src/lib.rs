//! The runtime of `kuzu-ddl`: the schema model, events, fold, diff and plan as pure functions, and
//! behind features the adapters to the engines.

#[doc(hidden)]
pub mod __private;
pub mod archive;
pub mod backup;
pub mod check;
pub mod compare;
pub mod declared;
pub mod diff;
pub mod drift;
pub mod engine;
pub mod event;
mod fingerprint;
pub mod fold;
pub mod function;
pub mod history;
pub mod inspect;
pub mod ledger;
pub mod lock;
pub mod migrate;
pub mod owed;
pub mod plan;
pub mod schema;
#[cfg(test)]
mod sketch;

pub use declared::desc::{KuzuEdge, KuzuNode, KuzuTable, KuzuType};
pub use function::{FromKuzu, IntoKuzu};

#[cfg(feature = "kuzu")]
pub use kuzu;

/// The test line that holds the lock file to what the structs say:
///
/// ```ignore
/// #[test]
/// fn schema_lock() {
///     kuzu_ddl::lock!();
/// }
/// ```
///
/// Compares `kuzu-schema.lock` beside `Cargo.toml` with all structs that are compiled into the test, and panics
/// with the difference. `KUZU_DDL_LOCK=overwrite cargo test` writes the file instead, also the first time; where a
/// struct or a field vanished without a word, it writes nothing and says what to paste. See [`mod@lock`].
#[macro_export]
macro_rules! lock {
    () => {
        $crate::__private::verify_lock($crate::__private::env!("CARGO_MANIFEST_DIR"))
    };
}
