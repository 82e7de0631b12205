//! Recipes: the steps for each kind of change.
//!
//! Each module adds steps to the [`PlanBuilder`](super::builder::PlanBuilder). Where engines
//! differ, a recipe asks the [`Capabilities`](crate::capabilities::Capabilities), never for the
//! engine.

pub(in crate::plan) mod add_property;
pub(in crate::plan) mod backfill;
pub(in crate::plan) mod comment;
pub(in crate::plan) mod create;
pub(in crate::plan) mod default_per_row;
pub(in crate::plan) mod hidden_columns;
pub(in crate::plan) mod in_place;
pub(in crate::plan) mod index;
pub(in crate::plan) mod nested_elements;
pub(in crate::plan) mod nullability;
pub(in crate::plan) mod pair;
pub(in crate::plan) mod preflight_checks;
pub(in crate::plan) mod prior_values;
pub(in crate::plan) mod purge;
pub(in crate::plan) mod rebuild;
pub(in crate::plan) mod rename;
pub(in crate::plan) mod rename_order;
pub(in crate::plan) mod replace_property;
pub(in crate::plan) mod sequence;
pub(in crate::plan) mod serial;
