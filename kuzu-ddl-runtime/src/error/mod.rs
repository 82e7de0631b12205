//! The error of everything that acts on a database.

mod drift;
mod kind;
#[cfg(test)]
mod tests;
mod text;

pub use kind::ErrorKind;
use kuzu_ddl_core::declared::DeclareError;
use kuzu_ddl_core::diff::Incompatibility;
use kuzu_ddl_core::drift::Drift;
use kuzu_ddl_core::fold::CheckpointError;
use kuzu_ddl_core::plan::{DeferredWork, Hazard, Plan, PlanError, RowFailure};

use crate::backup::BackupError;
use crate::engine::EngineError;
use crate::history::HistoryError;
use crate::ledger::CorruptRow;

/// Result of everything that acts on a database.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Error returned when a database could not be migrated to the declared schema. Unless the variant
/// states otherwise, nothing was changed.
///
/// `Display` gives a message, with the cause, and a `help:` line for each remedy;
/// [`help`](Self::help) gives the remedies alone, and [`kind`](Self::kind) a stable code. Because
/// the message contains the cause, [`source`](std::error::Error::source) does not return it once
/// more. `Debug` formats like `Display`, because `main` and `unwrap` print it.
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
/// use kuzu_ddl_runtime::error::ErrorKind;
/// Migrator::new(&db).declared(declared.clone()).migrate()?;
/// let error = Migrator::new(&db).declared(declared).baseline().expect_err("has a ledger");
/// assert_eq!(error.kind(), ErrorKind::AlreadyBaselined);
/// for remedy in error.help() {
///     println!("help: {remedy}");
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub enum Error {
    /// The declaration is invalid.
    InvalidDeclaration(DeclareError),
    /// The program declares nothing: no crate with declarations is linked into it.
    NothingDeclared,
    /// A point or tag of the history is unknown or invalid.
    History(HistoryError),
    /// The engine failed.
    Engine(EngineError),
    /// Another connection held the write transaction until the timeout.
    LockTimeout {
        /// Time waited.
        waited: std::time::Duration,
    },
    /// The database was opened read-only, but it is not up to date.
    ReadOnly {
        /// Plan that would be applied.
        plan: Box<Plan>,
    },
    /// The declared schema is incompatible with the database.
    Incompatible(Vec<Incompatibility>),
    /// A rollback undid the changes of this binary.
    RolledBack {
        /// Point that the database was rolled back to.
        to: String,
        /// Time of the rollback.
        when: String,
        /// Objects that are declared, but no longer exist.
        incompatibilities: Vec<Incompatibility>,
    },
    /// The rollback cannot restore everything; each text names one loss.
    Irreversible(Vec<String>),
    /// Events of peers remove objects that this application declares. They stay pending.
    BreaksApplication(Vec<Incompatibility>),
    /// The conflict does not exist, or the resolution is not one of its choices.
    UnknownConflict,
    /// The bytes are not a checkpoint.
    InvalidCheckpoint(CheckpointError),
    /// The checkpoint omits history that events of this database depend on.
    CheckpointMissesEvents {
        /// Number of these events.
        events: usize,
    },
    /// The plan has hazards that are not allowed.
    HazardsNotAllowed {
        /// Hazards that are not allowed.
        hazards: Vec<Hazard>,
        /// Whole plan.
        plan: Box<Plan>,
    },
    /// Rows would make the plan fail; the preflight checks found them before any change.
    PreflightFailed(Vec<RowFailure>),
    /// The live schema differs from the ledger.
    DriftDetected(Vec<Drift>),
    /// Out-of-band changes cannot be adopted, because they contradict the declared schema.
    CannotAdopt(Vec<Incompatibility>),
    /// Rows of the ledger cannot be read.
    CorruptLedger(Vec<CorruptRow>),
    /// A baseline can only be recorded in a database without a ledger, and this one has one.
    AlreadyBaselined {
        /// Number of events in the ledger.
        events: usize,
    },
    /// No steps reach the declared schema.
    Unplannable(Vec<PlanError>),
    /// The database changed after the plan was created.
    StalePlan,
    /// A step failed in the rehearsal on a scratch database.
    RehearsalFailed {
        /// Step, or default, that failed.
        step: String,
        /// Error of the engine.
        source: EngineError,
    },
    /// In the rehearsal on a scratch database the steps produced a different schema.
    RehearsalMismatch(Vec<Drift>),
    /// A step failed. Everything was rolled back.
    StepFailed {
        /// Number of the step, from 1.
        number: usize,
        /// Text of the step.
        step: String,
        /// Error of the engine.
        source: EngineError,
    },
    /// A function returned no value for a row, or panicked. Its transaction was rolled back.
    FunctionFailed {
        /// `Table.property`, or the table.
        object: String,
        /// Path of the function.
        function: String,
        /// Row, by its key.
        row: String,
        /// Error of the function.
        reason: String,
    },
    /// Values are computed by a function that is missing from this program.
    FunctionMissing {
        /// `Table.property`.
        object: String,
        /// Path of the function.
        function: String,
    },
    /// The schema is changed and recorded, but a declared property lacks values. The next start
    /// resumes the backfill.
    BackfillIncomplete(Vec<DeferredWork>),
    /// A copy and its original differ in their number of rows. Everything was rolled back.
    RowCountMismatch {
        /// Text of the step.
        step: String,
    },
    /// After all steps the schema differed from the target. Everything was rolled back.
    VerificationFailed(Vec<Drift>),
    /// The requested backup could not be created or restored.
    Backup(BackupError),
    /// The buffer pool has no room for the node tables.
    BufferPoolTooSmall {
        /// Number of node tables after the plan, the ledger's included.
        tables: usize,
        /// Bytes that they need.
        needed: u64,
        /// Bytes in the buffer pool.
        limit: u64,
    },
    /// The engine reported an error of COMMIT, and whether it took effect is unknown. The next
    /// start detects it.
    CommitOutcomeUnknown(EngineError),
}

impl Error {
    /// Returns the kind of the error, which has a stable code.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::InvalidDeclaration(_) => ErrorKind::InvalidDeclaration,
            Self::NothingDeclared => ErrorKind::NothingDeclared,
            Self::History(_) => ErrorKind::History,
            Self::Engine(_) => ErrorKind::Engine,
            Self::LockTimeout { .. } => ErrorKind::LockTimeout,
            Self::ReadOnly { .. } => ErrorKind::ReadOnly,
            Self::Incompatible(_) => ErrorKind::Incompatible,
            Self::RolledBack { .. } => ErrorKind::RolledBack,
            Self::Irreversible(_) => ErrorKind::Irreversible,
            Self::BreaksApplication(_) => ErrorKind::BreaksApplication,
            Self::UnknownConflict => ErrorKind::UnknownConflict,
            Self::InvalidCheckpoint(_) => ErrorKind::InvalidCheckpoint,
            Self::CheckpointMissesEvents { .. } => ErrorKind::CheckpointMissesEvents,
            Self::HazardsNotAllowed { .. } => ErrorKind::HazardsNotAllowed,
            Self::PreflightFailed(_) => ErrorKind::PreflightFailed,
            Self::DriftDetected(_) => ErrorKind::DriftDetected,
            Self::CannotAdopt(_) => ErrorKind::CannotAdopt,
            Self::CorruptLedger(_) => ErrorKind::CorruptLedger,
            Self::AlreadyBaselined { .. } => ErrorKind::AlreadyBaselined,
            Self::Unplannable(_) => ErrorKind::Unplannable,
            Self::StalePlan => ErrorKind::StalePlan,
            Self::RehearsalFailed { .. } => ErrorKind::RehearsalFailed,
            Self::RehearsalMismatch(_) => ErrorKind::RehearsalMismatch,
            Self::StepFailed { .. } => ErrorKind::StepFailed,
            Self::FunctionFailed { .. } => ErrorKind::FunctionFailed,
            Self::FunctionMissing { .. } => ErrorKind::FunctionMissing,
            Self::BackfillIncomplete(_) => ErrorKind::BackfillIncomplete,
            Self::RowCountMismatch { .. } => ErrorKind::RowCountMismatch,
            Self::VerificationFailed(_) => ErrorKind::VerificationFailed,
            Self::Backup(_) => ErrorKind::Backup,
            Self::BufferPoolTooSmall { .. } => ErrorKind::BufferPoolTooSmall,
            Self::CommitOutcomeUnknown(_) => ErrorKind::CommitOutcomeUnknown,
        }
    }

    /// Returns whether single events may cause the error, and not the database as such: without
    /// these events the others can be applied.
    pub(crate) fn is_caused_by_events(&self) -> bool {
        match self {
            Self::Incompatible(_)
            | Self::BreaksApplication(_)
            | Self::HazardsNotAllowed { .. }
            | Self::PreflightFailed(_)
            | Self::Unplannable(_)
            | Self::RehearsalFailed { .. }
            | Self::RehearsalMismatch(_)
            | Self::StepFailed { .. }
            | Self::FunctionFailed { .. }
            | Self::FunctionMissing { .. }
            | Self::RowCountMismatch { .. }
            | Self::VerificationFailed(_)
            | Self::BufferPoolTooSmall { .. } => true,
            Self::Engine(error) => error.rejects_statement(),
            _ => false,
        }
    }

    /// Returns whether the engine had not enough memory for a step.
    pub(crate) fn is_out_of_memory(&self) -> bool {
        match self {
            Self::Engine(e)
            | Self::RehearsalFailed { source: e, .. }
            | Self::StepFailed { source: e, .. } => e.is_out_of_memory(),
            _ => false,
        }
    }
}

/// Causes are part of the message, so only what lies behind them is a source.
impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::InvalidDeclaration(e) => e.source(),
            Self::History(e) => e.source(),
            Self::InvalidCheckpoint(e) => e.source(),
            Self::Backup(e) => e.source(),
            Self::Engine(e)
            | Self::CommitOutcomeUnknown(e)
            | Self::RehearsalFailed { source: e, .. }
            | Self::StepFailed { source: e, .. } => e.source(),
            _ => None,
        }
    }
}

impl From<DeclareError> for Error {
    fn from(e: DeclareError) -> Self {
        Self::InvalidDeclaration(e)
    }
}

impl From<HistoryError> for Error {
    fn from(e: HistoryError) -> Self {
        Self::History(e)
    }
}

impl From<EngineError> for Error {
    fn from(e: EngineError) -> Self {
        Self::Engine(e)
    }
}

impl From<CheckpointError> for Error {
    fn from(e: CheckpointError) -> Self {
        Self::InvalidCheckpoint(e)
    }
}

/// Errors of the engine and the ledger retain their own variants.
impl From<BackupError> for Error {
    fn from(e: BackupError) -> Self {
        match e {
            BackupError::Engine(e) => Self::Engine(e),
            BackupError::CorruptLedger(rows) => Self::CorruptLedger(rows),
            e => Self::Backup(e),
        }
    }
}
