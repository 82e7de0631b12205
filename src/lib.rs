#![cfg_attr(feature = "kuzu", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "kuzu"),
    doc = "Schema as code for Kùzu, without the engine."
)]

pub use kuzu_ddl_core::declared::{self, DeclareError, Declared};
pub use kuzu_ddl_core::event::{self, DdlEvent, EventId, Fingerprint, ObjectId};
pub use kuzu_ddl_core::plan::{self, Hazard, HazardKind, Plan, RowFailure, RowFailureKind, Step};
pub use kuzu_ddl_core::schema::{Comparison, compare};
pub use kuzu_ddl_core::{
    FromKuzu, IntoKuzu, KuzuEdge, KuzuNode, KuzuTable, KuzuType, diff, drift, dropped_sequence,
    dropped_table, fold, function, schema, sequence, types,
};
pub use kuzu_ddl_derive::{KuzuEdge, KuzuNode, KuzuType, upgrade_tests};
#[doc(hidden)]
pub use kuzu_ddl_runtime::__private;
pub use kuzu_ddl_runtime::backup::Backup;
#[cfg(feature = "kuzu")]
pub use kuzu_ddl_runtime::backup::restore_backup;
pub use kuzu_ddl_runtime::error::Error;
pub use kuzu_ddl_runtime::history::{self, History, HistoryError, Point};
#[cfg(feature = "kuzu")]
pub use kuzu_ddl_runtime::kuzu;
pub use kuzu_ddl_runtime::migrate::{
    self, ChangePolicy, DriftPolicy, Migrator, Phase, Progress, ReceivePolicy, ReceiveReport,
    Report, StartupCheck, SyncState, UndeclaredPolicy, sync_state,
};
pub use kuzu_ddl_runtime::queries::{ArchivedObject, list_archived};
pub use kuzu_ddl_runtime::testing::{CheckError, check as check_in};
pub use kuzu_ddl_runtime::{engine, inspect, ledger, lock, queries, testing};

/// Brings the database to the schema that is compiled into this binary: call it at startup, before
/// anything else uses the database.
///
/// The same as `Migrator::new(db).migrate()`; a [`Migrator`] has the settings.
///
/// # Errors
/// See [`Error`]. The database is as it was.
pub fn migrate(db: &dyn engine::Engine) -> Result<Report, Error> {
    Migrator::new(db).migrate()
}

/// Records a database that was there before kuzu-ddl, and changes nothing else: its tables go on working,
/// and [`Migrator::plan`] then shows what the structs say otherwise. [`migrate()`] adopts by itself; this is
/// for who wants to look before anything is changed.
///
/// The same as `Migrator::new(db).baseline()`.
///
/// # Errors
/// [`Error::HasLedger`] where there is a ledger already; else see [`Error`]. The database is as it was.
pub fn baseline(db: &dyn engine::Engine) -> Result<Report, Error> {
    Migrator::new(db).baseline()
}

/// Everything that can be asked of the schema without a database, for the application's own tests:
///
/// ```ignore
/// #[test]
/// fn schema() {
///     kuzu_ddl::check().unwrap();
/// }
/// ```
///
/// What is compiled in makes one schema, an empty in-memory database can be brought to it, looking at that
/// database gives back what was declared, and `kuzu-schema.lock`, if there is one, is current: so no struct went
/// without a word, and every crate of which the lock knows structs is linked.
///
/// # Errors
/// See [`CheckError`].
#[cfg(feature = "kuzu")]
pub fn check() -> Result<(), CheckError> {
    kuzu_ddl_runtime::testing::check_registered()
}
