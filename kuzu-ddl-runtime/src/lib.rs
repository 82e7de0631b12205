//! The part of `kuzu-ddl` that uses an engine: adapters, inspection, ledger, migrations.
//!
//! The modules are listed in the order of the data flow. A module imports only from modules above
//! it; the test `layers` verifies this.

pub mod engine;
pub mod inspect;
pub mod ledger;
pub mod history;
pub mod backup;
pub mod error;
mod write_lock;
pub mod queries;
pub mod migrate;
pub mod testing;
#[doc(hidden)]
pub mod __private;

#[cfg(feature = "kuzu")]
pub use kuzu;

/// Verifies in a test that the lock file matches the compiled structs:
///
/// ```ignore
/// #[test]
/// fn schema_lock() {
///     kuzu_ddl::verify_lock_file!();
/// }
/// ```
///
/// Compares `kuzu-schema.lock` next to `Cargo.toml` with all structs that are compiled into the
/// test, and panics with the difference. `KUZU_DDL_LOCK=overwrite cargo test` creates or updates
/// the file instead; if a struct or a field was removed without a tombstone, it writes nothing and
/// prints the tombstone to add. See [`testing`](crate::testing).
#[macro_export]
macro_rules! verify_lock_file {
    () => {
        $crate::__private::verify_lock($crate::__private::env!("CARGO_MANIFEST_DIR"))
    };
}
