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
mod progress;
mod receive;
mod rehearse;
mod report;
mod rollback;
mod run;
mod settings;
mod up_to_date;

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::plan::{AllowedHazards, Plan};
use kuzu_ddl_core::schema::Schema;
use planning::notes;
pub use policy::{
    ChangePolicy, DriftPolicy, Phase, Progress, ReceivePolicy, StartupCheck, UndeclaredPolicy,
};
pub use receive::report::{PendingEvent, PendingReason, ReceiveReport};
pub use receive::sync_state::{SyncState, sync_state};
pub use report::Report;
use run::Request;

use crate::backup::Backup;
use crate::engine::{Engine, EngineErrorKind};
use crate::error::Error;
use crate::ledger;
use crate::ledger::FingerprintedDeclaration;

/// Maximum number of plans created because the database changed concurrently.
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
/// that table fails with [`EngineErrorKind::NotFound`], which ends the transaction. The connection
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
    /// Whether the declaration was given, and is not what is compiled into the binary.
    is_explicit: bool,
    allow_empty: bool,
    allowed: AllowedHazards,
    drift_policy: DriftPolicy,
    undeclared_policy: UndeclaredPolicy,
    startup_check: StartupCheck,
    restore: BTreeSet<String>,
    recreate: BTreeSet<String>,
    purge: BTreeSet<String>,
    backup: Option<Backup>,
    receive_policy: ReceivePolicy,
    retry_set_aside: bool,
    peer_tables: Option<usize>,
    partial_rollback: bool,
    reapply_rolled_back: bool,
    lock_timeout: Duration,
    batch_size: u64,
    application: Option<String>,
    progress: Option<Listener<'a>>,
}

impl<'a> Migrator<'a> {
    /// Returns the plan that [`migrate`](Self::migrate) would apply, and writes nothing to the
    /// database.
    ///
    /// Its notes name everything that is not declared and is kept. A migration reports it once, when
    /// the declaration is new.
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
    #[doc(alias = "dry_run")]
    #[doc(alias = "preview")]
    #[doc(alias = "diff")]
    pub fn plan(&self) -> Result<Plan, Error> {
        let declared = self.declaration()?;
        let session = self.engine.session()?;
        let mut attempt = 1;
        loop {
            match self.prepare(session.as_ref(), &declared, &Request::Declared, None) {
                Err(Error::StalePlan) if attempt < MAX_REPLANS => attempt += 1,
                result => {
                    let mut prepared = result?;
                    notes::add_undeclared(&mut prepared, &declared.declared);
                    return Ok(prepared.plan);
                }
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
    #[doc(alias = "sync")]
    #[doc(alias = "upgrade")]
    #[doc(alias = "run")]
    pub fn migrate(mut self) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("migrate").entered();
        let declared = fingerprint_declaration(self.declared.take())?;
        let declared = self.refuse_empty(declared)?;
        let session = self.engine.session()?;
        if let Some(report) = self.check_up_to_date(session.as_ref(), &declared, start)? {
            return Ok(report);
        }
        let mut received = None;
        let state = ledger::read_state(session.as_ref())?.and_then(Result::ok);
        if let Some(state) = &state {
            self.set_aside_deferred_work(state)?;
        }
        if state.is_some_and(|state| state.has_pending_events() || self.retry_set_aside) {
            received = Some(Box::new(self.deliver(&declared, Vec::new(), true)?));
        }
        drop(session);
        let report = self.plan_and_apply(&declared, &Request::Declared, None, start)?;
        Ok(Report { received, ..report })
    }

    /// Applies a plan that [`plan`](Self::plan) returned earlier, with the same settings.
    ///
    /// # Errors
    /// [`Error::StalePlan`] if the database has changed since the plan was created; otherwise as
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
    #[doc(alias = "execute")]
    pub fn apply(mut self, plan: &Plan) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("apply").entered();
        let declared = self.declaration()?;
        self.plan_and_apply(&declared, &Request::Declared, Some(plan), start)
    }

    fn declaration(&self) -> Result<FingerprintedDeclaration, Error> {
        let declared = fingerprint_declaration(self.declared.clone())?;
        self.refuse_empty(declared)
    }

    /// Refuses a program that declares nothing: it was meant to declare something and does not link
    /// it, and would report that the database is up to date.
    fn refuse_empty(
        &self,
        declared: FingerprintedDeclaration,
    ) -> Result<FingerprintedDeclaration, Error> {
        if !self.is_explicit && !self.allow_empty && declared.declared.is_empty() {
            return Err(Error::NothingDeclared);
        }
        Ok(declared)
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
