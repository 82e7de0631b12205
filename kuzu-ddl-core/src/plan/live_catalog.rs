//! TODO-DOC plan::live_catalog

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::{Capabilities, KUZU};
use crate::catalog::Inspection;
use crate::event::{EventId, ObjectId};
use crate::schema::{Expr, Key, Schema};
use crate::state::Making;

/// The database as it is: what a plan starts from.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// What the catalog says.
    pub schema: &'a Schema,
    /// The engine's ids of tables.
    pub ids: &'a BTreeMap<Key, u64>,
    /// Tables of which a property was dropped in place once.
    pub gaps: &'a BTreeMap<Key, Vec<u64>>,
    /// What the engine can do.
    pub can: &'a Capabilities,
    /// The sequences of `SERIAL` properties; `None` where nobody looked.
    pub counters: Option<&'a BTreeSet<Key>>,
    /// Values that a plan before this one left unmade.
    pub making: &'a BTreeMap<ObjectId, Making>,
    /// What rows got that had no value, by the change of type that found none.
    pub filled: &'a BTreeMap<EventId, Expr>,
}

/// A schema of which no more is known, in the engine that there is.
impl<'a> From<&'a Schema> for Live<'a> {
    fn from(schema: &'a Schema) -> Self {
        static IDS: BTreeMap<Key, u64> = BTreeMap::new();
        static GAPS: BTreeMap<Key, Vec<u64>> = BTreeMap::new();
        Self {
            schema,
            ids: &IDS,
            gaps: &GAPS,
            can: &KUZU,
            counters: None,
            making: &NOTHING,
            filled: &UNFILLED,
        }
    }
}

impl<'a> From<&'a Inspection> for Live<'a> {
    fn from(found: &'a Inspection) -> Self {
        Self {
            schema: &found.schema,
            ids: &found.ids,
            gaps: &found.gaps,
            can: found.can,
            counters: Some(&found.counters),
            making: &NOTHING,
            filled: &UNFILLED,
        }
    }
}

pub(super) static NOTHING: BTreeMap<ObjectId, Making> = BTreeMap::new();

static UNFILLED: BTreeMap<EventId, Expr> = BTreeMap::new();
