//! Plans: ordered steps that migrate the live database from one folded state to another.
//!
//! A plan is computed from the states before and after (two [folds](crate::fold)), the live catalog
//! and the hints of the declaration. Operations are typed; Cypher is rendered last.

mod builder;
mod deferred_work;
mod error;
mod fmt;
mod function_values;
mod hazard;
mod hints;
mod live_catalog;
mod model;
mod operation;
mod planner;
mod preflight;
mod recipe;
mod render;
mod row_failure;
mod row_work;
mod serial;
#[cfg(test)]
mod tests;
mod value;

pub use deferred_work::Unpaid;
pub use error::PlanError;
pub use fmt::{Seconds, counted, thousands};
pub use function_values::{Column, Made, RANGE};
pub use hazard::{Allowed, Hazard, HazardKind, allowing};
pub use hints::{Orders, Said, orders, said};
pub use live_catalog::Live;
pub use model::{Base, Plan, Step};
pub use operation::{Operation, Purpose};
pub use planner::{plan, plan_mending};
pub use preflight::{Demand, Rows, SAMPLE, What};
pub use render::statement::{INTERNAL, create_counter, drop_index, own_tables};
pub use row_failure::{Failure, Why, short};
pub use row_work::{Work, WorkKind};
pub use serial::{Count, Counted};
pub use value::fallibility::Verdict;
pub use value::function::By;
pub use value::{Original, Stage, Value};
