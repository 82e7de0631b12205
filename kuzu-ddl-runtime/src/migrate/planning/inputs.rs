//! Inputs and result of planning, and the shared last stage that produces the plan.

use std::collections::{BTreeMap, BTreeSet};

use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::diff::{LiveSchema, Note, find_undecodable};
use kuzu_ddl_core::drift::{Drift, LiveNames};
use kuzu_ddl_core::event::{Aspect, DdlEvent, EventId, ObjectId, OnFail};
use kuzu_ddl_core::fold::{Fold, Object};
use kuzu_ddl_core::plan::{Operation, Plan, PlanBase, PlanHints, Step};
use kuzu_ddl_core::schema::{Expr, NameKey};
use kuzu_ddl_core::state::{DeferredTask, LocalState};

use super::catalog_hash;
use super::empty_pairs::empty_pairs;
use super::suspect_tables::plan_with_suspect_rebuilds;
use crate::engine::Session;
use crate::error::Error;
use crate::ledger::{LedgerContents, LedgerRepair, RollbackRecord};

/// What is written in addition to the events where only the ledger is written.
pub(in crate::migrate) struct LedgerOnlyChange {
    /// Repair of a corrupt ledger.
    pub(in crate::migrate) repair: Option<LedgerRepair>,
    /// Ancestor of the next diff; `None` if nothing was declared yet.
    pub(in crate::migrate) ancestor: Option<Declared>,
}

/// Everything that application of a plan needs.
pub(in crate::migrate) struct PreparedMigration {
    /// Content of the ledger.
    pub(in crate::migrate) contents: LedgerContents,
    /// Snapshot of the catalog.
    pub(in crate::migrate) found: CatalogSnapshot,
    /// The engine's catalog version, read before the snapshot.
    pub(in crate::migrate) version: i128,
    /// State before the plan, with adopted objects.
    pub(in crate::migrate) before: Fold,
    /// Target state.
    pub(in crate::migrate) after: Fold,
    /// State that is local to this database.
    pub(in crate::migrate) local: LocalState,
    /// Objects that are known to differ and left unchanged.
    pub(in crate::migrate) leave: BTreeSet<ObjectId>,
    /// Tolerated differences.
    pub(in crate::migrate) tolerated: Vec<Drift>,
    /// Plan to apply.
    pub(in crate::migrate) plan: Plan,
    /// Whether this declaration is new to this database.
    pub(in crate::migrate) is_new: bool,
    /// Whether the migration can be postponed without harm.
    pub(in crate::migrate) may_wait: bool,
    /// Record of the rollback, if this is one.
    pub(in crate::migrate) rollback: Option<RollbackChange>,
    /// Additional rows, if only the ledger is written.
    pub(in crate::migrate) ledger_only: Option<LedgerOnlyChange>,
    /// Whether everything declared exists afterwards.
    pub(in crate::migrate) fits: bool,
}

/// Inputs of a plan: ledger and catalog.
pub(in crate::migrate) struct PlanningInputs {
    pub(in crate::migrate) contents: LedgerContents,
    /// Repair of the ledger, if it is corrupt.
    pub(in crate::migrate) repair: Option<LedgerRepair>,
    pub(in crate::migrate) version: i128,
    pub(in crate::migrate) found: CatalogSnapshot,
    /// Expected state: the fold of the applied events.
    pub(in crate::migrate) expected: Fold,
    /// Live names of the expected objects.
    pub(in crate::migrate) names: LiveNames,
    /// Schema of `found`, with the multiplicities that planning needs.
    pub(in crate::migrate) live: LiveSchema,
}

/// Target that the declaration leads to.
pub(in crate::migrate) struct PlannedTarget {
    pub(super) before: Fold,
    pub(super) after: Fold,
    pub(super) local: LocalState,
    pub(super) restored: BTreeSet<ObjectId>,
}

/// Plans from the resolved state to `target`, to which the events `new` lead.
pub(in crate::migrate) fn plan_to(
    session: &dyn Session,
    inputs: PlanningInputs,
    resolution: DriftResolution,
    (after, new): (Fold, Vec<DdlEvent>),
    hints: &PlanHints,
) -> Result<PreparedMigration, Error> {
    let PlanningInputs {
        contents,
        mut found,
        version,
        ..
    } = inputs;
    let (mut events, mut notes) = (resolution.events, resolution.notes);
    let before = resolution.fold;
    // An out-of-band change may equal the change of a peer.
    let resolved: BTreeSet<EventId> = events.iter().map(DdlEvent::id).collect();
    events.extend(
        new.into_iter()
            .filter(|event| !resolved.contains(&event.id())),
    );
    let refusals = find_undecodable(&events, &after);
    if !refusals.is_empty() {
        return Err(Error::Incompatible(refusals));
    }
    found.empty_pairs = empty_pairs(session, &found, (&before, &after))?;
    let mut local = resolution.live.local;
    let (states, recorded) = ((&before, &after), (&local, &contents.backfills));
    let steps = plan_with_suspect_rebuilds(
        states,
        &found,
        hints,
        &resolution.leave,
        recorded,
        &mut notes,
    )
    .map_err(Error::Unplannable)?
    .steps;
    local.deferred = deferred_tasks(&steps);
    forget_replaced_defaults(&mut local, &steps, &after);
    local.recorded_fills.extend(fills_per_event(states, hints));
    let plan = Plan::new(
        base(&contents, &found),
        events,
        steps,
        notes.iter().map(ToString::to_string).collect(),
    );
    Ok(PreparedMigration {
        contents,
        found,
        version,
        before,
        after,
        local,
        leave: resolution.leave,
        tolerated: resolution.tolerated,
        plan,
        is_new: false,
        may_wait: false,
        rollback: None,
        ledger_only: None,
        fits: false,
    })
}

/// Returns the engine's catalog version. It reveals changes by other connections of this process;
/// the file lock excludes other processes.
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
    PlanBase::new(
        catalog_hash::snapshot_hash(found),
        frontier.unwrap_or_default(),
    )
}

/// Returns the tasks that the transaction of these steps defers.
pub(in crate::migrate) fn deferred_tasks(steps: &[Step]) -> BTreeSet<DeferredTask> {
    steps
        .iter()
        .filter_map(|step| step.operation.deferred_task())
        .collect()
}

/// Returns, per type change, the constant for rows that have no value after the change.
pub(in crate::migrate) fn fills_per_event(
    (before, after): (&Fold, &Fold),
    hints: &PlanHints,
) -> BTreeMap<EventId, Expr> {
    let recorded_fill = |object: &Object| {
        let change = object.archived_columns.iter().rfind(|a| a.ty != a.to)?;
        let former = before.object(object.id)?;
        if former
            .archived_columns
            .iter()
            .any(|archive| archive.by == change.by)
        {
            return None;
        }
        let (nullable, property) = (before.property(former)?.nullable, after.property(object)?);
        let lacks = !property.nullable && (nullable || change.on_fail != OnFail::Abort);
        let table = after.database_name(after.object(object.parent?)?);
        let fill = hints
            .fill_exprs
            .get(&(NameKey::new(&table), NameKey::new(&property.name)))?;
        (lacks && fill.is_constant()).then(|| (change.by, fill.clone()))
    };
    after
        .objects()
        .filter(|o| o.is_live())
        .filter_map(recorded_fill)
        .collect()
}

/// Returns the texts of the backfills that write into existing columns, by the event that makes the
/// property required.
pub(in crate::migrate) fn in_place_fills(
    (before, after): (&Fold, &Fold),
    hints: &PlanHints,
) -> BTreeMap<EventId, String> {
    let of = |object: &Object| {
        let (was, is) = (
            before.property(before.object(object.id)?)?,
            after.property(object)?,
        );
        // Where the type changes as well, the archived column has the former values.
        if !was.nullable || is.nullable || was.ty != is.ty {
            return None;
        }
        let table = after.database_name(after.object(object.parent?)?);
        let key = (NameKey::new(&table), NameKey::new(&is.name));
        let function = hints.fill_functions.get(&key);
        let expr = hints.fill_exprs.get(&key).map(ToString::to_string);
        let text = expr.or_else(|| Some(function?.function.clone()))?;
        let event = object.heads_of(Aspect::Nullable).iter().next()?;
        Some((*event, text))
    };
    let live = after.objects().filter(|o| o.is_live());
    live.filter_map(of).collect()
}

/// Forgets how the engine reports the defaults of columns that the steps create again: these have
/// the defaults of the declaration.
pub(in crate::migrate) fn forget_replaced_defaults(
    local: &mut LocalState,
    steps: &[Step],
    after: &Fold,
) {
    let mut replaced = BTreeSet::new();
    for step in steps {
        let (table, column) = match &step.operation {
            Operation::ReplaceProperty {
                table, property, ..
            } => (table, Some(NameKey::new(&property.name))),
            Operation::CopyNodes { from, .. } | Operation::CopyRels { from, .. } => (from, None),
            _ => continue,
        };
        replaced.insert((NameKey::new(table), column));
    }
    local.adopted_defaults.retain(|id, _| {
        let name = |id| Some(NameKey::new(&after.database_name(after.object(id)?)));
        let table = after.object(*id).and_then(|object| name(object.parent?));
        let Some((table, column)) = table.zip(name(*id)) else {
            return true;
        };
        let key = (table.clone(), Some(column));
        !replaced.contains(&key) && !replaced.contains(&(table, None))
    });
}

/// State after the differences were resolved by policy.
pub(in crate::migrate) struct DriftResolution {
    /// State from which the plan starts.
    pub(in crate::migrate) fold: Fold,
    pub(in crate::migrate) live: LiveSchema,
    /// Objects that are known to differ and left unchanged.
    pub(in crate::migrate) leave: BTreeSet<ObjectId>,
    /// Tolerated differences.
    pub(in crate::migrate) tolerated: Vec<Drift>,
    /// Events that lead from the ledger to `fold`.
    pub(in crate::migrate) events: Vec<DdlEvent>,
    pub(in crate::migrate) notes: Vec<Note>,
    /// Differences that became events.
    pub(in crate::migrate) followed: Vec<Drift>,
    /// Whether these events are recorded and nothing else is done.
    pub(in crate::migrate) record_only: bool,
}

/// What a rollback adds to the ledger.
pub(in crate::migrate) struct RollbackChange {
    pub(in crate::migrate) record: RollbackRecord,
    pub(in crate::migrate) ancestor: Declared,
}
