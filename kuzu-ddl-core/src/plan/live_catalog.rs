//! The live catalog, as far as a plan depends on it.

use std::collections::{BTreeMap, BTreeSet};

use crate::capabilities::{Capabilities, KUZU};
use crate::catalog::CatalogSnapshot;
use crate::event::{EventId, ObjectId};
use crate::schema::{Expr, NameKey, Pair, Schema};
use crate::state::BackfillProgress;

/// The live database that a plan starts from.
#[derive(Clone, Copy, Debug)]
pub struct LiveCatalog<'a> {
    /// Schema in the catalog.
    pub schema: &'a Schema,
    /// Table ids of the engine.
    pub table_ids: &'a BTreeMap<NameKey, u64>,
    /// Tables from which a property was dropped in place, with the gaps in their column ids.
    pub column_id_gaps: &'a BTreeMap<NameKey, Vec<u64>>,
    /// Capabilities of the engine.
    pub capabilities: &'a Capabilities,
    /// Sequences of `SERIAL` properties; `None` if they were not read.
    pub serial_sequences: Option<&'a BTreeSet<NameKey>>,
    /// Backfills that an earlier plan left unfinished.
    pub backfills: &'a BTreeMap<ObjectId, BackfillProgress>,
    /// Backfill expressions recorded for rows without a value, by the type change that needed them.
    pub recorded_fills: &'a BTreeMap<EventId, Expr>,
    /// Pairs that are known to have no rels, by the name of their rel table.
    pub empty_pairs: &'a BTreeSet<(NameKey, Pair)>,
}

/// A bare schema, in the default engine, with nothing else known.
impl<'a> From<&'a Schema> for LiveCatalog<'a> {
    fn from(schema: &'a Schema) -> Self {
        static IDS: BTreeMap<NameKey, u64> = BTreeMap::new();
        static GAPS: BTreeMap<NameKey, Vec<u64>> = BTreeMap::new();
        Self {
            schema,
            table_ids: &IDS,
            column_id_gaps: &GAPS,
            capabilities: &KUZU,
            serial_sequences: None,
            backfills: &NOTHING,
            recorded_fills: &UNFILLED,
            empty_pairs: &NO_PAIRS,
        }
    }
}

impl<'a> From<&'a CatalogSnapshot> for LiveCatalog<'a> {
    fn from(found: &'a CatalogSnapshot) -> Self {
        Self {
            schema: &found.schema,
            table_ids: &found.table_ids,
            column_id_gaps: &found.column_id_gaps,
            capabilities: found.capabilities,
            serial_sequences: Some(&found.serial_sequences),
            backfills: &NOTHING,
            recorded_fills: &UNFILLED,
            empty_pairs: &found.empty_pairs,
        }
    }
}

pub(super) static NOTHING: BTreeMap<ObjectId, BackfillProgress> = BTreeMap::new();

static NO_PAIRS: BTreeSet<(NameKey, Pair)> = BTreeSet::new();

static UNFILLED: BTreeMap<EventId, Expr> = BTreeMap::new();
