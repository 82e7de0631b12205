//! TODO-DOC state::local

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::deferred::Owed;
use crate::event::{EventId, ObjectId};
use crate::schema::Expr;

/// What this database alone knows of objects that all peers share.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Local {
    /// Defaults of adopted properties, in the engine's words.
    pub defaults: BTreeMap<ObjectId, String>,
    /// Tables that have gaps in the engine's numbers of their properties and are sound: those numbers.
    #[serde(default)]
    pub gaps: BTreeMap<ObjectId, Vec<u64>>,
    /// Work that is yet to be done here.
    #[serde(default)]
    pub owed: BTreeSet<Owed>,
    /// What rows got that had no value, by the change of type that found none. The way back tells by it which
    /// values were never anybody's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fills: BTreeMap<EventId, Expr>,
}

impl Local {
    /// Whether it is known that the database still lacks the object.
    #[must_use]
    pub fn owes(&self, object: ObjectId) -> bool {
        self.owed.iter().any(|owed| owed.object() == object)
    }
}
