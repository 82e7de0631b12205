//! Kinds of errors: stable codes for exit statuses, logs and metrics.

use std::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident => $code:literal,)*) => {
        /// Kind of an [`Error`](super::Error): one for each variant, without its data.
        ///
        /// [`as_str`](Self::as_str) and `Display` give a code in snake case. Codes are stable: they
        /// are neither renamed nor reused, so programs may match on them.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[$doc])* $kind,)*
        }

        impl ErrorKind {
            /// Returns the stable code, for example `hazards_not_allowed`.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$kind => $code,)*
                }
            }

            #[cfg(test)]
            pub(super) const ALL: &[Self] = &[$(Self::$kind,)*];
        }
    };
}

kinds! {
    /// The declaration is invalid.
    InvalidDeclaration => "invalid_declaration",
    /// The program declares nothing.
    NothingDeclared => "nothing_declared",
    /// A point or tag of the history is unknown or invalid.
    History => "history",
    /// The engine failed.
    Engine => "engine",
    /// The write transaction was not free in time.
    LockTimeout => "lock_timeout",
    /// The database is open read-only, but not up to date.
    ReadOnly => "read_only",
    /// The declaration is incompatible with the database.
    Incompatible => "incompatible",
    /// The changes of this binary were rolled back.
    RolledBack => "rolled_back",
    /// A rollback would lose data.
    Irreversible => "irreversible",
    /// A peer's change removes declared objects.
    BreaksApplication => "breaks_application",
    /// The conflict, or the resolution, does not exist.
    UnknownConflict => "unknown_conflict",
    /// The bytes are not a checkpoint.
    InvalidCheckpoint => "invalid_checkpoint",
    /// The checkpoint omits history that events depend on.
    CheckpointMissesEvents => "checkpoint_misses_events",
    /// The plan has hazards that are not allowed.
    HazardsNotAllowed => "hazards_not_allowed",
    /// Rows would make the plan fail.
    PreflightFailed => "preflight_failed",
    /// The live schema differs from the ledger.
    DriftDetected => "drift_detected",
    /// Out-of-band changes contradict the declaration.
    CannotAdopt => "cannot_adopt",
    /// Rows of the ledger are corrupt.
    CorruptLedger => "corrupt_ledger",
    /// The database has a ledger already.
    AlreadyBaselined => "already_baselined",
    /// No steps reach the declared schema.
    Unplannable => "unplannable",
    /// The database changed after the plan was created.
    StalePlan => "stale_plan",
    /// A step failed in the rehearsal.
    RehearsalFailed => "rehearsal_failed",
    /// The rehearsal produced a different schema.
    RehearsalMismatch => "rehearsal_mismatch",
    /// A step failed.
    StepFailed => "step_failed",
    /// A function failed on a row.
    FunctionFailed => "function_failed",
    /// A function is missing from the program.
    FunctionMissing => "function_missing",
    /// Declared properties lack values.
    BackfillIncomplete => "backfill_incomplete",
    /// A copied table lacks rows.
    RowCountMismatch => "row_count_mismatch",
    /// The steps produced a different schema.
    VerificationFailed => "verification_failed",
    /// A backup cannot be created or restored.
    Backup => "backup",
    /// The buffer pool has no room for the node tables.
    BufferPoolTooSmall => "buffer_pool_too_small",
    /// It is unknown whether COMMIT took effect.
    CommitOutcomeUnknown => "commit_outcome_unknown",
}

impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
