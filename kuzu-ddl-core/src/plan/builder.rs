//! The builder of a plan: its inputs, and the steps so far.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PlanError;
use super::hazard::Hazard;
use super::hints::PlanHints;
use super::model::Step;
use super::operation::Operation;
use super::value::ValueSource;
use crate::capabilities::Capabilities;
use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Lifecycle, Object};
use crate::schema::{Expr, NameKey, Pair, Property, Schema, Table};
use crate::state::BackfillProgress;

/// Value that is backfilled after the transaction.
pub(super) struct DeferredValue {
    pub(super) table: String,
    pub(super) child: ObjectId,
    pub(super) value: ValueSource,
    /// Query that counts the rows, with the names before the plan.
    pub(super) count: String,
}

pub(super) struct PlanBuilder<'a> {
    pub(super) before: &'a Fold,
    pub(super) after: &'a Fold,
    pub(super) live: &'a Schema,
    pub(super) table_ids: &'a BTreeMap<NameKey, u64>,
    pub(super) column_id_gaps: &'a BTreeMap<NameKey, Vec<u64>>,
    pub(super) capabilities: &'a Capabilities,
    /// Sequences of `SERIAL` properties.
    pub(super) serial_sequences: Option<&'a BTreeSet<NameKey>>,
    /// Backfills that an earlier plan left unfinished.
    pub(super) backfills: &'a BTreeMap<ObjectId, BackfillProgress>,
    pub(super) recorded_fills: &'a BTreeMap<EventId, Expr>,
    /// Pairs that are known to have no rels.
    pub(super) empty_pairs: &'a BTreeSet<(NameKey, Pair)>,
    /// Values to backfill after the transaction.
    pub(super) deferred: Vec<DeferredValue>,
    /// Managed tables of `before`, by their names in the database.
    pub(super) managed: BTreeMap<NameKey, ObjectId>,
    pub(super) hints: &'a PlanHints,
    pub(super) ignored: &'a BTreeSet<ObjectId>,
    /// Tables to rebuild although nothing about them changes.
    pub(super) forced_rebuilds: &'a BTreeSet<ObjectId>,
    /// Tables that are rebuilt since a new table needs the sequence of their numbering.
    pub(super) freeing: BTreeSet<ObjectId>,
    /// Sequences that these rebuilds remove.
    pub(super) freed_sequences: BTreeSet<NameKey>,
    /// Tables that are rebuilt for no other reason.
    pub(super) rebuilt: BTreeSet<ObjectId>,
    /// New properties that a rebuild fills already.
    pub(super) filled_by_rebuild: BTreeSet<ObjectId>,
    pub(super) steps: Vec<Step>,
    /// Last step that concerns each table name.
    pub(super) last_step_of: BTreeMap<NameKey, usize>,
    pub(super) errors: Vec<PlanError>,
}

/// Existing table that stays.
pub(super) struct ExistingTable<'a> {
    pub(super) object: &'a Object,
    pub(super) live: &'a Table,
    /// Name after all renames.
    pub(super) name: String,
}

impl<'a> PlanBuilder<'a> {
    pub(super) fn push(&mut self, operation: Operation, names: &[&str], hazards: Vec<Hazard>) {
        self.push_step(operation, names, hazards);
    }

    /// Appends a step and returns it for further settings.
    pub(super) fn push_step(
        &mut self,
        operation: Operation,
        names: &[&str],
        hazards: Vec<Hazard>,
    ) -> &mut Step {
        let keys: Vec<NameKey> = names.iter().map(|name| NameKey::new(name)).collect();
        let depends_on = keys
            .iter()
            .filter_map(|key| self.last_step_of.get(key))
            .copied()
            .collect();
        let position = self.steps.len();
        for key in keys {
            self.last_step_of.insert(key, position);
        }
        let cypher = operation.cypher();
        self.steps.push(Step {
            operation,
            cypher,
            planned_cypher: Vec::new(),
            row_count_checks: Vec::new(),
            hazards,
            preflight_checks: Vec::new(),
            row_work: None,
            depends_on,
        });
        &mut self.steps[position]
    }

    /// Returns the live property of an object, if the database has it.
    pub(super) fn live_property(
        &self,
        object: &Object,
        table: &ExistingTable<'a>,
    ) -> Option<&'a Property> {
        let before = self.before.object(object.id)?;
        table
            .live
            .properties
            .get(&NameKey::new(&self.before.database_name(before)))
    }

    pub(super) fn live_name(&self, id: ObjectId, table: &ExistingTable<'a>) -> Option<String> {
        Some(
            self.live_property(self.after.object(id)?, table)?
                .name
                .clone(),
        )
    }
}

/// Returns whether an object is purged.
pub(super) fn is_purged(object: &Object) -> bool {
    matches!(object.lifecycle.value, Lifecycle::Purged(_))
}
