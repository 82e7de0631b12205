//! Migration of a database to the declared schema: planning, rehearsal, application and recording.
//!
//! Changes of the source, of peers and of the operator take the same path.

mod baseline;
mod bootstrap;
mod execute;
mod planning;
mod policy;
mod post_commit;
mod preflight;
mod receive;
mod rehearse;
mod report;
mod rollback;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use execute::function_batch as made;
use kuzu_ddl_core::declared::{DeclareError, Declared};
use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::plan::{AllowedHazards, HazardKind, Plan, Step};
use kuzu_ddl_core::schema::Schema;
use planning::catalog_hash as catalog;
pub use policy::{
    ChangePolicy, DriftPolicy, Phase, Progress, ReceivePolicy, StartupCheck, UndeclaredPolicy,
};
pub use receive::report::{PendingEvent, PendingReason, ReceiveReport};
pub use receive::sync_state::{SyncState, sync_state};
pub use report::Report;

use crate::backup::Backup;
use crate::engine::{Engine, EngineErrorKind, Session};
use crate::error::Error;
use crate::history::Point;
use crate::inspect::InspectScope;
use crate::ledger::FingerprintedDeclaration;
use crate::{inspect, ledger};

/// Largest number of plans made because the database changed concurrently.
const MAX_REPLANS: usize = 5;

/// Callback that receives the progress of a migration.
type Listener<'a> = Box<dyn FnMut(Progress<'_>) + 'a>;

/// Migrates a database to the declared schema.
///
/// Every setting has a safe default. A migrator is built from settings and consumed by an action:
/// [`plan`](Self::plan), [`migrate`](Self::migrate), [`apply`](Self::apply),
/// [`baseline`](Self::baseline), [`rollback`](Self::rollback), [`receive`](Self::receive) and
/// others.
///
/// # Concurrent readers
/// Other connections keep reading, and see the old schema until the commit. A reader inside an
/// explicit transaction that began earlier keeps its snapshot where a table is changed in place: a
/// property that is added, renamed, archived, or given another type (of a node). Where a table is
/// rebuilt or renamed away (another key, multiplicity or direction, another type of a rel property;
/// the step says `copy the …`), the engine withdraws it from such a transaction: the next query of
/// that table fails with [`EngineErrorKind::Missing`], which ends the transaction. The connection
/// stays usable: begin a new transaction, and repeat the reads. Writers are excluded while the
/// steps run; they wait or retry as usual.
///
/// # Examples
/// ```
/// # use kuzu_ddl_core::declared::Declared;
/// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
/// # use kuzu_ddl_runtime::migrate::Migrator;
/// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
/// # let db = Database::in_memory(config)?;
/// # let declared = Declared::default().with_sequence("order_no", 1, 1);
/// let report = Migrator::new(&db).declared(declared.clone()).migrate()?;
/// assert_eq!(report.steps.len(), 1);
/// assert!(Migrator::new(&db).declared(declared).migrate()?.is_up_to_date());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Migrator<'a> {
    engine: &'a dyn Engine,
    declared: Option<Declared>,
    allowed: AllowedHazards,
    drift_policy: DriftPolicy,
    undeclared_policy: UndeclaredPolicy,
    startup_check: StartupCheck,
    restore: BTreeSet<String>,
    recreate: BTreeSet<String>,
    purge: BTreeSet<String>,
    backup: Option<Backup>,
    backed_up: Option<std::path::PathBuf>,
    back: Option<Point>,
    baseline: bool,
    /// The events of peers that are being carried out.
    received: Option<Vec<DdlEvent>>,
    /// The checkpoint that the history is to begin with.
    beginning: Option<bootstrap::Bootstrap>,
    policy_incoming: ReceivePolicy,
    partial: bool,
    redo: bool,
    lock_timeout: Duration,
    batch_size: u64,
    application: Option<String>,
    progress: Option<Listener<'a>>,
    /// What each step took.
    actual: Vec<Duration>,
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
            allowed: AllowedHazards::default(),
            drift_policy: DriftPolicy::default(),
            undeclared_policy: UndeclaredPolicy::default(),
            startup_check: StartupCheck::default(),
            restore: BTreeSet::new(),
            recreate: BTreeSet::new(),
            purge: BTreeSet::new(),
            backup: None,
            backed_up: None,
            back: None,
            baseline: false,
            received: None,
            beginning: None,
            policy_incoming: ReceivePolicy::default(),
            partial: false,
            redo: false,
            lock_timeout: policy::DEFAULT_LOCK_TIMEOUT,
            batch_size: made::DEFAULT_BATCH_SIZE,
            application: None,
            progress: None,
            actual: Vec::new(),
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
    #[must_use]
    pub fn declared(mut self, declared: Declared) -> Self {
        self.declared = Some(declared);
        self
    }

    /// Allows one hazard of one object. The error of a blocked plan contains the exact calls.
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
    #[must_use]
    pub fn allow(mut self, kind: HazardKind, object: impl Into<String>) -> Self {
        self.allowed.objects.insert((kind, object.into()));
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
    #[must_use]
    pub fn startup_check(mut self, verify: StartupCheck) -> Self {
        self.startup_check = verify;
        self
    }

    /// Restores a dropped `Table` or `Table.property` with its rows.
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
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// archive()?;
    /// let report = migrator(with_table).restore("Person").migrate()?;
    /// assert_eq!(report.steps.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// RECREATE
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// PURGE
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
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
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(Progress<'_>) + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// Returns the plan that [`migrate`](Self::migrate) would apply, and writes nothing to the
    /// database.
    ///
    /// # Errors
    /// All errors of `migrate` that occur before its first step, except
    /// [`Error::HazardsNotAllowed`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let plan = Migrator::new(&db).declared(declared).plan()?;
    /// assert_eq!(plan.steps.len(), 1);
    /// println!("{plan}");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn plan(&self) -> Result<Plan, Error> {
        let declared = self.declaration()?;
        let session = self.engine.session()?;
        let mut attempt = 1;
        loop {
            match self.prepare(session.as_ref(), &declared, None) {
                Err(Error::StalePlan) if attempt < MAX_REPLANS => attempt += 1,
                result => return result.map(|prepared| prepared.plan),
            }
        }
    }

    /// Migrates the database to the declared schema.
    ///
    /// # Errors
    /// See [`Error`]. Unless the variant says otherwise, the database is unchanged.
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::Migrator;
    /// # let config = SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let db = Database::in_memory(config)?;
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// let report = Migrator::new(&db).declared(declared).migrate()?;
    /// assert_eq!(report.events.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn migrate(mut self) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("migrate").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        let session = self.engine.session()?;
        if let Some(report) = self.fast(session.as_ref(), &declared, start)? {
            return Ok(report);
        }
        if let Some(Ok(state)) = ledger::read_state(session.as_ref())?
            && state.has_pending_events()
        {
            self.deliver(&declared, Vec::new(), true)?;
        }
        drop(session);
        self.plan_and_apply(&declared, None, start)
    }

    /// Applies a plan that [`plan`](Self::plan) returned earlier, with the same settings.
    ///
    /// # Errors
    /// [`Error::StalePlan`] if the database has changed since the plan was made; otherwise as
    /// [`migrate`](Self::migrate).
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
    /// let report = Migrator::new(&db).declared(declared).apply(&plan)?;
    /// assert_eq!(report.steps.len(), plan.steps.len());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn apply(mut self, plan: &Plan) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("apply").entered();
        let declared = self.declaration()?;
        self.plan_and_apply(&declared, Some(plan), start)
    }

    fn declaration(&self) -> Result<FingerprintedDeclaration, Error> {
        fingerprint_declaration(self.declared.clone())
    }

    /// Recognises a no-op start: one look-up in the ledger, and a check of the catalog as thorough
    /// as [`StartupCheck`] requires.
    fn fast(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        start: Instant,
    ) -> Result<Option<Report>, Error> {
        if !self.restore.is_empty()
            || !self.recreate.is_empty()
            || !self.purge.is_empty()
            || self.redo
            || self.undeclared_policy != UndeclaredPolicy::Keep
            || matches!(self.drift_policy, DriftPolicy::Adopt | DriftPolicy::Repair)
        {
            return Ok(None);
        }
        let state = match ledger::read_state(session)? {
            None => return Ok(None),
            Some(Err(bad)) => return Err(Error::CorruptLedger(vec![bad])),
            Some(Ok(state)) => state,
        };
        if !state.verified_declarations.contains(&declared.id)
            || !state.local.deferred.is_empty()
            || state.has_pending_events()
        {
            return Ok(None);
        }
        if self.startup_check != StartupCheck::LedgerOnly {
            if !inspect::dangling_indexes(session)?.is_empty() {
                return Ok(None);
            }
            let tables = inspect::tables(session)?;
            if catalog::table_list_hash(&tables) != state.table_list_hash {
                return Ok(None);
            }
            if self.startup_check.is_full(tables.len())
                && catalog::snapshot_hash(&inspect::inspect(session, InspectScope::All)?)
                    != state.catalog_hash
            {
                return Ok(None);
            }
        }
        Ok(Some(Report {
            steps: Vec::new(),
            events: Vec::new(),
            notes: Vec::new(),
            schema: state.schema,
            frontier: state.frontier,
            conflicts: Vec::new(),
            held_events: Vec::new(),
            backup: None,
            step_durations: Vec::new(),
            deferred: Vec::new(),
            elapsed: start.elapsed(),
        }))
    }

    /// Reports the phase, and the current step if the phase runs steps.
    fn tell(&mut self, phase: Phase, done: usize, steps: &[Step]) {
        self.tell_within(phase, done, steps, 0);
    }

    /// Reports progress within a step of which `within` rows are done.
    fn tell_within(&mut self, phase: Phase, done: usize, steps: &[Step], within: u64) {
        if let Some(progress) = &mut self.progress {
            let step = steps
                .get(done)
                .filter(|_| matches!(phase, Phase::Apply | Phase::PostCommit));
            let rows = |steps: &[Step]| {
                let work = steps.iter().filter_map(|step| step.row_work.as_ref()?.rows);
                work.fold(0, u64::saturating_add)
            };
            progress(Progress {
                phase,
                steps_done: done,
                steps_total: steps.len(),
                step,
                rows_done: rows(&steps[..done.min(steps.len())]).saturating_add(within),
                rows: rows(steps),
            });
        }
    }

    /// Returns whether an error means that the database is open read-only.
    fn is_read_only(error: &Error) -> bool {
        matches!(error, Error::Engine(e) | Error::StepFailed { source: e, .. } if e.kind == EngineErrorKind::ReadOnly)
    }
}

/// Fingerprints the given declaration, or everything compiled into the binary.
fn fingerprint_declaration(declared: Option<Declared>) -> Result<FingerprintedDeclaration, Error> {
    let declared = match declared {
        Some(declared) => declared,
        None => Schema::compiled()?,
    };
    Ok(FingerprintedDeclaration::new(declared))
}
