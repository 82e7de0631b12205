//! Bringing a database to what is declared: the one way, whoever the change came from.

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

/// How often a plan is made anew because the database changed under it.
const MAX_REPLANS: usize = 5;

/// Who is told what a migration is doing.
type Listener<'a> = Box<dyn FnMut(Progress<'_>) + 'a>;

/// Brings a database to what is declared. Everything has a default that is safe: see each method.
///
/// # What others see meanwhile
/// Connections that read go on reading, and see the old schema until the commit. A reader inside an
/// explicit transaction that began before keeps what it reads where a table is changed in place: a
/// property that is new, renamed, archived, or of another type (of a node). Where a table is rebuilt
/// or renamed away (another key, multiplicity or direction, another type of a rel property; the step
/// says `copy the …`) the engine takes it from such a transaction: its next query of that table
/// fails, with [`EngineErrorKind::Missing`], and the
/// transaction is over. Nothing is wrong with the connection: begin the transaction again, and read
/// again from its start. Writers are kept out while the steps run, and wait or try again as ever.
pub struct Migrator<'a> {
    engine: &'a dyn Engine,
    declared: Option<Result<Declared, DeclareError>>,
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
    /// A migrator for an open database.
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
            lock_timeout: policy::WAIT,
            batch_size: made::BATCH,
            application: None,
            progress: None,
            actual: Vec::new(),
        }
    }

    /// What is declared, from `schema![…]`. Without this, everything compiled in is.
    #[must_use]
    pub fn declared_(mut self, declared: Result<Declared, DeclareError>) -> Self {
        self.declared = Some(declared);
        self
    }

    /// Allows one hazard on one object. The error of a blocked plan says the exact words.
    #[must_use]
    pub fn allow(mut self, kind: HazardKind, object: impl Into<String>) -> Self {
        self.allowed.objects.insert((kind, object.into()));
        self
    }

    /// A named set of what a migration may do. Default: [`Policy::Additive`].
    #[must_use]
    pub fn change_policy(mut self, policy: ChangePolicy) -> Self {
        self.allowed.kinds = policy.allows();
        self.undeclared_policy = policy.undeclared();
        self
    }

    /// What to do when the database was changed by hand. Default: an error.
    #[must_use]
    pub fn drift(mut self, policy: DriftPolicy) -> Self {
        self.drift_policy = policy;
        self
    }

    /// What to do with what is no longer declared. Default: keep it.
    #[must_use]
    pub fn undeclared(mut self, policy: UndeclaredPolicy) -> Self {
        self.undeclared_policy = policy;
        self
    }

    /// How much of the catalog a start with nothing to do looks at. Default: [`Verify::Auto`].
    #[must_use]
    pub fn verify(mut self, verify: StartupCheck) -> Self {
        self.startup_check = verify;
        self
    }

    /// Brings a dropped `Table` or `Table.property` back, with its rows. A property whose type was changed goes back
    /// to the type that is declared, if it had it before, or to that of the column which
    /// [`archives`](crate::queries::archives) calls so: with the old values, but for rows that are new or
    /// were written since, which are cast. (Of values that a Rust function made nobody can tell: there all
    /// rows that have an old value get it.)
    #[must_use]
    pub fn restore(mut self, object: impl Into<String>) -> Self {
        self.restore.insert(object.into());
        self
    }

    /// Makes a dropped `Table` or `Table.property` anew, empty; the old rows stay archived.
    #[must_use]
    pub fn recreate(mut self, object: impl Into<String>) -> Self {
        self.recreate.insert(object.into());
        self
    }

    /// Deletes something archived for ever: what was dropped, as `Table` or `Table.property`, or the
    /// column with the values from before a change, by its name in [`archives`](crate::queries::archives).
    /// The hazards must be allowed like all others, and there is no way back but a backup.
    #[must_use]
    pub fn purge(mut self, object: impl Into<String>) -> Self {
        self.purge.insert(object.into());
        self
    }

    /// Copies the database file before a plan that endangers data: one with a hazard other than that of
    /// breaking older applications, on anything that has rows. The report says where the copy is;
    /// [`restore_backup`](crate::backup) brings it back.
    #[must_use]
    pub fn backup(mut self, backup: Backup) -> Self {
        self.backup = Some(backup);
        self
    }

    /// How long to wait for another connection's write transaction. Default: 5 seconds.
    #[must_use]
    pub fn wait(mut self, wait: Duration) -> Self {
        self.lock_timeout = wait;
        self
    }

    /// How many rows at most a Rust function of `cast_with` or `fill_with` makes values for in one
    /// transaction; deleted rows may count. Default: 10,000.
    #[must_use]
    pub fn batch(mut self, rows: u64) -> Self {
        self.batch_size = rows.max(1);
        self
    }

    /// The application's name and version, for the history. Nothing is decided by it.
    #[must_use]
    pub fn app(mut self, app: impl Into<String>) -> Self {
        self.application = Some(app.into());
        self
    }

    /// Is told what the migration is doing. The application should not use the database meanwhile
    /// from inside the callback.
    #[must_use]
    pub fn on_progress(mut self, progress: impl FnMut(Progress<'_>) + 'a) -> Self {
        self.progress = Some(Box::new(progress));
        self
    }

    /// What [`migrate`](Self::migrate) would do. Writes nothing to the database.
    ///
    /// # Errors
    /// All that `migrate` would refuse before its first step, blocked hazards excepted.
    pub fn plan(&self) -> Result<Plan, Error> {
        let declared = self.declared()?;
        let session = self.engine.session()?;
        let mut attempt = 1;
        loop {
            match self.prepare(session.as_ref(), &declared, None) {
                Err(Error::StalePlan) if attempt < MAX_REPLANS => attempt += 1,
                result => return result.map(|prepared| prepared.plan),
            }
        }
    }

    /// Brings the database to what is declared.
    ///
    /// # Errors
    /// See [`Error`]; the database is as it was.
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

    /// Carries out a plan made earlier by [`plan`](Self::plan) with the same settings.
    ///
    /// # Errors
    /// [`Error::BaseMoved`] if the database is not what the plan was made for; else as `migrate`.
    pub fn apply(mut self, plan: &Plan) -> Result<Report, Error> {
        let start = Instant::now();
        let _span = tracing::info_span!("apply").entered();
        let declared = self.declared()?;
        self.plan_and_apply(&declared, Some(plan), start)
    }

    fn declared(&self) -> Result<FingerprintedDeclaration, Error> {
        fingerprint_declaration(self.declared.clone())
    }

    /// The start with nothing to do: one look-up in the ledger, and a look at the catalog as deep
    /// as [`Verify`] says.
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

    /// Tells the application: at which of the steps this is, if at one.
    fn tell(&mut self, phase: Phase, done: usize, steps: &[Step]) {
        self.tell_within(phase, done, steps, 0);
    }

    /// The same in the middle of a step, of which `within` rows are done.
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

    /// Whether an engine's error means that the database is open read-only.
    fn is_read_only(error: &Error) -> bool {
        matches!(error, Error::Engine(e) | Error::StepFailed { source: e, .. } if e.kind == EngineErrorKind::ReadOnly)
    }
}

/// What was handed over, or everything that is compiled in.
fn fingerprint_declaration(
    declared: Option<Result<Declared, DeclareError>>,
) -> Result<FingerprintedDeclaration, Error> {
    Ok(FingerprintedDeclaration::new(
        declared.unwrap_or_else(Schema::compiled)?,
    ))
}
