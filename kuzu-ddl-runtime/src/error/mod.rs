//! What can go wrong, with the words that fix it.

use std::fmt;

use kuzu_ddl_core::declared::DeclareError;
use kuzu_ddl_core::diff::Incompatibility;
use kuzu_ddl_core::drift::Drift;
use kuzu_ddl_core::fold::CheckpointError;
use kuzu_ddl_core::plan::{
    DeferredWork, Hazard, HazardKind, Plan, PlanError, RowFailure, allow_snippet,
};

use crate::engine::EngineError;
use crate::history::HistoryError;
use crate::ledger::{CorruptRow, Corruption};

/// Why a database could not be brought to what is declared. Unless the variant says otherwise,
/// nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The structs contradict each other.
    #[error(transparent)]
    InvalidDeclaration(#[from] DeclareError),
    /// There is no such point of the history, or no such tag.
    #[error(transparent)]
    History(#[from] HistoryError),
    /// The engine refused something.
    #[error("the engine says: {0}")]
    Engine(#[from] EngineError),
    /// Another connection held the write transaction all the time.
    #[error("another connection of this process has held the write transaction for {} ms; end it, or wait longer with `.wait(…)`", .waited.as_millis())]
    LockTimeout {
        /// How long was waited.
        waited: std::time::Duration,
    },
    /// The database was opened read-only, and there is something to do.
    #[error(
        "the database is open read-only, and it is not up to date; open it for writing once. {plan}"
    )]
    ReadOnly {
        /// What there is to do.
        plan: Box<Plan>,
    },
    /// The declaration asks for what this database cannot be brought to.
    #[error("the declared schema does not fit the database:{}", Lines(.0))]
    Incompatible(Vec<Incompatibility>),
    /// What this binary changed was undone by going back to before it.
    #[error(
        "the changes of this binary were undone: the database went back to {to} on {when}. Start the binary of that time, or make the changes again with `.redo()` on the Migrator:{}",
        Lines(.refusals)
    )]
    RolledBack {
        /// The point that the database went back to.
        to: String,
        /// When.
        when: String,
        /// What is declared and not there.
        refusals: Vec<Incompatibility>,
    },
    /// Something cannot be reversed.
    #[error("not everything comes back:{}\n  to go back all the same, write `.partial()` on the Migrator", Lines(.0))]
    Irreversible(Vec<String>),
    /// Events of peers take away what this application declares. They wait.
    #[error(
        "a change of a peer takes away what this application declares:{}\n  it waits until the conflict is settled with `.resolve(…)`, a version of this application that fits starts, or `.incoming(Incoming::Apply)` on the Migrator carries it out all the same",
        Lines(.0)
    )]
    BreaksApplication(Vec<Incompatibility>),
    /// There is no such conflict, or it cannot be settled in this way.
    #[error(
        "there is no such conflict, or this is not one of its choices; `conflicts(&db)` lists them with `choices`"
    )]
    UnknownConflict,
    /// Bytes that are no checkpoint.
    #[error(transparent)]
    InvalidCheckpoint(#[from] CheckpointError),
    /// A checkpoint on which not all events of this database fit.
    #[error(
        "this database knows {events} event(s) that lean on what the checkpoint left out; nothing was changed: ask the peers for their \
         events and give these to `Migrator::receive`, or for a checkpoint that is made once they have this database's events"
    )]
    CheckpointMissesEvents {
        /// How many events do not fit on it.
        events: usize,
    },
    /// Hazards that nobody allowed.
    #[error("the plan is blocked:{}", Blocked(.hazards))]
    HazardsNotAllowed {
        /// What was not allowed.
        hazards: Vec<Hazard>,
        /// The whole plan.
        plan: Box<Plan>,
    },
    /// Rows that would fail, found before anything was touched.
    #[error("rows are in the way of the plan:{}", Lines(.0))]
    PreflightFailed(Vec<RowFailure>),
    /// The database is not what the ledger says.
    #[error("the database was changed behind the ledger:{}\n  settle it on the Migrator with `.drift_policy(DriftPolicy::Adopt)` (the database is right, and its changes become history), `.drift_policy(DriftPolicy::Repair)` (only the ledger is put right; the next start plans what the structs say), `.drift_policy(DriftPolicy::Recreate)` (the ledger is right: what is missing is made again, empty) or `.drift_policy(DriftPolicy::Warn)` (go on without)", Lines(.0))]
    DriftDetected(Vec<Drift>),
    /// What was done by hand was to become history, and the source says otherwise.
    #[error("what was done by hand cannot become history while the source says otherwise:{}\n  let the source say it as well; or put only the ledger right with `.drift_policy(DriftPolicy::Repair)`, so that the next start plans what the structs say; or have what is missing made again, empty, with `.drift_policy(DriftPolicy::Recreate)` on the Migrator", Lines(.0))]
    CannotAdopt(Vec<Incompatibility>),
    /// Rows of the ledger that cannot be read.
    #[error("the ledger is damaged:{}\n  {}", Lines(.0), way_out(.0))]
    CorruptLedger(Vec<CorruptRow>),
    /// There is a ledger, and what was here before it is recorded only where there is none.
    #[error(
        "the database has a ledger with {events} events, and `baseline` is for one without; settle what was changed by hand since with `.drift_policy(DriftPolicy::Adopt)` or `.drift_policy(DriftPolicy::Repair)` on the Migrator"
    )]
    AlreadyBaselined {
        /// How many events it has.
        events: usize,
    },
    /// What no order of steps can do.
    #[error("no plan leads to the declared schema:{}", Lines(.0))]
    Unplannable(Vec<PlanError>),
    /// Between plan and apply the database changed.
    #[error("the database has changed since the plan was made; make a new plan")]
    StalePlan,
    /// A step failed on a scratch database, before anything was touched.
    #[error("rehearsal failed at {at}: {source}")]
    RehearsalFailed {
        /// The step, or the default.
        at: String,
        /// What the engine said.
        source: EngineError,
    },
    /// On a scratch database the steps led elsewhere.
    #[error("rehearsal led to another schema than wanted:{}", Lines(.0))]
    RehearsalMismatch(Vec<Drift>),
    /// A step failed. Everything was rolled back.
    #[error("step {number} ({step}) failed and everything was rolled back: {source}")]
    StepFailed {
        /// Which, from 1.
        number: usize,
        /// What it does.
        step: String,
        /// What the engine said.
        source: EngineError,
    },
    /// A function gave no value for a row, or panicked. What the transaction had done is rolled back.
    #[error("{object}: the function {function} gives no value for {row}: {why}")]
    FunctionFailed {
        /// `Table.property`, or the table.
        object: String,
        /// The function's name.
        function: String,
        /// The row, by its key.
        row: String,
        /// What the function says.
        why: String,
    },
    /// Values are to be made by a function that this program does not have.
    #[error(
        "{object}: its values are made by the function {function}, which is not in this program; start one that has it, with `#[kuzu(cast_with = …)]` or `#[kuzu(fill_with = …)]` on the field"
    )]
    FunctionMissing {
        /// `Table.property`.
        object: String,
        /// The function's name.
        function: String,
    },
    /// The schema is changed and that is recorded, but a property that is declared has not all of its
    /// values yet. The next start goes on where this one stopped.
    #[error("the database has the declared schema, but not yet all values:{}\n  what is made stays, and the next start goes on from there", Owing(.0))]
    BackfillIncomplete(Vec<DeferredWork>),
    /// A copy does not have as many rows as the original. Everything was rolled back.
    #[error(
        "{step}: the copy does not have as many rows as the original, and everything was rolled back"
    )]
    RowCountMismatch {
        /// The step.
        step: String,
    },
    /// After all steps the database was not what was wanted. Everything was rolled back.
    #[error("the steps led to another schema than wanted, and everything was rolled back:{}", Lines(.0))]
    VerificationFailed(Vec<Drift>),
    /// The backup that was asked for could not be made or brought back. Nothing was changed.
    #[error("no backup: {0}")]
    Backup(String),
    /// More node tables than the buffer pool has room for.
    #[error(
        "{tables} node tables need {needed} bytes of buffer pool, and there are {limit}; open the database with a larger `SystemConfig::buffer_pool_size`"
    )]
    BufferPoolTooSmall {
        /// How many node tables there would be, the ledger's among them.
        tables: usize,
        /// What they need, in bytes.
        needed: u64,
        /// What there is, in bytes.
        limit: u64,
    },
    /// The engine reported an error of COMMIT, and then it could not be found out whether it
    /// committed. The next start will see.
    #[error("COMMIT failed, and whether it took effect could not be found out: {0}")]
    CommitOutcomeUnknown(EngineError),
}

/// What to do about a damaged ledger.
fn way_out(bad: &[CorruptRow]) -> &'static str {
    if bad.iter().any(|row| row.corruption == Corruption::Foreign) {
        "nothing is changed: a newer version of kuzu-ddl, or another program, wrote some of this; use that \
         one, or restore the file from a copy"
    } else {
        "nothing is changed until it is whole: restore the file from a copy, or the rows from a peer, or \
         write `.drift_policy(DriftPolicy::Repair)` on the Migrator, which sets these rows aside and records \
         what the tables show"
    }
}

struct Lines<'a, T>(&'a [T]);

impl<T: fmt::Display> fmt::Display for Lines<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = self.0.iter().map(T::to_string);
        lines.try_for_each(|line| write!(f, "\n  {}", line.replace('\n', "\n    ")))
    }
}

struct Owing<'a>(&'a [DeferredWork]);

impl fmt::Display for Owing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut owed = self.0.iter();
        owed.try_for_each(|DeferredWork { step, reason: why }| {
            write!(f, "\n  {}: {why}", step.operation)
        })
    }
}

struct Blocked<'a>(&'a [Hazard]);

impl Error {
    /// Whether it is about what was to be carried out, and not about the database as such: without
    /// the events that are in the way the rest can be done.
    pub(crate) fn is_caused_by_events(&self) -> bool {
        matches!(
            self,
            Self::Incompatible(_)
                | Self::BreaksApplication(_)
                | Self::HazardsNotAllowed { .. }
                | Self::PreflightFailed(_)
                | Self::Unplannable(_)
                | Self::RehearsalFailed { .. }
                | Self::RehearsalMismatch(_)
                | Self::StepFailed { .. }
                | Self::RowCountMismatch { .. }
                | Self::VerificationFailed(_)
                | Self::BufferPoolTooSmall { .. }
        )
    }
}

impl fmt::Display for Blocked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for hazard in self.0 {
            write!(
                f,
                "\n  {hazard}; to allow it, write `{}` on the Migrator",
                allow_snippet(hazard)
            )?;
            if hazard.kind == HazardKind::Tightens {
                f.write_str(
                    "; or say what rows without a value get, with `#[kuzu(fill = \"…\")]` on the field",
                )?;
            }
        }
        Ok(())
    }
}
