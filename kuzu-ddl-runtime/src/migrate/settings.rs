//! Settings of a migrator.

use std::collections::BTreeSet;
use std::fmt;
use std::time::Duration;

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::event::Fingerprint;
use kuzu_ddl_core::plan::{AllowedHazards, HazardKind};

use super::execute::function_batch::DEFAULT_BATCH_SIZE;
use super::policy::DEFAULT_LOCK_TIMEOUT;
use super::{
    ChangePolicy, DriftPolicy, Migrator, Progress, ReceivePolicy, StartupCheck, UndeclaredPolicy,
};
use crate::backup::Backup;
use crate::engine::Engine;

/// Lists the settings that are plain values.
impl fmt::Debug for Migrator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Migrator")
            .field("allowed", &self.allowed)
            .field("drift_policy", &self.drift_policy)
            .field("undeclared_policy", &self.undeclared_policy)
            .field("receive_policy", &self.receive_policy)
            .field("peer_tables", &self.peer_tables)
            .field("startup_check", &self.startup_check)
            .field("restore", &self.restore)
            .field("recreate", &self.recreate)
            .field("purge", &self.purge)
            .field("lock_timeout", &self.lock_timeout)
            .field("batch_size", &self.batch_size)
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

impl<'a> Migrator<'a> {
    /// Creates a migrator with default settings for an open database.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn new(engine: &'a dyn Engine) -> Self {
        Self {
            engine,
            declared: None,
            is_explicit: false,
            allow_empty: false,
            allowed: AllowedHazards::default(),
            drift_policy: DriftPolicy::default(),
            undeclared_policy: UndeclaredPolicy::default(),
            startup_check: StartupCheck::default(),
            restore: BTreeSet::new(),
            recreate: BTreeSet::new(),
            purge: BTreeSet::new(),
            backup: None,
            receive_policy: ReceivePolicy::default(),
            retry_set_aside: false,
            peer_tables: None,
            partial_rollback: false,
            reapply_rolled_back: false,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            batch_size: DEFAULT_BATCH_SIZE,
            application: None,
            progress: None,
        }
    }

    /// Sets the declared schema, from `schema![…]`. Default: everything compiled into the binary.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core as kuzu_ddl;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// let declared = kuzu_ddl::schema![; sequences ("order_no", start = 100)]?;
    /// let report = Migrator::new(&db).declared(declared).migrate()?;
    /// assert_eq!(report.events.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "schema")]
    #[must_use]
    pub fn declared(mut self, declared: Declared) -> Self {
        self.declared = Some(declared);
        self.is_explicit = true;
        self
    }

    /// Allows a program that declares nothing to start. Default: it fails with
    /// [`Error::NothingDeclared`](crate::error::Error::NothingDeclared), because the crate of the
    /// structs is probably not linked.
    ///
    /// A schema given by [`declared`](Self::declared) may be empty without it.
    ///
    /// # Examples
    /// ```standalone_crate
    /// # use kuzu_ddl_runtime::error::ErrorKind;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// let error = Migrator::new(&db).migrate().unwrap_err();
    /// assert_eq!(error.kind(), ErrorKind::NothingDeclared);
    /// Migrator::new(&db).allow_empty().migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "unlinked")]
    #[must_use]
    pub fn allow_empty(mut self) -> Self {
        self.allow_empty = true;
        self
    }

    /// Allows one hazard of one object. The error of a blocked plan contains the exact calls, which
    /// are the same for every database of the application.
    ///
    /// A rel table stands for all its FROM–TO pairs. What may be deleted may be irreversible.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_core::plan::HazardKind;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.allow(HazardKind::RewritesData, "Person.age").migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "permit")]
    #[doc(alias = "hazard")]
    #[must_use]
    pub fn allow(mut self, kind: HazardKind, object: impl Into<String>) -> Self {
        self.allowed.objects.insert((kind, object.into()));
        self
    }

    /// Allows all hazards of the plan with this fingerprint, and of no other plan.
    ///
    /// The [fingerprint](kuzu_ddl_core::plan::Plan::fingerprint) is that of the steps, not of the
    /// rows. It is for reviews: plan on a copy, store the plan as text or JSON, and allow it after the
    /// review. A text that is no fingerprint allows nothing.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let plan = Migrator::new(&db).declared(declared.clone()).plan()?;
    /// let reviewed = plan.fingerprint().to_string();
    /// Migrator::new(&db).declared(declared).allow_plan(&reviewed).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "approve")]
    #[must_use]
    pub fn allow_plan(mut self, fingerprint: &str) -> Self {
        self.allowed
            .plans
            .extend(fingerprint.parse::<Fingerprint>());
        self
    }

    /// Sets what the migration may do without permission for each object. Default:
    /// [`ChangePolicy::Additive`].
    ///
    /// It also sets the [`undeclared_policy`](Self::undeclared_policy).
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, ChangePolicy};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.change_policy(ChangePolicy::Archive).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "policy")]
    #[must_use]
    pub fn change_policy(mut self, policy: ChangePolicy) -> Self {
        self.allowed.kinds = policy.allows();
        self.undeclared_policy = policy.undeclared();
        self
    }

    /// Sets what to do when the live schema differs from the ledger. Default:
    /// [`DriftPolicy::Error`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, DriftPolicy};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// # let connection = kuzu_ddl_runtime::kuzu::Connection::new(&db)?;
    /// # let migrator = || Migrator::new(&db).declared(declared.clone());
    /// migrator().migrate()?;
    /// connection.query("DROP SEQUENCE order_no")?;
    /// let plan = migrator().drift_policy(DriftPolicy::Recreate).plan()?;
    /// assert_eq!(plan.steps.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "drift")]
    #[must_use]
    pub fn drift_policy(mut self, policy: DriftPolicy) -> Self {
        self.drift_policy = policy;
        self
    }

    /// Sets what to do with objects that are no longer declared. Default:
    /// [`UndeclaredPolicy::Keep`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, UndeclaredPolicy};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.undeclared_policy(UndeclaredPolicy::Archive).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "prune")]
    #[must_use]
    pub fn undeclared_policy(mut self, policy: UndeclaredPolicy) -> Self {
        self.undeclared_policy = policy;
        self
    }

    /// Sets how thoroughly a no-op start checks the live catalog. Default: [`StartupCheck::Auto`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, StartupCheck};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.startup_check(StartupCheck::LedgerOnly).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "verify")]
    #[must_use]
    pub fn startup_check(mut self, verify: StartupCheck) -> Self {
        self.startup_check = verify;
        self
    }

    /// Restores a dropped `Table`, `Table.property` or `Table(From -> To)` with its rows.
    ///
    /// A pair gets each of its rels back where both nodes exist; the others are counted, and their
    /// deletion must be allowed.
    ///
    /// A property whose type was changed returns to the declared type, if it had that type before,
    /// or to the type of the column that [`list_archived`](crate::queries::list_archived) lists
    /// under this name. It receives the old values; rows that were inserted or updated since are
    /// cast. (Changes to values that a Rust function computed cannot be detected: there, every row
    /// with an old value receives the old value.)
    ///
    /// # Examples
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
    /// let dropped = Declared::default().with_dropped_table("Person")?;
    /// Migrator::new(&db).declared(dropped.clone()).migrate()?; // archives the table
    /// let report = Migrator::new(&db).declared(declared).restore("Person").migrate()?;
    /// assert_eq!(report.steps.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "undelete")]
    #[doc(alias = "unarchive")]
    #[must_use]
    pub fn restore(mut self, object: impl Into<String>) -> Self {
        self.restore.insert(object.into());
        self
    }

    /// Recreates a dropped `Table` or `Table.property` without rows; the old rows stay archived.
    ///
    /// # Examples
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
    /// let dropped = Declared::default().with_dropped_table("Person")?;
    /// Migrator::new(&db).declared(dropped.clone()).migrate()?; // archives the table
    /// let report = Migrator::new(&db).declared(declared).recreate("Person").migrate()?;
    /// assert_eq!(report.steps.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "reset")]
    #[must_use]
    pub fn recreate(mut self, object: impl Into<String>) -> Self {
        self.recreate.insert(object.into());
        self
    }

    /// Permanently deletes something archived: a dropped `Table` or `Table.property`, or the column
    /// with the values from before a change, by its name in
    /// [`list_archived`](crate::queries::list_archived).
    ///
    /// The hazards must be allowed as usual. Only a backup can undo it.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Connection, Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{ChangePolicy, Migrator};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # Connection::new(&db)?.query("CREATE NODE TABLE Person(id INT64, PRIMARY KEY(id))")?;
    /// # let mut declared = Declared::default();
    /// # declared.schema = kuzu_ddl_runtime::queries::live_schema(&db)?;
    /// # Migrator::new(&db).declared(declared.clone()).migrate()?;
    /// let dropped = Declared::default().with_dropped_table("Person")?;
    /// Migrator::new(&db).declared(dropped.clone()).migrate()?; // archives the table
    /// let migrator = Migrator::new(&db).declared(dropped).purge("Person");
    /// migrator.change_policy(ChangePolicy::Destructive).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "delete")]
    #[doc(alias = "vacuum")]
    #[must_use]
    pub fn purge(mut self, object: impl Into<String>) -> Self {
        self.purge.insert(object.into());
        self
    }

    /// Copies the database file before a plan that endangers data: one with a hazard other than
    /// breaking older applications, for objects that have rows.
    ///
    /// The report contains the path of the copy; [`restore_backup`](crate::backup) restores it.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::backup::Backup;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default();
    /// let migrator = Migrator::new(&db).declared(declared);
    /// let report = migrator.backup(Backup::new("app.kuzu")).migrate()?;
    /// assert!(report.backup.is_none()); // no step endangers data
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn backup(mut self, backup: Backup) -> Self {
        self.backup = Some(backup);
        self
    }

    /// Sets how long to wait for the write transaction of another connection. Default: 5 seconds.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// # use std::time::Duration;
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.lock_timeout(Duration::from_secs(30)).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "busy_timeout")]
    #[doc(alias = "wait")]
    #[must_use]
    pub fn lock_timeout(mut self, wait: Duration) -> Self {
        self.lock_timeout = wait;
        self
    }

    /// Sets the largest number of rows for which a Rust function of `cast_with` or `fill_with`
    /// computes values in one transaction; deleted rows may count. Default: 10,000.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.batch_size(1_000).migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "backfill")]
    #[doc(alias = "chunk_size")]
    #[must_use]
    pub fn batch_size(mut self, rows: u64) -> Self {
        self.batch_size = rows.max(1);
        self
    }

    /// Sets the name and version of the application, for the history. It does not influence the
    /// migration.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.application("shop 1.4").migrate()?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "app")]
    #[must_use]
    pub fn application(mut self, app: impl Into<String>) -> Self {
        self.application = Some(app.into());
        self
    }

    /// Sets a callback that receives the progress of the migration.
    ///
    /// The callback must not use the database.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, Phase};
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let mut phases = Vec::new();
    /// let migrator = Migrator::new(&db).declared(declared);
    /// migrator.on_progress(|progress| phases.push(progress.phase)).migrate()?;
    /// assert_eq!(phases.last(), Some(&Phase::Commit));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "callback")]
    #[doc(alias = "progress")]
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(Progress<'_>) + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }
}
