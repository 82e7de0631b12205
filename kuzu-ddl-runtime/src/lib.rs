//! The part of `kuzu-ddl` that talks to an engine: adapters, inspection, ledger, migrations.
//!
//! The modules are listed in the order of the data flow. A module imports only from modules above it;
//! the test `layers` holds this.

pub mod engine;
pub mod inspect;
pub mod ledger;
pub mod history;
pub mod error;
pub mod backup;
mod write_lock;
pub mod queries;
pub mod migrate;
pub mod testing;
#[doc(hidden)]
pub mod __private;

#[cfg(feature = "kuzu")]
pub use kuzu;

/// The test line that holds the lock file to what the structs say:
///
/// ```ignore
/// #[test]
/// fn schema_lock() {
///     kuzu_ddl::verify_lock_file!();
/// }
/// ```
///
/// Compares `kuzu-schema.lock` beside `Cargo.toml` with all structs that are compiled into the test, and panics
/// with the difference. `KUZU_DDL_LOCK=overwrite cargo test` writes the file instead, also the first time; where a
/// struct or a field vanished without a word, it writes nothing and says what to paste. See [`mod@lock`].
#[macro_export]
macro_rules! verify_lock_file {
    () => {
        $crate::__private::verify_lock($crate::__private::env!("CARGO_MANIFEST_DIR"))
    };
}
