//! Application of a plan: one transaction for steps and ledger.

pub(in crate::migrate) mod estimate;
pub(in crate::migrate) mod function_batch;
pub(in crate::migrate) mod record;
pub(in crate::migrate) mod serial;
pub(in crate::migrate) mod steps;
pub(in crate::migrate) mod verify;

use std::time::Instant;

use kuzu_ddl_core::event::EventId;
use kuzu_ddl_core::fold::HoldReason;
use kuzu_ddl_core::plan::{DeferredWork, Hazard, Operation, Plan};
use record::is_noop;
use verify::verify;

use super::planning::dangling_indexes;
use super::planning::inputs::{PreparedMigration, version};
use super::policy::Phase;
use super::post_commit::index;
use super::report::Report;
use super::run::{Request, Run};
use super::{MAX_REPLANS, Migrator, post_commit};
use crate::engine::{EngineError, EngineErrorKind, Session, Transaction};
use crate::error::Error;
use crate::inspect::tables;
use crate::ledger::FingerprintedDeclaration;
use crate::write_lock::with_writer;
use crate::{backup, ledger};

impl Migrator<'_> {
    /// Plans, checks and applies, and replans if the database changed concurrently.
    pub(super) fn plan_and_apply(
        &mut self,
        declared: &FingerprintedDeclaration,
        request: &Request,
        plan: Option<&Plan>,
        start: Instant,
    ) -> Result<Report, Error> {
        let mut run = Run {
            declared,
            request,
            start,
            step_durations: Vec::new(),
            backup: None,
        };
        let mut attempt = 1;
        loop {
            match self.try_apply(&mut run, plan) {
                Err(Error::StalePlan) if plan.is_none() && attempt < MAX_REPLANS => attempt += 1,
                result => return result,
            }
        }
    }

    fn try_apply(&mut self, run: &mut Run<'_>, plan: Option<&Plan>) -> Result<Report, Error> {
        dangling_indexes::drop_dangling_indexes(self.engine, self.lock_timeout)?;
        let session = self.engine.session()?;
        let mut listener = self.progress.take();
        let prepared = self.prepare(
            session.as_ref(),
            run.declared,
            run.request,
            listener.as_mut(),
        );
        self.progress = listener;
        let mut prepared = prepared?;
        let is_start = matches!(run.request, Request::Declared) && prepared.ledger_only.is_none();
        if is_start && prepared.tolerated.is_empty() && is_noop(run.declared, &prepared) {
            // Nothing has changed since the start that reported them.
            prepared.plan.notes.clear();
        }
        if let Some(plan) = plan
            && !plan.is_equivalent_to(&prepared.plan)
        {
            return Err(Error::StalePlan);
        }
        let blocked: Vec<Hazard> = prepared
            .plan
            .unallowed_hazards(&self.allowed)
            .cloned()
            .collect();
        if !blocked.is_empty() {
            return Err(Error::HazardsNotAllowed {
                hazards: blocked,
                plan: Box::new(prepared.plan),
            });
        }
        self.check_buffer_pool(session.as_ref(), &prepared)?;
        self.rehearse(run.declared, &prepared)?;
        drop(session);
        match self.execute_in_transaction(run, &prepared) {
            // Only bookkeeping was to be written: the next start will do it.
            Err(error) if prepared.may_wait && (Self::is_read_only(&error) || is_busy(&error)) => {}
            Err(error) if Self::is_read_only(&error) => {
                return Err(Error::ReadOnly {
                    plan: Box::new(prepared.plan),
                });
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        let deferred = self.run_post_commit(run, &prepared);
        let unfinished: Vec<DeferredWork> = deferred
            .iter()
            .filter(|u| post_commit::requires(run.declared, u))
            .cloned()
            .collect();
        if !unfinished.is_empty() {
            return Err(Error::BackfillIncomplete(unfinished));
        }
        Ok(report(prepared, deferred, run))
    }

    /// Checks the buffer pool: a database whose node tables exceed it cannot be opened again.
    fn check_buffer_pool(
        &self,
        session: &dyn Session,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        let new = prepared.plan.steps.iter().filter(|step| {
            matches!(&step.operation, Operation::CreateTable { table, .. } if table.kind.is_node())
                || matches!(&step.operation, Operation::ArchivePair { .. })
        });
        let ledger = usize::from(prepared.contents.state.is_none());
        let new = new.count() + ledger + index::node_table_count(prepared);
        if new == 0 {
            return Ok(());
        }
        let live = tables(session)?.iter().filter(|table| table.node).count();
        let capabilities = self.engine.capabilities();
        let count = new + live;
        let needed =
            capabilities.buffer_pool_base + capabilities.buffer_pool_per_node_table * count as u64;
        let rows = session.query("CALL bm_info() RETURN mem_limit")?;
        let limit = rows
            .first()
            .and_then(|row| row.first())
            .and_then(|cell| cell.int());
        match limit.and_then(|n| u64::try_from(n).ok()) {
            Some(limit) if limit < needed => Err(Error::BufferPoolTooSmall {
                tables: count,
                needed,
                limit,
            }),
            _ => Ok(()),
        }
    }

    fn execute_in_transaction(
        &mut self,
        run: &mut Run<'_>,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        if is_noop(run.declared, prepared) {
            return Ok(());
        }
        if self.needs_backup(prepared) {
            backup::check_has_file(self.engine.session()?.as_ref())?;
        }
        let (engine, wait) = (self.engine, self.lock_timeout);
        with_writer(engine, wait, |tx| self.commit(tx, run, prepared))
    }

    fn commit(
        &mut self,
        tx: Transaction<'_>,
        run: &mut Run<'_>,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        self.check_base(&tx, prepared)?;
        self.back_up(&tx, run, prepared)?;
        self.run_steps(&tx, run, prepared)?;
        let steps = &prepared.plan.steps;
        self.report_progress(Phase::Verify, steps.len(), steps);
        let found = verify(&tx, prepared)?;
        self.report_progress(Phase::Record, steps.len(), steps);
        let revision = self.write_ledger(&tx, run, prepared, &found)?;
        self.report_progress(Phase::Commit, steps.len(), steps);
        match tx.commit() {
            Err(e) if e.kind == EngineErrorKind::OutcomeUnknown => {
                self.resolve_commit_outcome(revision, e)
            }
            result => result.map_err(Error::from),
        }
    }

    fn needs_backup(&self, prepared: &PreparedMigration) -> bool {
        let steps = prepared.plan.steps.iter();
        let mut hazards = steps.flat_map(|step| &step.hazards);
        let endangers = |hazard: &Hazard| !hazard.kind.breaks_apps() && !hazard.is_empty();
        self.backup.is_some() && hazards.any(endangers)
    }

    fn back_up(
        &mut self,
        tx: &Transaction<'_>,
        run: &mut Run<'_>,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        if !self.needs_backup(prepared) {
            return Ok(());
        }
        self.report_progress(Phase::Backup, 0, &prepared.plan.steps);
        let backup = self.backup.as_ref().map(|to| to.create(self.engine, tx));
        run.backup = backup.transpose()?;
        Ok(())
    }

    /// Checks that the database is still the one that was planned for. Planning happens outside the
    /// transaction so that it blocks no other writer.
    fn check_base(&self, tx: &Transaction<'_>, prepared: &PreparedMigration) -> Result<(), Error> {
        let ledger_only = prepared.ledger_only.as_ref();
        if let Some(repair) = ledger_only.and_then(|ledger_only| ledger_only.repair.as_ref()) {
            let unchanged = ledger::read(tx)?.corrupt == repair.corrupt;
            return if unchanged {
                Ok(())
            } else {
                Err(Error::StalePlan)
            };
        }
        // Reading a missing ledger would end the transaction; the version covers that.
        let state = match prepared.contents.state {
            None => None,
            Some(_) => ledger::read_state(tx)
                .map_err(|_| Error::StalePlan)?
                .and_then(Result::ok),
        };
        if state != prepared.contents.state || version(tx)? != prepared.version {
            return Err(Error::StalePlan);
        }
        Ok(())
    }

    /// Determines from the ledger whether a COMMIT that failed took effect.
    fn resolve_commit_outcome(&self, revision: u64, error: EngineError) -> Result<(), Error> {
        let state = self
            .engine
            .session()
            .and_then(|session| ledger::read_state(session.as_ref()));
        match state {
            Ok(Some(Ok(state))) if state.revision >= revision => {
                tracing::warn!(%error, "COMMIT reported an error, and took effect");
                Ok(())
            }
            Ok(_) => Err(Error::Engine(error)),
            Err(_) => Err(Error::CommitOutcomeUnknown(error)),
        }
    }
}

fn is_busy(error: &Error) -> bool {
    matches!(error, Error::LockTimeout { .. })
}

fn report(prepared: PreparedMigration, deferred: Vec<DeferredWork>, run: &mut Run<'_>) -> Report {
    let held_events = held_events(&prepared);
    let PreparedMigration {
        after, mut plan, ..
    } = prepared;
    plan.steps
        .retain(|step| !deferred.iter().any(|work| work.step == *step));
    Report {
        deferred,
        events: plan.events.iter().map(|event| event.id()).collect(),
        steps: plan.steps,
        notes: plan.notes,
        schema: after.schema().fingerprint(),
        frontier: after.frontier(),
        conflicts: after.conflict_reports(),
        held_count: held_events.len(),
        held_events,
        received: None,
        backup: run.backup.take(),
        step_durations: std::mem::take(&mut run.step_durations),
        elapsed: run.start.elapsed(),
    }
}

/// Returns the events that wait for others or for a newer version, those in the inbox included.
fn held_events(prepared: &PreparedMigration) -> Vec<(EventId, HoldReason)> {
    let inbox = &prepared.contents.inbox;
    if inbox.is_empty() {
        return prepared.after.held_events().into_iter().collect();
    }
    let mut fold = prepared.after.clone();
    fold.extend(inbox.values().cloned());
    fold.held_events().into_iter().collect()
}
