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
use constraints::{countable, present, single, unique};
use kuzu_ddl_core::plan::{Demand, Failure, Step, What};

use crate::engine::Session;
use crate::error::Error;

/// Asks the rows, and tells the step what they say: counts, samples, and the values that a cast refuses.
pub(super) fn ask(
    session: &dyn Session,
    step: &mut Step,
    demand: &Demand,
) -> Result<Option<Failure>, Error> {
    match &demand.what {
        // They need the functions: see `trial`.
        What::Made { .. } => Ok(None),
        What::Cast(value) => castable(session, step, demand, value),
        What::Present(value) => present(session, step, demand, value),
        What::Unique(value) => unique(session, demand, value),
        What::Countable(value) => countable(session, demand, value),
        What::Single {
            multiplicity,
            sides,
        } => single(session, demand, *multiplicity, sides),
    }
}
