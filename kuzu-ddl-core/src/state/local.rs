//! Local state: facts about this database that peers do not share.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::deferred::DeferredTask;
use crate::event::{EventId, ObjectId};
use crate::schema::Expr;

/// State of objects that only this database has and peers do not share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalState {
    /// Defaults of adopted properties, as the engine reports them.
    #[serde(alias = "defaults")]
    pub adopted_defaults: BTreeMap<ObjectId, String>,
    /// Tables that have gaps in their column ids and are sound, with those ids.
    #[serde(default)]
    #[serde(alias = "gaps")]
    pub column_id_gaps: BTreeMap<ObjectId, Vec<u64>>,
    /// Deferred tasks of this database.
    #[serde(default)]
    #[serde(alias = "owed")]
    pub deferred: BTreeSet<DeferredTask>,
    /// Backfill expressions recorded for rows without a value, by the type change that needed them.
    /// A rollback uses them to detect values that no application wrote.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[serde(alias = "fills")]
    pub recorded_fills: BTreeMap<EventId, Expr>,
    /// Texts of backfills that wrote into existing columns, by the event that made the property
    /// required. No column keeps the NULLs that they replaced, so a rollback reports them.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub in_place_fills: BTreeMap<EventId, String>,
}

impl LocalState {
    /// Returns whether a deferred task for the object is recorded, so that the database may lack
    /// it.
    #[must_use]
    pub fn has_deferred(&self, object: ObjectId) -> bool {
        self.deferred.iter().any(|task| task.object() == object)
    }
}
