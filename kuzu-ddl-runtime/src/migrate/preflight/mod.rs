//! Preflight checks: queries that find, before anything is changed, rows that would make the plan
//! fail.
//!
//! Where a condition identifies failing rows, one query counts them. Where only a trial can, one
//! query tries all values at once; only if that fails are the distinct values tried in batches,
//! which are bisected until each failing value is isolated. The cost grows with the number of
//! values, and logarithmically with the batch size per failing value.

pub(in crate::migrate) mod cast;
pub(in crate::migrate) mod constraints;
pub(in crate::migrate) mod functions;
pub(in crate::migrate) mod runner;
pub(in crate::migrate) mod sample;
pub(in crate::migrate) mod written_since;

use cast::{check_cast, with_prior_values};
use constraints::{check_multiplicity, check_not_null, check_serial_range, check_unique};
use kuzu_ddl_core::plan::{PreflightCheck, PreflightKind, RowFailure, Step};

use written_since::{check_undecided, check_written_since};

use crate::engine::Session;
use crate::error::Error;

/// Runs one check, and records its results in the step: counts, samples, and the values that a cast
/// rejects.
pub(super) fn run_check(
    session: &dyn Session,
    step: &mut Step,
    check: &PreflightCheck,
) -> Result<Option<RowFailure>, Error> {
    match &check.kind {
        // These need the functions: see `functions`.
        PreflightKind::FunctionValues { .. } => Ok(None),
        PreflightKind::Castable(requested) => {
            let value = with_prior_values(session, &check.rows, requested)?;
            if !value.has_known_prior()
                && let Some(failure) = check_undecided(session, check, requested)?
            {
                return Ok(Some(failure));
            }
            match value.render_written_since("x") {
                Some(since) => {
                    check_written_since(session, step, check, (requested, &value), since)
                }
                None => check_cast(session, step, (check, requested), value),
            }
        }
        PreflightKind::NotNull(value) => check_not_null(session, step, check, value),
        PreflightKind::Unique(value) => check_unique(session, check, value),
        PreflightKind::BelowSerialLimit(value) => check_serial_range(session, check, value),
        PreflightKind::Multiplicity {
            multiplicity,
            sides,
        } => check_multiplicity(session, check, *multiplicity, sides),
    }
}
