//! Planning: from two folded states to steps.
//!
//! Identity comes from the events, presence from the live database. An object that is in both
//! states under different names is renamed, whatever the names are; one that the database does not
//! have is created, unless it is archived already. The phases are fixed and within a phase names
//! decide the order, so one input gives one plan.

use std::collections::{BTreeMap, BTreeSet};

use super::error::PlanError;
use super::hazard::Hazard;
use super::hints::Said;
use super::model::Step;
use super::operation::Operation;
use super::value::Value;
use crate::capabilities::Capabilities;
use crate::event::{EventId, ObjectId};
use crate::fold::{Fold, Life, Object};
use crate::schema::{Expr, Key, Property, Schema, Table};
use crate::state::Making;

/// Value that is backfilled after the transaction.
pub(super) struct Later {
    pub(super) table: String,
    pub(super) child: ObjectId,
    pub(super) value: Value,
    /// Query that counts the rows, with the names before the plan.
    pub(super) count: String,
}

pub(super) struct Builder<'a> {
    pub(super) before: &'a Fold,
    pub(super) after: &'a Fold,
    pub(super) live: &'a Schema,
    pub(super) ids: &'a BTreeMap<Key, u64>,
    pub(super) gaps: &'a BTreeMap<Key, Vec<u64>>,
    pub(super) can: &'a Capabilities,
    /// Sequences of `SERIAL` properties.
    pub(super) counters: Option<&'a BTreeSet<Key>>,
    /// Backfills that an earlier plan left unfinished.
    pub(super) making: &'a BTreeMap<ObjectId, Making>,
    pub(super) filled: &'a BTreeMap<EventId, Expr>,
    /// Values to backfill after the transaction.
    pub(super) later: Vec<Later>,
    /// Managed tables of `before`, by their names in the database.
    pub(super) owned: BTreeMap<Key, ObjectId>,
    pub(super) said: &'a Said,
    pub(super) leave: &'a BTreeSet<ObjectId>,
    /// Tables to rebuild although nothing about them changes.
    pub(super) mend: &'a BTreeSet<ObjectId>,
    /// Tables that are rebuilt for no other reason.
    pub(super) mended: BTreeSet<ObjectId>,
    /// New properties that a rebuild fills already.
    pub(super) made: BTreeSet<ObjectId>,
    pub(super) steps: Vec<Step>,
    /// Last step that concerns each table name.
    pub(super) touched: BTreeMap<Key, usize>,
    pub(super) errors: Vec<PlanError>,
}

/// Existing table that stays.
pub(super) struct Kept<'a> {
    pub(super) object: &'a Object,
    pub(super) live: &'a Table,
    /// Name after all renames.
    pub(super) name: String,
}

impl<'a> Builder<'a> {
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
        let keys: Vec<Key> = names.iter().map(|name| Key::new(name)).collect();
        let depends_on = keys
            .iter()
            .filter_map(|key| self.touched.get(key))
            .copied()
            .collect();
        let position = self.steps.len();
        for key in keys {
            self.touched.insert(key, position);
        }
        let cypher = operation.cypher();
        self.steps.push(Step {
            operation,
            cypher,
            checks: Vec::new(),
            hazards,
            demands: Vec::new(),
            work: None,
            depends_on,
        });
        &mut self.steps[position]
    }

    /// Returns the live property of an object, if the database has it.
    pub(super) fn here(&self, object: &Object, table: &Kept<'a>) -> Option<&'a Property> {
        let before = self.before.object(object.id)?;
        table
            .live
            .properties
            .get(&Key::new(&self.before.physical(before)))
    }

    pub(super) fn here_name(&self, id: ObjectId, table: &Kept<'a>) -> Option<String> {
        Some(self.here(self.after.object(id)?, table)?.name.clone())
    }
}

/// Returns whether an object is purged.
pub(super) fn is_purged(object: &Object) -> bool {
    matches!(object.life.value, Life::Purged(_))
}
