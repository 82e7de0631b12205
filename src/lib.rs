#![cfg_attr(feature = "kuzu", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "kuzu"),
    doc = "Schema as code for Kùzu, without the engine."
)]

pub use kuzu_ddl_derive::{KuzuEdge, KuzuNode, KuzuType};
#[doc(hidden)]
pub use kuzu_ddl_runtime::__private;
pub use kuzu_ddl_runtime::{
    KuzuEdge, KuzuNode, KuzuTable, KuzuType, declared, dropped_table, schema,
};

pub use kuzu_ddl_runtime::declared::faces as types;

#[cfg(feature = "kuzu")]
pub use kuzu_ddl_runtime::kuzu;

pub use kuzu_ddl_runtime::archive::{Archived, archives};
pub use kuzu_ddl_runtime::compare::{Difference, compare};
pub use kuzu_ddl_runtime::declared::{DeclareError, Declared};
pub use kuzu_ddl_runtime::event::{DdlEvent, EventId, Fingerprint, ObjectId};
pub use kuzu_ddl_runtime::history::{History, HistoryError, Point};
pub use kuzu_ddl_runtime::migrate::{
    DriftPolicy, Error, Migrator, Phase, Progress, Report, Undeclared, Verify,
};
pub use kuzu_ddl_runtime::plan::{Hazard, HazardKind, Plan, Step};
pub use kuzu_ddl_runtime::{
    archive, compare, diff, drift, engine, event, fold, history, inspect, ledger, plan,
};

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
