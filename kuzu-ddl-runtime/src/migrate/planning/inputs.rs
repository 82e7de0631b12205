//! TODO-DOC migrate::planning::inputs

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{LiveSchema, Note, find_undecodable};
use kuzu_ddl_core::drift::{Drift, LiveNames};
use kuzu_ddl_core::event::{DdlEvent, EventId, ObjectId, OnFail};
use kuzu_ddl_core::fold::{Fold, Object};
use kuzu_ddl_core::plan::{Plan, PlanBase, PlanHints, Step};
use kuzu_ddl_core::schema::{Expr, NameKey};
use kuzu_ddl_core::state::{DeferredTask, LocalState};

use super::catalog_hash as catalog;
use super::suspect_tables::plan_with_suspect_rebuilds;
use crate::engine::Session;
use crate::error::Error;
use crate::ledger::{LedgerContents, LedgerRepair, RollbackRecord};

/// What is written beside the events where only the ledger is written.
pub(in crate::migrate) struct LedgerOnlyChange {
    /// How a damaged ledger is put right.
    pub(in crate::migrate) repair: Option<LedgerRepair>,
    /// What the next declaration is compared with; `None` where nothing was declared yet.
    pub(in crate::migrate) ancestor: Option<Declared>,
}

/// Everything that apply needs.
pub(in crate::migrate) struct PreparedMigration {
    /// What the ledger holds.
    pub(in crate::migrate) contents: LedgerContents,
    /// What the catalog says.
    pub(in crate::migrate) found: CatalogSnapshot,
    /// The engine's count of catalog changes in this process, from before the catalog was read.
    pub(in crate::migrate) version: i128,
    /// The state before, adopted things among it.
    pub(in crate::migrate) before: Fold,
    /// The state after.
    pub(in crate::migrate) after: Fold,
    /// What this database alone knows.
    pub(in crate::migrate) local: LocalState,
    /// Objects known to differ, and left so.
    pub(in crate::migrate) leave: BTreeSet<ObjectId>,
    /// Differences that stay, by policy.
    pub(in crate::migrate) tolerated: Vec<Drift>,
    /// What will be done.
    pub(in crate::migrate) plan: Plan,
    /// Whether this declaration is new to this database.
    pub(in crate::migrate) is_new: bool,
    /// Whether nothing is wrong with putting this off.
    pub(in crate::migrate) may_wait: bool,
    /// If this goes back, what is recorded about that.
    pub(in crate::migrate) back: Option<RollbackChange>,
    /// If only the ledger is written, what of it beside the events.
    pub(in crate::migrate) records: Option<LedgerOnlyChange>,
    /// Whether what is declared is there afterwards.
    pub(in crate::migrate) fits: bool,
}

/// What a plan starts from.
pub(in crate::migrate) struct PlanningInputs {
    pub(in crate::migrate) contents: LedgerContents,
    /// If the ledger is damaged, how it is put right.
    pub(in crate::migrate) repair: Option<LedgerRepair>,
    pub(in crate::migrate) version: i128,
    pub(in crate::migrate) found: CatalogSnapshot,
    /// What the events say.
    pub(in crate::migrate) expected: Fold,
    /// The names that things have in the database.
    pub(in crate::migrate) names: LiveNames,
    /// `found` with the multiplicities that are needed.
    pub(in crate::migrate) live: LiveSchema,
}

/// What the declaration leads to.
pub(in crate::migrate) struct PlannedTarget {
    pub(super) before: Fold,
    pub(super) after: Fold,
    pub(super) local: LocalState,
    pub(super) restored: BTreeSet<ObjectId>,
}

/// A plan from what was settled to another state, whoever asks for it: the events `new` lead there.
pub(in crate::migrate) fn plan_to(
    ground: PlanningInputs,
    settled: DriftResolution,
    (after, new): (Fold, Vec<DdlEvent>),
    said: &PlanHints,
) -> Result<PreparedMigration, Error> {
    let PlanningInputs {
        contents,
        found,
        version,
        ..
    } = ground;
    let (mut events, mut notes) = (settled.events, settled.notes);
    let before = settled.fold;
    // What was done by hand may be just what a peer did.
    let known: BTreeSet<EventId> = events.iter().map(DdlEvent::id).collect();
    events.extend(new.into_iter().filter(|event| !known.contains(&event.id())));
    let refusals = find_undecodable(&events, &after);
    if !refusals.is_empty() {
        return Err(Error::Incompatible(refusals));
    }
    let mut local = settled.live.local;
    let (states, known) = ((&before, &after), (&local, &contents.backfills));
    let steps = plan_with_suspect_rebuilds(states, &found, said, &settled.leave, known, &mut notes)
        .map_err(Error::Unplannable)?
        .steps;
    local.deferred = deferred_tasks(&steps);
    local.recorded_fills.extend(fills_per_event(states, said));
    let plan = Plan {
        base: base(&contents, &found),
        events,
        steps,
        notes: notes.iter().map(ToString::to_string).collect(),
    };
    Ok(PreparedMigration {
        contents,
        found,
        version,
        before,
        after,
        local,
        leave: settled.leave,
        tolerated: settled.tolerated,
        plan,
        is_new: false,
        may_wait: false,
        back: None,
        records: None,
        fits: false,
    })
}

/// The engine's count of catalog changes; it says whether anything changed in this process since
/// it was asked last, and other processes are kept out by the file's lock.
pub(in crate::migrate) fn version(session: &dyn Session) -> Result<i128, Error> {
    let rows = session.query("CALL catalog_version() RETURN *")?;
    Ok(rows
        .first()
        .and_then(|row| row.first())
        .and_then(|cell| cell.int())
        .unwrap_or(-1))
}

pub(in crate::migrate) fn base(contents: &LedgerContents, found: &CatalogSnapshot) -> PlanBase {
    let state = contents.state.as_ref();
    let frontier = state.map(|s| s.frontier.clone());
    PlanBase {
        live: catalog::snapshot_hash(found),
        frontier: frontier.unwrap_or_default(),
    }
}

/// What the transaction of these steps leaves to be done after it.
pub(in crate::migrate) fn deferred_tasks(steps: &[Step]) -> BTreeSet<DeferredTask> {
    steps
        .iter()
        .filter_map(|step| step.operation.deferred_task())
        .collect()
}

/// What rows get that have no value once the type of their property has changed, by that change.
pub(in crate::migrate) fn fills_per_event(
    (before, after): (&Fold, &Fold),
    said: &PlanHints,
) -> BTreeMap<EventId, Expr> {
    let of = |object: &Object| {
        let change = object.archived_columns.iter().rfind(|a| a.ty != a.to)?;
        let was = before.object(object.id)?;
        if was
            .archived_columns
            .iter()
            .any(|archive| archive.by == change.by)
        {
            return None;
        }
        let (nullable, is) = (before.property(was)?.nullable, after.property(object)?);
        let lacks = !is.nullable && (nullable || change.on_fail != OnFail::Abort);
        let table = after.database_name(after.object(object.parent?)?);
        let fill = said
            .fill_exprs
            .get(&(NameKey::new(&table), NameKey::new(&is.name)))?;
        (lacks && fill.is_constant()).then(|| (change.by, fill.clone()))
    };
    after
        .objects()
        .filter(|o| o.is_live())
        .filter_map(of)
        .collect()
}

/// What is left once the differences are settled by policy.
pub(in crate::migrate) struct DriftResolution {
    /// The state that the plan starts from.
    pub(in crate::migrate) fold: Fold,
    pub(in crate::migrate) live: LiveSchema,
    /// Objects known to differ, and left so.
    pub(in crate::migrate) leave: BTreeSet<ObjectId>,
    /// Differences that stay.
    pub(in crate::migrate) tolerated: Vec<Drift>,
    /// The events that lead from the ledger to `fold`.
    pub(in crate::migrate) events: Vec<DdlEvent>,
    pub(in crate::migrate) notes: Vec<Note>,
    /// All differences that became events.
    pub(in crate::migrate) followed: Vec<Drift>,
    /// Whether this is recorded and nothing else is done.
    pub(in crate::migrate) record_only: bool,
}

/// What is recorded when a run went back.
pub(in crate::migrate) struct RollbackChange {
    pub(in crate::migrate) back: RollbackRecord,
    pub(in crate::migrate) ancestor: Declared,
}
