//! The planner: from two folded states to ordered steps.
//!
//! Identity comes from the events, presence from the live database. An object that is in both
//! states under different names is renamed, whatever the names are; one that the database does not
//! have is created, archived ones included. The phases are fixed and within a phase names
//! decide the order, so one input gives one plan.

use std::collections::{BTreeMap, BTreeSet};

use super::builder::{ExistingTable, PlanBuilder, is_purged};
use super::error::PlanError;
use super::hazard::HazardKind;
use super::hints::PlanHints;
use super::live_catalog::LiveCatalog;
use super::model::Step;
use super::sizes::check_sizes;
use crate::event::{ObjectId, ObjectKind};
use crate::fold::{Fold, Object, managed_tables};
use crate::schema::NameKey;

/// Plans the steps from `before`, which describes `live`, to `after`. Objects in `ignored` are known
/// to differ from `before`: the difference is not corrected, and only what `after` changes is
/// planned.
///
/// # Errors
/// Returns every change that cannot be made.
pub fn plan<'a>(
    before: &'a Fold,
    after: &'a Fold,
    live: impl Into<LiveCatalog<'a>>,
    hints: &'a PlanHints,
    ignored: &'a BTreeSet<ObjectId>,
) -> Result<Vec<Step>, Vec<PlanError>> {
    static NOTHING: BTreeSet<ObjectId> = BTreeSet::new();
    plan_with_rebuilds(before, after, live, hints, ignored, &NOTHING)
}

/// Plans like [`plan`], and also rebuilds the tables in `forced_rebuilds` unchanged: the engine may
/// have left them in a state in which a later checkpoint crashes.
///
/// # Errors
/// Returns every change that cannot be made.
pub fn plan_with_rebuilds<'a>(
    before: &'a Fold,
    after: &'a Fold,
    live: impl Into<LiveCatalog<'a>>,
    hints: &'a PlanHints,
    ignored: &'a BTreeSet<ObjectId>,
    forced_rebuilds: &'a BTreeSet<ObjectId>,
) -> Result<Vec<Step>, Vec<PlanError>> {
    let LiveCatalog {
        schema: live,
        table_ids,
        column_id_gaps,
        capabilities,
        serial_sequences,
        backfills,
        recorded_fills,
        empty_pairs,
    } = live.into();
    let mut builder = PlanBuilder {
        table_ids,
        column_id_gaps,
        capabilities,
        serial_sequences,
        backfills,
        recorded_fills,
        empty_pairs,
        deferred: Vec::new(),
        managed: managed_tables(before),
        before,
        after,
        live,
        hints,
        ignored,
        forced_rebuilds,
        freeing: BTreeSet::new(),
        freed_sequences: BTreeSet::new(),
        rebuilt: BTreeSet::new(),
        filled_by_rebuild: BTreeSet::new(),
        steps: Vec::new(),
        last_step_of: BTreeMap::new(),
        errors: Vec::new(),
    };
    builder.run();
    let PlanBuilder {
        mut steps,
        mut errors,
        ..
    } = builder;
    errors.extend(check_sizes(&steps, live));
    if hints.is_rollback {
        // A rollback leads to what older binaries declare.
        let hazards = steps.iter_mut().flat_map(|step| &mut step.hazards);
        hazards
            .filter(|hazard| hazard.kind == HazardKind::BreaksOlderApps)
            .for_each(|hazard| hazard.kind = HazardKind::BreaksNewerApps);
    }
    if errors.is_empty() {
        Ok(steps)
    } else {
        errors.sort();
        Err(errors)
    }
}

impl<'a> PlanBuilder<'a> {
    fn run(&mut self) {
        self.create_sequences();
        let (existing, created) = self.sort_tables();
        self.drop_purged();
        self.rename_tables(&existing, &created);
        for table in &existing {
            self.rename_properties(table);
        }
        // New rel tables would depend on node tables that are yet to be replaced.
        let rebuilds = self.find_rebuilds(&existing, &created);
        for table in existing.iter().filter(|t| !rebuilds.contains(t.object.id)) {
            self.drop_indexes_in_place(table);
            self.drop_properties(table);
        }
        self.rebuild(&existing, &rebuilds);
        self.create_tables(&created);
        for table in existing.iter().filter(|t| !rebuilds.contains(t.object.id)) {
            self.change_properties(table);
        }
        for table in existing.iter().filter(|t| !rebuilds.contains(t.object.id)) {
            self.add_missing_columns(table);
        }
        for table in &existing {
            self.nullability(table, rebuilds.contains(table.object.id));
            self.add_properties(table);
        }
        for table in &existing {
            self.pairs(table);
        }
        self.rename_pair_archives();
        for table in &existing {
            self.comments(table);
        }
        for object in created.iter().filter(|object| object.is_live()) {
            self.property_comments(object, &self.after.database_name(object));
        }
        self.drop_sequences();
        // Before the indexes: an indexed property can no longer be SET.
        self.schedule_backfills(&existing);
        self.create_indexes(&existing, &created, &rebuilds);
    }

    /// Returns whether an archived table that the database lacks is created, without rows.
    fn completes_table(&self, object: &Object) -> bool {
        let is_new = self.before.object(object.id).is_none();
        (is_new || self.hints.completes_archives) && self.after.exists_physically(object)
    }

    /// Splits the tables of `after` into existing ones and ones to create, by name.
    fn sort_tables(&self) -> (Vec<ExistingTable<'a>>, Vec<&'a Object>) {
        let (mut existing, mut created) = (Vec::new(), Vec::new());
        let tables = self.after.objects().filter(|o| o.kind().is_table());
        for object in tables.filter(|o| !is_purged(o)) {
            let name = self.after.database_name(object);
            let live_key = self
                .before
                .object(object.id)
                .map(|o| NameKey::new(&self.before.database_name(o)));
            match live_key.and_then(|key| self.live.tables.get(&key)) {
                Some(live) => existing.push(ExistingTable { object, live, name }),
                None if self.ignored.contains(&object.id) => {}
                None if object.is_live() || self.completes_table(object) => {
                    created.push(object);
                }
                None => {}
            }
        }
        existing.sort_by_key(|t| NameKey::new(&t.name));
        created.sort_by_key(|o| {
            (
                o.kind() != ObjectKind::NodeTable,
                NameKey::new(&o.name.value),
            )
        });
        (existing, created)
    }
}
