//! Policies of a migration, and the progress that it reports.

use std::collections::BTreeSet;
use std::time::Duration;

use kuzu_ddl_core::plan::HazardKind;
use serde::{Deserialize, Serialize};

/// How thoroughly a no-op start checks the live catalog for drift.
///
/// A start that has something to do always inspects the whole catalog.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::migrate::StartupCheck;
/// let migrator = Migrator::new(&db).declared(declared);
/// migrator.startup_check(StartupCheck::LedgerOnly).migrate()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum StartupCheck {
    /// Trusts the ledger: one look-up of a key.
    LedgerOnly,
    /// Compares the list of tables with their kinds, comments and catalog ids: one look-up and one
    /// `show_tables`. Out-of-band changes of properties go unnoticed.
    Tables,
    /// Compares the whole catalog, at about a third of a millisecond per table.
    FullCatalog,
    /// Uses `FullCatalog` up to 128 tables, and `Tables` above.
    #[default]
    Auto,
}

/// Largest number of tables for which [`StartupCheck::Auto`] checks the whole catalog.
pub(super) const FULL_CHECK_MAX_TABLES: usize = 128;

impl StartupCheck {
    pub(super) fn is_full(self, tables: usize) -> bool {
        self == Self::FullCatalog || (self == Self::Auto && tables <= FULL_CHECK_MAX_TABLES)
    }
}

/// What to do when the live schema differs from the ledger, because it was changed out of band or
/// because rows of the ledger are lost.
///
/// No variant deletes anything.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Connection, Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # Connection::new(&db)?.query("CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))")?;
/// # let mut declared = Declared::default();
/// # declared.schema = kuzu_ddl_runtime::queries::live_schema(&db)?;
/// # Migrator::new(&db).declared(declared.clone()).migrate()?;
/// use kuzu_ddl_runtime::migrate::DriftPolicy;
/// Connection::new(&db)?.query("ALTER TABLE Person ADD age INT64")?;
/// let migrator = Migrator::new(&db).declared(declared).drift_policy(DriftPolicy::Warn);
/// let report = migrator.migrate()?;
/// assert_eq!(report.notes.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum DriftPolicy {
    /// Fails with [`Error::DriftDetected`](crate::error::Error::DriftDetected).
    #[default]
    Error,
    /// Continues with the objects that do not differ, and reports the others as notes. A corrupt
    /// ledger is an error nevertheless.
    Warn,
    /// Trusts the database: out-of-band changes become events, which peers receive.
    ///
    /// Renames are recognised by catalog ids. Tables and sequences that no event created are
    /// adopted as well. Everything declared must still exist; otherwise the start fails with
    /// [`Error::CannotAdopt`](crate::error::Error::CannotAdopt). A corrupt ledger is an error
    /// nevertheless.
    Adopt,
    /// Corrects the ledger to match the database, and changes nothing else.
    ///
    /// Unreadable rows of the ledger are quarantined. The declaration has no influence; where it
    /// differs from the database, the next start plans the differences.
    Repair,
    /// Trusts the ledger: missing objects are recreated without rows, and comments are set again.
    /// Unexpected objects are left unchanged.
    Recreate,
}

/// What to do with tables, properties and pairs that are no longer declared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum UndeclaredPolicy {
    /// Keeps and reports them.
    #[default]
    Keep,
    /// Archives tables and properties by renaming them, and drops undeclared pairs, which deletes
    /// their rels and requires the hazard of each pair to be allowed.
    Archive,
}

/// What a migration may do without permission for each object.
///
/// No variant lets a property become required while rows lack a value, and no variant allows
/// everything: the remaining hazards are allowed one by one with
/// [`Migrator::allow`](crate::migrate::Migrator::allow).
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::migrate::ChangePolicy;
/// let migrator = Migrator::new(&db).declared(declared);
/// migrator.change_policy(ChangePolicy::Archive).migrate()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum ChangePolicy {
    /// Keeps undeclared objects. Data is rewritten where the source requests it; nothing is
    /// deleted.
    #[default]
    Additive,
    /// Also archives undeclared objects, and rewrites data on the first start with an existing
    /// database. Everything can be restored.
    Archive,
    /// Also deletes rels and rows permanently where a change requires it.
    Destructive,
}

impl ChangePolicy {
    pub(super) fn allows(self) -> BTreeSet<HazardKind> {
        use HazardKind::{DeletesData, Irreversible, MayFail, RewritesData};
        match self {
            Self::Additive => BTreeSet::new(),
            Self::Archive => BTreeSet::from([RewritesData, MayFail]),
            Self::Destructive => BTreeSet::from([RewritesData, MayFail, DeletesData, Irreversible]),
        }
    }

    pub(super) fn undeclared(self) -> UndeclaredPolicy {
        match self {
            Self::Additive => UndeclaredPolicy::Keep,
            Self::Archive | Self::Destructive => UndeclaredPolicy::Archive,
        }
    }
}

/// Progress of a migration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress<'a> {
    /// Current phase.
    pub phase: Phase,
    /// Number of completed steps.
    pub steps_done: usize,
    /// Total number of steps.
    pub steps_total: usize,
    /// Current step, if the phase runs steps.
    pub step: Option<&'a kuzu_ddl_core::plan::Step>,
    /// Number of rows touched by the completed steps, plus those for which functions have computed
    /// values in the current step. A row touched by several steps counts once per step.
    pub rows_done: u64,
    /// Number of rows that all steps touch; 0 while it is unknown.
    pub rows: u64,
}

/// Phase of a migration.
///
/// # Examples
///
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// use kuzu_ddl_runtime::migrate::Phase;
/// let migrator = Migrator::new(&db).declared(declared);
/// migrator.on_progress(|progress| if progress.phase == Phase::Apply {
///     println!("{} of {} steps", progress.steps_done, progress.steps_total);
/// }).migrate()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Phase {
    /// Checks rows before anything is changed: counts the rows of each hazard and evaluates the
    /// preflight checks.
    ///
    /// `steps_done` and `steps_total` count queries, `rows_done` rows for which a function was
    /// called.
    Preflight,
    /// Runs the plan on a scratch database.
    Rehearse,
    /// Copies the database file, before anything is changed.
    Backup,
    /// Runs the steps on the database, inside the transaction.
    Apply,
    /// Compares the catalog with the target schema.
    Verify,
    /// Writes the ledger.
    Record,
    /// Commits the transaction.
    Commit,
    /// Executes deferred tasks after the commit. `steps_done` and `steps_total` count these steps
    /// alone.
    PostCommit,
}

/// Default of [`Migrator::lock_timeout`](crate::migrate::Migrator::lock_timeout).
pub(super) const DEFAULT_LOCK_TIMEOUT: Duration = Duration::from_secs(5);

/// What to do with events of peers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum ReceivePolicy {
    /// Applies them, but holds events that remove objects declared by the running application,
    /// until the conflict is resolved or a newer version of the application starts.
    #[default]
    HoldBreaking,
    /// Applies all of them immediately.
    Apply,
    /// Stores all of them for the next start, which holds breaking events as
    /// [`HoldBreaking`](Self::HoldBreaking) does.
    Defer,
}
