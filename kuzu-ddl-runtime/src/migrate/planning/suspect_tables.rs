//! Rebuild of suspect tables: those that the engine may have left corrupt.
//!
//! Where a property was dropped in place, out of band, the engine renumbers the columns at the next
//! checkpoint, but only if it knows that the table has changed. After a crash it does not know, and
//! crashes one checkpoint later, once there are new rows, as well as at every start after that. The
//! catalog shows that a property was dropped, but not whether this happened; any access to the
//! storage of a corrupt table would crash as well. Experiments with the Rust crate found one cure
//! that works in every state of such a table, including an intact one: copy it row by row, drop it,
//! and rename the copy. (Adding and dropping a property, then CHECKPOINT, is cheaper, but crashes
//! if there are rows that no checkpoint has seen.) So that is done, once: the copy has no gap.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::diff::Note;
use kuzu_ddl_core::event::ObjectId;
use kuzu_ddl_core::fold::{Fold, managed_tables};
use kuzu_ddl_core::plan::{LiveCatalog, PlanError, PlanHints, Step, plan, plan_with_rebuilds};
use kuzu_ddl_core::schema::NameKey;
use kuzu_ddl_core::state::{BackfillProgress, LocalState};

/// Steps, including rebuilds, and whether there are no others.
pub(in crate::migrate) struct SuspectRebuildPlan {
    pub(in crate::migrate) steps: Vec<Step>,
    pub(in crate::migrate) no_other_steps: bool,
}

/// Plans from `before` to `after`, and rebuilds suspect tables where possible.
pub(in crate::migrate) fn plan_with_suspect_rebuilds(
    (before, after): (&Fold, &Fold),
    found: &CatalogSnapshot,
    hints: &PlanHints,
    leave: &BTreeSet<ObjectId>,
    (local, backfills): (&LocalState, &BTreeMap<ObjectId, BackfillProgress>),
    notes: &mut Vec<Note>,
) -> Result<SuspectRebuildPlan, Vec<PlanError>> {
    let live = &found.schema;
    let start = LiveCatalog {
        backfills,
        recorded_fills: &local.recorded_fills,
        ..LiveCatalog::from(found)
    };
    let steps = plan(before, after, start, hints, leave)?;
    let no_other_steps = steps.is_empty();
    let plain = |steps| SuspectRebuildPlan {
        steps,
        no_other_steps,
    };
    if found.column_id_gaps.is_empty() {
        return Ok(plain(steps));
    }
    let managed = managed_tables(before);
    let name = |key: &NameKey| live.tables.get(key).map(|table| table.name.clone());
    let mut suspects = BTreeSet::new();
    let mut managed_suspects = Vec::new();
    for (key, numbers) in &found.column_id_gaps {
        let object = name(key).unwrap_or_default();
        match managed.get(key) {
            Some(id) if local.column_id_gaps.get(id) == Some(numbers) => {}
            Some(id) if !leave.contains(id) => {
                suspects.insert(*id);
                managed_suspects.push(object);
            }
            _ => {
                let reason = "no declaration of this program has it".to_owned();
                notes.push(Note::SuspectTable { object, reason });
            }
        }
    }
    if suspects.is_empty() {
        return Ok(plain(steps));
    }
    match plan_with_rebuilds(before, after, start, hints, leave, &suspects) {
        Ok(steps) => {
            notes.extend(
                managed_suspects
                    .into_iter()
                    .map(|object| Note::RebuiltSuspectTable { object }),
            );
            Ok(plain(steps))
        }
        Err(errors) => {
            let reason = errors.first().map(ToString::to_string).unwrap_or_default();
            notes.extend(managed_suspects.into_iter().map(|object| {
                let reason = reason.clone();
                Note::SuspectTable { object, reason }
            }));
            Ok(plain(steps))
        }
    }
}

/// Returns the local state after the steps. A gap that the steps left is harmless: a property was
/// added, so the engine knows that the table has changed.
pub(in crate::migrate) fn update_column_id_gaps(
    local: &LocalState,
    before: &CatalogSnapshot,
    now: &CatalogSnapshot,
    after: &Fold,
) -> LocalState {
    let mut updated = local.clone();
    if now.column_id_gaps.is_empty() {
        updated.column_id_gaps.clear();
        return updated;
    }
    let managed = managed_tables(after);
    let id = |key: &NameKey| managed.get(key).copied();
    let new = now
        .column_id_gaps
        .iter()
        .filter(|(key, _)| !before.column_id_gaps.contains_key(*key));
    let sound: Vec<_> = new
        .filter_map(|(key, numbers)| Some((id(key)?, numbers.clone())))
        .collect();
    updated.column_id_gaps.extend(sound);
    let present: BTreeSet<ObjectId> = now.column_id_gaps.keys().filter_map(id).collect();
    updated.column_id_gaps.retain(|id, _| present.contains(id));
    updated
}
