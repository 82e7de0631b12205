//! TODO-DOC plan::live_catalog

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::{Capabilities, KUZU};
use crate::catalog::Inspection;
use crate::event::{EventId, ObjectId};
use crate::schema::{Expr, Key, Schema};
use crate::state::Making;

/// The live database that a plan starts from.
#[derive(Clone, Copy, Debug)]
pub struct Live<'a> {
    /// Schema in the catalog.
    pub schema: &'a Schema,
    /// Table ids of the engine.
    pub ids: &'a BTreeMap<Key, u64>,
    /// Tables from which a property was dropped in place, with the gaps in their column ids.
    pub gaps: &'a BTreeMap<Key, Vec<u64>>,
    /// Capabilities of the engine.
    pub can: &'a Capabilities,
    /// Sequences of `SERIAL` properties; `None` if they were not read.
    pub counters: Option<&'a BTreeSet<Key>>,
    /// Backfills that an earlier plan left unfinished.
    pub making: &'a BTreeMap<ObjectId, Making>,
    /// Backfill expressions recorded for rows without a value, by the type change that needed them.
    pub filled: &'a BTreeMap<EventId, Expr>,
}

/// A bare schema, in the default engine, with nothing else known.
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
