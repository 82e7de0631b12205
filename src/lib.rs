#![cfg_attr(feature = "kuzu", doc = include_str!("../README.md"))]
#![cfg_attr(
    not(feature = "kuzu"),
    doc = "Schema as code for Kùzu, without the engine."
)]
#![forbid(unsafe_code)]

/// The pure part, without any promise of stability.
#[cfg(feature = "unstable-internals")]
pub use kuzu_ddl_core as core;
pub use kuzu_ddl_core::declared::{DeclareError, Declared};
pub use kuzu_ddl_core::plan::{Hazard, HazardKind, Plan, Step};
pub use kuzu_ddl_core::{
    FromKuzu, IntoKuzu, KuzuEdge, KuzuNode, KuzuTable, KuzuType, dropped_sequence, dropped_table,
    schema, sequence, types,
};
pub use kuzu_ddl_derive::{KuzuEdge, KuzuNode, KuzuType, upgrade_tests};
/// The part that talks to an engine, without any promise of stability.
#[cfg(feature = "unstable-internals")]
pub use kuzu_ddl_runtime as runtime;
#[doc(hidden)]
pub use kuzu_ddl_runtime::__private;
pub use kuzu_ddl_runtime::error::{Error, ErrorKind, Result};
#[cfg(feature = "kuzu")]
pub use kuzu_ddl_runtime::kuzu;
pub use kuzu_ddl_runtime::migrate::{
    ChangePolicy, DriftPolicy, Migrator, Phase, Progress, Report, StartupCheck, UndeclaredPolicy,
};
pub use kuzu_ddl_runtime::verify_lock_file;
/// Replication of schema history between databases: peers, bundles and shared folders.
#[cfg(feature = "sync")]
pub use kuzu_ddl_sync as sync;

/// The trait that an engine's adapter implements, and the values that it exchanges.
pub mod engine {
    pub use kuzu_ddl_core::capabilities::Capabilities;
    pub use kuzu_ddl_core::value::{Row, Value};
    pub use kuzu_ddl_runtime::engine::{Engine, EngineError, EngineErrorKind, Session};
}

/// Details that an [`Error`] carries.
pub mod error {
    pub use kuzu_ddl_core::declared::{DeclareError, Issue, IssueKind};
    pub use kuzu_ddl_core::diff::{Incompatibility, IncompatibilityKind};
    pub use kuzu_ddl_core::drift::{Drift, DriftKind, Location};
    pub use kuzu_ddl_core::fold::CheckpointError;
    pub use kuzu_ddl_core::plan::{DeferredWork, PlanError, RowFailure, RowFailureKind};
    pub use kuzu_ddl_runtime::backup::BackupError;
    pub use kuzu_ddl_runtime::error::{Error, ErrorKind};
    pub use kuzu_ddl_runtime::ledger::{CorruptRow, Corruption};
}

/// The history of a database: points, tags, and the schema at each of them.
pub mod history {
    pub use kuzu_ddl_runtime::history::{Entry, History, HistoryError, Point};
    pub use kuzu_ddl_runtime::ledger::{Revision, RollbackRecord, Tag};
    pub use kuzu_ddl_runtime::queries::{MAX_TAG_BYTES, check_tag, remove_tag, set_tag};
}

/// Archived objects, and backups of the database file.
pub mod archive {
    pub use kuzu_ddl_runtime::backup::Backup;
    #[cfg(feature = "kuzu")]
    pub use kuzu_ddl_runtime::backup::restore_backup;
    pub use kuzu_ddl_runtime::queries::{ArchivedKind, ArchivedObject, list_archived};
}

/// Events of peers: what arrives, what is applied, what is pending, and conflicts.
pub mod peers {
    pub use kuzu_ddl_core::event::{DdlEvent, EventId, Fingerprint, ObjectId};
    pub use kuzu_ddl_core::fold::{
        Conflict, ConflictKind, ConflictReport, Fold, HoldReason, Rejection,
    };
    pub use kuzu_ddl_runtime::migrate::{
        PendingEvent, PendingReason, ReceivePolicy, ReceiveReport, SyncState, sync_state,
    };
}

/// Read-only views of a schema, and the comparison of two of them.
pub mod model {
    pub use kuzu_ddl_core::schema::{
        Comparison, ComparisonEntry, ComparisonKind, Expr, Index, IndexKind, Multiplicity, NameKey,
        Pair, Property, Schema, Sequence, StorageDirection, StructField, Table, TableKind, Type,
        compare,
    };
    pub use kuzu_ddl_runtime::queries::live_schema;
}

/// Checks for the application's own tests.
pub mod testing {
    pub use kuzu_ddl_core::lock::UnaccountedRemoval;
    pub use kuzu_ddl_runtime::testing::{CheckError, LockError, UpgradeError, check_on};
}

/// The examples of the guide compile.
#[cfg(all(doctest, feature = "kuzu"))]
mod guide {
    macro_rules! pages {
        ($($(#[$attribute:meta])* $page:ident: $file:literal,)*) => {
            $(
                $(#[$attribute])*
                #[doc = include_str!(concat!("../docs/guide/src/", $file, ".md"))]
                mod $page {}
            )*
        };
    }

    pages! {
        ci: "ci",
        drift: "drift",
        drops: "drops",
        getting_started: "getting-started",
        indexes_and_sequences: "indexes-and-sequences",
        migrating: "migrating",
        #[cfg(feature = "sync")]
        peers: "peers",
        renames: "renames",
        rollback: "rollback",
        type_changes: "type-changes",
    }
}

/// Migrates the database to the schema that is compiled into this binary.
///
/// Call it at startup, before anything else uses the database. It is the same as
/// `Migrator::new(db).migrate()`; a [`Migrator`] has the settings.
///
/// # Errors
/// See [`Error`]. The database is unchanged.
///
/// # Examples
/// ```standalone_crate
/// # #[cfg(feature = "kuzu")] {
/// use kuzu_ddl::{KuzuNode, kuzu};
///
/// #[derive(KuzuNode)]
/// struct Person {
///     #[kuzu(primary_key)]
///     id: i64,
///     name: String,
/// }
///
/// # let config = kuzu::SystemConfig::default().max_db_size(1 << 34).buffer_pool_size(64 << 20);
/// let db = kuzu::Database::in_memory(config)?;
/// let report = kuzu_ddl::migrate(&db)?;
/// assert_eq!(report.steps.len(), 1);
/// assert!(kuzu_ddl::migrate(&db)?.is_up_to_date());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "apply")]
#[doc(alias = "auto_migrate")]
pub fn migrate(db: &dyn engine::Engine) -> Result<Report> {
    Migrator::new(db).migrate()
}

/// Returns everything that is compiled into this binary: tables, sequences and tombstones.
///
/// `Display` lists them, each with its crate and source line. A crate of which nothing is used is
/// not linked, so what it declares is missing from the list: link it with `use shop_model as _;`.
///
/// # Errors
/// Returns every issue of the declarations that the compiler could not detect.
///
/// # Examples
/// ```standalone_crate
/// #[derive(kuzu_ddl::KuzuNode)]
/// struct Person {
///     #[kuzu(primary_key)]
///     id: i64,
/// }
///
/// let declared = kuzu_ddl::declared()?;
/// println!("{declared}");
/// assert!(declared.to_string().contains("node table Person"));
/// # Ok::<(), kuzu_ddl::DeclareError>(())
/// ```
#[doc(alias = "registry")]
#[doc(alias = "inventory")]
pub fn declared() -> Result<Declared, DeclareError> {
    model::Schema::compiled()
}

/// Records the tables of a database that has no ledger yet, and changes nothing else.
///
/// Its tables go on working, and [`Migrator::plan`] then shows the differences to the structs.
/// [`migrate()`] adopts existing tables by itself; this function is for a review before any change.
/// It is the same as `Migrator::new(db).baseline()`.
///
/// # Errors
/// [`Error::AlreadyBaselined`] if the database has a ledger; otherwise see [`Error`]. The database is
/// unchanged.
///
/// # Examples
/// ```standalone_crate
/// # #[cfg(feature = "kuzu")] {
/// use kuzu_ddl::{KuzuNode, kuzu};
///
/// #[derive(KuzuNode)]
/// struct Person {
///     #[kuzu(primary_key)]
///     id: i64,
/// }
///
/// # let config = kuzu::SystemConfig::default().max_db_size(1 << 34).buffer_pool_size(64 << 20);
/// let db = kuzu::Database::in_memory(config)?;
/// kuzu::Connection::new(&db)?.query("CREATE NODE TABLE Person(id INT64 PRIMARY KEY)")?;
/// assert!(kuzu_ddl::baseline(&db)?.steps.is_empty());
/// assert!(kuzu_ddl::migrate(&db)?.steps.is_empty());
/// # }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "adopt")]
pub fn baseline(db: &dyn engine::Engine) -> Result<Report> {
    Migrator::new(db).baseline()
}

/// Checks the declared schema without a database of the application, for its own tests.
///
/// The structs form one schema, an empty in-memory database can be migrated to it, inspecting that
/// database returns what was declared, and `kuzu-schema.lock`, if present, is current. So no struct
/// was removed without a tombstone, and every crate with structs in the lock file is linked.
///
/// # Errors
/// See [`CheckError`](testing::CheckError).
///
/// # Examples
/// ```standalone_crate
/// #[derive(kuzu_ddl::KuzuNode)]
/// struct Person {
///     #[kuzu(primary_key)]
///     id: i64,
/// }
///
/// // In a `#[test]`:
/// kuzu_ddl::check().unwrap();
/// ```
#[cfg(feature = "kuzu")]
#[doc(alias = "validate")]
#[doc(alias = "lint")]
pub fn check() -> Result<(), testing::CheckError> {
    kuzu_ddl_runtime::testing::check_registered()
}
