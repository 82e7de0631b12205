//! From two states of the events to steps.
//!
//! Identity comes from the events, presence from the live database: an object that is in both
//! states but under another name is renamed, whatever the names are; one that the database does not
//! have is made, unless it is archived already. The phases are fixed and within a phase names decide,
//! so one input gives one plan.

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

/// Values that are to be made after the transaction.
pub(super) struct Later {
    pub(super) table: String,
    pub(super) child: ObjectId,
    pub(super) value: Value,
    /// Counts the rows, in the names of before the plan.
    pub(super) count: String,
}

pub(super) struct Builder<'a> {
    pub(super) before: &'a Fold,
    pub(super) after: &'a Fold,
    pub(super) live: &'a Schema,
    pub(super) ids: &'a BTreeMap<Key, u64>,
    pub(super) gaps: &'a BTreeMap<Key, Vec<u64>>,
    pub(super) can: &'a Capabilities,
    /// The sequences of `SERIAL` properties.
    pub(super) counters: Option<&'a BTreeSet<Key>>,
    /// Values that a plan before this one left unmade.
    pub(super) making: &'a BTreeMap<ObjectId, Making>,
    pub(super) filled: &'a BTreeMap<EventId, Expr>,
    /// Values to be made after the transaction.
    pub(super) later: Vec<Later>,
    /// The tables of `before` by their names in the database.
    pub(super) owned: BTreeMap<Key, ObjectId>,
    pub(super) said: &'a Said,
    pub(super) leave: &'a BTreeSet<ObjectId>,
    /// Tables to be rebuilt though nothing about them changes.
    pub(super) mend: &'a BTreeSet<ObjectId>,
    /// Tables that are rebuilt for no other reason.
    pub(super) mended: BTreeSet<ObjectId>,
    /// New properties that a rebuild has made already.
    pub(super) made: BTreeSet<ObjectId>,
    pub(super) steps: Vec<Step>,
    /// The last step about each table name.
    pub(super) touched: BTreeMap<Key, usize>,
    pub(super) errors: Vec<PlanError>,
}

/// A table that is there and stays.
pub(super) struct Kept<'a> {
    pub(super) object: &'a Object,
    pub(super) live: &'a Table,
    /// Its name after all renames.
    pub(super) name: String,
}

impl<'a> Builder<'a> {
    pub(super) fn push(&mut self, operation: Operation, names: &[&str], hazards: Vec<Hazard>) {
        self.push_step(operation, names, hazards);
    }

    /// The new step, for what else it needs.
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

    /// The live property that an object is, if the database has it.
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

/// Whether nothing of an object shall be left.
pub(super) fn is_purged(object: &Object) -> bool {
    matches!(object.life.value, Life::Purged(_))
}
