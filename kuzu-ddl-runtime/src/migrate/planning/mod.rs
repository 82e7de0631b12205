//! Planning: from declaration, ledger and catalog to a plan. Reads the database, and writes
//! nothing.

pub(in crate::migrate) mod catalog_hash;
pub(in crate::migrate) mod dangling_indexes;
pub(in crate::migrate) mod drift;
pub(in crate::migrate) mod empty_pairs;
pub(in crate::migrate) mod inputs;
pub(in crate::migrate) mod missing_values;
pub(in crate::migrate) mod notes;
pub(in crate::migrate) mod suspect_tables;
pub(in crate::migrate) mod undone;

use std::collections::BTreeSet;

use empty_pairs::empty_pairs;
use inputs::{
    DriftResolution, PlannedTarget, PlanningInputs, PreparedMigration, base, deferred_tasks,
    fills_per_event, forget_replaced_defaults, in_place_fills, version,
};
use kuzu_ddl_core::catalog::CatalogSnapshot;
use kuzu_ddl_core::declared::Declared;
use kuzu_ddl_core::declared::registry::registered_tombstones;
use kuzu_ddl_core::diff;
use kuzu_ddl_core::diff::{
    Adoption, Incompatibility, LiveSchema, Note, adopt_existing, check_compatibility, diff,
    find_undecodable, restored_notes, validate_declaration,
};
use kuzu_ddl_core::drift::LiveNames;
use kuzu_ddl_core::event::{DdlEvent, ObjectId, ObjectKind};
use kuzu_ddl_core::fold::Fold;
use kuzu_ddl_core::plan::{Operation, Plan, PlanHints, RowFailure, plan_hints};
use kuzu_ddl_core::schema::{NameKey, TableKind};
use missing_values::count_missing_values;
use notes::{archive_notes, render_notes, snapshot_notes, unmanaged_notes};
use suspect_tables::{SuspectRebuildPlan, plan_with_suspect_rebuilds};

use super::baseline::prepare_ledger_only;
use super::planning::undone::{incompatible, rollback_events};
use super::policy::UndeclaredPolicy;
use super::preflight::runner::PreflightRunner;
use super::run::Request;
use super::{Listener, Migrator};
use crate::engine::Session;
use crate::error::Error;
use crate::inspect::{InspectScope, inspect, multiplicities};
use crate::ledger;
use crate::ledger::{FingerprintedDeclaration, LedgerContents};

impl Migrator<'_> {
    /// Prepares a migration and counts its hazards.
    ///
    /// It reads in several queries, between which another connection may have migrated the
    /// database. So an error counts only if the catalog version is unchanged, and is
    /// [`Error::StalePlan`] otherwise. (A success is checked again when the plan is applied.)
    pub(super) fn prepare(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        request: &Request,
        listener: Option<&mut Listener<'_>>,
    ) -> Result<PreparedMigration, Error> {
        let before = version(session)?;
        let prepared = self
            .prepare_once(session, declared, request)
            .and_then(|mut prepared| {
                let functions = &declared.declared.functions;
                PreflightRunner::new(session, (functions, self.batch_size), listener)
                    .run(&mut prepared.plan)?;
                self.estimate(session, &mut prepared.plan)?;
                let notes = archive_notes(session, &prepared)?;
                prepared.plan.notes.extend(notes);
                Ok(prepared)
            });
        match prepared {
            Err(_) if version(session)? != before => Err(Error::StalePlan),
            // A rollback has neither a cast nor a fallback to change.
            Err(Error::PreflightFailed(rows)) if matches!(request, Request::Rollback(_)) => Err(
                Error::PreflightFailed(rows.into_iter().map(RowFailure::of_rollback).collect()),
            ),
            result => result,
        }
    }

    fn prepare_once(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        request: &Request,
    ) -> Result<PreparedMigration, Error> {
        let _span = tracing::debug_span!("prepare").entered();
        match request {
            Request::Rollback(point) => {
                return self.prepare_rollback(session, declared, request, point);
            }
            Request::Receive { events, .. } => {
                return self.prepare_received(session, declared, request, events);
            }
            Request::Declared | Request::Baseline => {}
        }
        let refusals = validate_declaration(&declared.declared);
        if !refusals.is_empty() {
            return Err(Error::Incompatible(refusals));
        }
        let inputs = self.read_inputs(session, declared, request)?;
        if matches!(request, Request::Baseline) && inputs.contents.state.is_some() {
            let events = inputs.contents.events.len();
            return Err(Error::AlreadyBaselined { events });
        }
        if self.is_explicit {
            let ignored = ignored_tombstones(&declared.declared, &inputs.expected);
            if !ignored.is_empty() {
                return Err(Error::Incompatible(ignored));
            }
        }
        let resolution = self.resolve_drift(declared, request, &inputs)?;
        if resolution.record_only {
            return prepare_ledger_only(inputs, &declared.declared, resolution);
        }
        self.plan_to_declaration(session, inputs, declared, resolution)
    }

    /// Reads the ledger and the catalog.
    pub(super) fn read_inputs(
        &self,
        session: &dyn Session,
        declared: &FingerprintedDeclaration,
        request: &Request,
    ) -> Result<PlanningInputs, Error> {
        let contents = ledger::read(session)?;
        let (contents, repair) = self.readable(request, contents)?;
        let version = version(session)?;
        let found = inspect(session, InspectScope::All)?;
        let expected = contents.fold();
        let names = LiveNames::match_ids(&expected, &found, &contents.catalog_ids);
        let mut schema = found.schema.clone();
        if needs_multiplicities(declared, &expected, &found, &names) {
            let live_multiplicities = multiplicities(session, &found)?.by_table;
            for (key, table) in &mut schema.tables {
                if let TableKind::Edge { multiplicity, .. } = &mut table.kind {
                    *multiplicity = live_multiplicities.get(key).copied();
                }
            }
        }
        let local = contents.state.as_ref().map(|s| s.local.clone());
        let local = local.unwrap_or_default();
        let missing_values = count_missing_values(session, &declared.declared, &expected, &found)?;
        Ok(PlanningInputs {
            contents,
            repair,
            version,
            expected,
            names,
            live: LiveSchema {
                schema,
                local,
                missing_values,
            },
            found,
        })
    }

    /// Plans from the resolved state to the declared schema.
    fn plan_to_declaration(
        &self,
        session: &dyn Session,
        inputs: PlanningInputs,
        declared: &FingerprintedDeclaration,
        resolution: DriftResolution,
    ) -> Result<PreparedMigration, Error> {
        let PlanningInputs {
            contents,
            mut found,
            version,
            ..
        } = inputs;
        let DriftResolution {
            fold,
            live,
            leave,
            tolerated,
            mut events,
            mut notes,
            followed,
            ..
        } = resolution;
        notes.extend(snapshot_notes(&found));
        let is_new = !contents.applied_declarations.contains(&declared.id)
            || (self.reapply_rolled_back && contents.undone_declarations().contains(&declared.id))
            || requests_restore(&contents, declared, &fold);
        let adopted = adopt_existing(&declared.declared, &live, fold);
        let adopts = !adopted.events.is_empty();
        let PlannedTarget {
            before,
            after,
            mut local,
            restored,
        } = self
            .diff_declaration(
                &contents,
                declared,
                adopted,
                is_new,
                (&mut events, &mut notes),
            )
            .map_err(|error| match error {
                Error::Incompatible(refusals) if !followed.is_empty() => {
                    Error::CannotAdopt(refusals)
                }
                error => error,
            })?;
        let refusals = find_undecodable(&events, &after);
        if !refusals.is_empty() {
            return Err(Error::Incompatible(refusals));
        }
        found.empty_pairs = empty_pairs(session, &found, (&before, &after))?;
        notes.extend(unmanaged_notes(&found, [&before, &after]));
        let hints = PlanHints {
            restored,
            ..plan_hints(&declared.declared)
        };
        let SuspectRebuildPlan {
            mut steps,
            no_other_steps,
        } = plan_with_suspect_rebuilds(
            (&before, &after),
            &found,
            &hints,
            &leave,
            (&local, &contents.backfills),
            &mut notes,
        )
        .map_err(Error::Unplannable)?;
        let may_wait = no_other_steps && events.is_empty();
        // What was restored is declared again, although this declaration was applied before.
        let restores = !self.restore.is_empty() || !self.recreate.is_empty();
        let is_new = is_new || (restores && !events.is_empty());
        if adopts || contents.ancestor.is_none() {
            // A first start records existing objects, and requests no change: rewriting data needs
            // permission.
            // A backfill of rows without a value is requested by its attribute.
            let is_backfill = |operation: &Operation| is_backfill(operation, &before, &after);
            steps
                .iter_mut()
                .filter(|step| !is_backfill(&step.operation))
                .flat_map(|step| &mut step.hazards)
                .for_each(|h| h.requested = false);
        }
        local.deferred = deferred_tasks(&steps);
        forget_replaced_defaults(&mut local, &steps, &after);
        local
            .recorded_fills
            .extend(fills_per_event((&before, &after), &hints));
        local
            .in_place_fills
            .extend(in_place_fills((&before, &after), &hints));
        let plan = Plan::new(base(&contents, &found), events, steps, render_notes(notes));
        Ok(PreparedMigration {
            contents,
            found,
            version,
            before,
            after,
            local,
            leave,
            tolerated,
            plan,
            is_new,
            may_wait,
            rollback: None,
            ledger_only: None,
            fits: true,
        })
    }

    /// Diffs the declaration against the resolved state.
    fn diff_declaration(
        &self,
        contents: &LedgerContents,
        declared: &FingerprintedDeclaration,
        adopted: Adoption,
        is_new: bool,
        (events, notes): (&mut Vec<DdlEvent>, &mut Vec<Note>),
    ) -> Result<PlannedTarget, Error> {
        let options = diff::DiffOptions {
            rollback_events: rollback_events(contents),
            ..self.options()
        };
        let is_requested = !options.restore.is_empty()
            || !options.recreate.is_empty()
            || !options.purge.is_empty();
        if !(is_new || is_requested || options.archive_undeclared) {
            // A declaration that was applied before requests nothing new.
            let refusals =
                check_compatibility(&declared.declared, Some(&declared.declared), &adopted.fold);
            if !refusals.is_empty() {
                return Err(incompatible(contents, declared, refusals));
            }
            notes.extend(restored_notes(&declared.declared, &adopted.fold));
            return Ok(PlannedTarget {
                before: adopted.fold.clone(),
                after: adopted.fold,
                local: adopted.local,
                restored: BTreeSet::new(),
            });
        }
        if !adopted.refusals.is_empty() {
            return Err(Error::Incompatible(adopted.refusals));
        }
        let ancestor = contents.ancestor.as_ref();
        let found = diff(&declared.declared, ancestor, adopted.fold.clone(), &options)
            .map_err(Error::Incompatible)?;
        notes.extend(adopted.notes);
        notes.extend(found.notes);
        events.extend(adopted.events);
        events.extend(found.events);
        Ok(PlannedTarget {
            before: adopted.fold,
            after: found.target,
            local: adopted.local,
            restored: found.restored,
        })
    }

    fn options(&self) -> diff::DiffOptions {
        diff::DiffOptions {
            archive_undeclared: self.undeclared_policy == UndeclaredPolicy::Archive,
            restore: self.restore.clone(),
            recreate: self.recreate.clone(),
            purge: self.purge.clone(),
            rollback_events: BTreeSet::new(),
        }
    }
}

/// Returns whether a declaration that was applied before no longer matches, and declares new casts
/// from the present values.
fn requests_restore(
    contents: &LedgerContents,
    declared: &FingerprintedDeclaration,
    fold: &Fold,
) -> bool {
    let casts = declared.id_with_casts;
    casts.is_some_and(|casts| !contents.applied_declarations.contains(&casts))
        && !check_compatibility(&declared.declared, Some(&declared.declared), fold).is_empty()
}

/// Returns whether an operation sets a value where rows have none, and changes no value. Rels are
/// copied for that.
fn is_backfill(operation: &Operation, before: &Fold, after: &Fold) -> bool {
    let shape = |fold: &Fold, name: &str| {
        let mut table = fold.table(fold.find(None, &NameKey::new(name))?)?;
        let properties = table.properties.values_mut();
        properties.for_each(|property| property.nullable = true);
        Some(table)
    };
    match operation {
        Operation::SetNullable { .. } | Operation::Backfill { .. } => true,
        Operation::CopyRels { from, .. } => shape(before, from) == shape(after, from),
        _ => false,
    }
}

/// Returns the tombstones that the binary registers and the given declaration lacks, for tables that
/// exist and are not declared.
fn ignored_tombstones(declared: &Declared, expected: &Fold) -> Vec<Incompatibility> {
    let registered = registered_tombstones().into_iter();
    let ignored = registered.filter(|tombstone| {
        let key = NameKey::new(tombstone.name);
        !declared.dropped_tables.contains_key(&key)
            && !declared.schema.tables.contains_key(&key)
            && expected.find(None, &key).is_some()
    });
    ignored
        .map(|tombstone| Incompatibility::ignored_tombstone(&tombstone))
        .collect()
}

/// Returns whether there are rel tables whose multiplicity the ledger does not record: declared
/// ones that no event created, and recreated ones.
fn needs_multiplicities(
    declared: &FingerprintedDeclaration,
    expected: &Fold,
    found: &CatalogSnapshot,
    names: &LiveNames,
) -> bool {
    let hints = &declared.declared.tables;
    let mut tables = declared.declared.schema.tables.iter();
    let unknown = tables.any(|(key, table)| {
        let former_names = hints.get(key).into_iter().flat_map(|h| &h.renamed_from);
        let former_names = former_names.map(|old| NameKey::new(old));
        let mut all = std::iter::once(key.clone()).chain(former_names);
        let is_live_only = |name: NameKey| {
            expected.find(None, &name).is_none() && found.schema.tables.contains_key(&name)
        };
        !table.kind.is_node() && all.any(is_live_only)
    });
    let is_edge = |id: &ObjectId| {
        let object = expected.object(*id);
        object.is_some_and(|object| object.kind() == ObjectKind::EdgeTable)
    };
    unknown || names.recreated.iter().any(is_edge)
}
