//! Asking the rows, before anything is touched, whether they let the plan succeed.
//!
//! One query counts where a condition tells which rows fail. Where only a trial can tell, one query
//! tries all values at once, and only if that fails are the different values tried in batches that
//! are halved until each bad one stands alone: the work grows with the number of values, and with
//! the logarithm of a batch for each bad one.

pub(in crate::migrate) mod cast;
pub(in crate::migrate) mod constraints;
pub(in crate::migrate) mod functions;
pub(in crate::migrate) mod runner;
pub(in crate::migrate) mod sample;

use cast::castable;
use constraints::{check_multiplicity, check_not_null, check_serial_range, check_unique};
use kuzu_ddl_core::plan::{PreflightCheck, PreflightKind, RowFailure, Step};

use crate::engine::Session;
use crate::error::Error;

/// Asks the rows, and tells the step what they say: counts, samples, and the values that a cast refuses.
pub(super) fn run_check(
    session: &dyn Session,
    step: &mut Step,
    demand: &PreflightCheck,
) -> Result<Option<RowFailure>, Error> {
    match &demand.what {
        // They need the functions: see `trial`.
        PreflightKind::FunctionValues { .. } => Ok(None),
        PreflightKind::Castable(value) => castable(session, step, demand, value),
        PreflightKind::NotNull(value) => check_not_null(session, step, demand, value),
        PreflightKind::Unique(value) => check_unique(session, demand, value),
        PreflightKind::BelowSerialLimit(value) => check_serial_range(session, demand, value),
        PreflightKind::Multiplicity {
            multiplicity,
            sides,
        } => check_multiplicity(session, demand, *multiplicity, sides),
    }
}
