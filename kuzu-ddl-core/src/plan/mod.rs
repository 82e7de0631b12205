//! Plans: ordered steps that migrate the live database from one folded state to another.
//!
//! A plan is computed from the states before and after (two [folds](crate::fold)), the live catalog
//! and the hints of the declaration. Operations are typed; Cypher is rendered last.

mod archive_notes;
mod builder;
mod columns;
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
mod sizes;
#[cfg(test)]
mod tests;
mod value;

#[doc(hidden)]
pub use archive_notes::{archived_default_notes, archived_rel_tables, restored_pair_notes};
pub use deferred_work::DeferredWork;
pub use error::PlanError;
#[doc(hidden)]
pub use fmt::{HumanDuration, count_noun, group_digits};
#[doc(hidden)]
pub use function_values::{FunctionTarget, FunctionValues, OFFSET_RANGE};
pub use hazard::{AllowedHazards, Hazard, HazardKind, allow_snippets};
#[doc(hidden)]
pub use hints::{ColumnOrders, PlanHints, column_orders, plan_hints};
#[doc(hidden)]
pub use live_catalog::LiveCatalog;
pub use model::{Plan, PlanBase, Step};
pub use operation::{Operation, RenameReason};
#[doc(hidden)]
pub use planner::{plan, plan_with_rebuilds};
pub use preflight::{PreflightCheck, PreflightKind, RowScope, SAMPLE_SIZE};
#[doc(hidden)]
pub use render::statement::{
    INTERNAL_INDEX_PREFIX, count_nulls, create_serial_sequence_statement, drop_index_statement,
    index_internal_tables,
};
#[doc(hidden)]
pub use row_failure::abbreviate;
pub use row_failure::{RowFailure, RowFailureKind};
pub use row_work::{RowWork, RowWorkKind};
pub use serial::{SerialColumn, SerialInputs};
pub use value::fallibility::Fallibility;
pub use value::function::ValueFunction;
pub use value::function::{ConversionChain, RowMark};
pub use value::{CastStage, PriorValues, ValueSource};
