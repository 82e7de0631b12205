//! Post-commit phase: tasks that cannot run inside a transaction.
//!
//! The transaction has recorded the [deferred tasks](DeferredTask). They run here one by one, and
//! each is removed from the ledger in a transaction of its own when it is complete. A task that
//! fails stays deferred and is listed in the report; the application may start without it.
//!
//! A new kind of task is a variant of [`DeferredTask`], an [`Operation`] whose
//! [`deferred_task`](Operation::deferred_task) returns it, and an arm in [`Migrator::run_task`].
//! The planner must find from events and catalog alone that the task is incomplete: a start after a
//! crash plans exactly these steps.

pub(in crate::migrate) mod backfill;
pub(in crate::migrate) mod index;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use kuzu_ddl_core::drift::detect;
use kuzu_ddl_core::plan::{DeferredWork, Operation, Step};
use kuzu_ddl_core::state::DeferredTask;

use super::Migrator;
use super::planning::catalog_hash;
use super::planning::inputs::PreparedMigration;
use super::policy::Phase;
use super::run::Run;
use crate::engine::EngineErrorKind;
use crate::error::Error;
use crate::inspect::{InspectScope, inspect};
use crate::ledger;
use crate::ledger::{FingerprintedDeclaration, RowMap};
use crate::write_lock::with_writer;

/// Lets one post-commit phase run at a time in a process. No other process has the file open, so a
/// half-finished task found here is not in progress elsewhere.
static POST_COMMIT_LOCK: Mutex<()> = Mutex::new(());

/// Pause between two attempts to become the writer.
const RETRY_INTERVAL: Duration = Duration::from_millis(20);

impl Migrator<'_> {
    /// Executes the deferred tasks, and returns those that failed.
    pub(super) fn run_post_commit(
        &mut self,
        run: &mut Run<'_>,
        prepared: &PreparedMigration,
    ) -> Vec<DeferredWork> {
        let all = prepared.plan.steps.iter();
        let steps: Vec<Step> = all
            .filter(|step| step.operation.deferred_task().is_some())
            .cloned()
            .collect();
        if steps.is_empty() {
            return Vec::new();
        }
        let _span = tracing::info_span!("post_commit").entered();
        let _guard = POST_COMMIT_LOCK
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let mut failed = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            self.report_progress(Phase::PostCommit, i, &steps);
            let start = Instant::now();
            if let Some(first) = blocking_backfill(step, &failed) {
                let step = step.clone();
                let reason = format!("blocked by a deferred task: {}", first.step.operation);
                failed.push(DeferredWork::new(step, reason));
                continue;
            }
            let task = step.operation.deferred_task();
            let set_aside = &prepared.contents.attempts.deferred_set_aside;
            if task.is_some_and(|task| set_aside.contains(&task)) {
                let reason = "set aside: the process ended while it was executed\n\
                              help: try it once more with `.retry_set_aside()` on the Migrator";
                failed.push(DeferredWork::new(step.clone(), reason.to_owned()));
                continue;
            }
            let result = self.run_task(run.declared, (i, &steps)).and_then(|()| {
                let task = step.operation.deferred_task();
                task.map_or(Ok(()), |task| self.mark_complete(task, prepared))
            });
            if result.is_ok() {
                run.step_durations.push(start.elapsed());
            }
            if let Err(error) = result {
                tracing::warn!(%error, step = %step.operation, "deferred task failed");
                failed.push(DeferredWork::new(step.clone(), error.to_string()));
            }
        }
        failed
    }

    /// Executes one task. A task that is already complete is no error.
    fn run_task(
        &mut self,
        declared: &FingerprintedDeclaration,
        (i, steps): (usize, &[Step]),
    ) -> Result<(), Error> {
        let step = &steps[i];
        match &step.operation {
            Operation::Backfill { .. } => {
                let functions = &declared.declared.functions;
                self.run_backfill(step, functions, |this, done| {
                    this.report_row_progress(Phase::PostCommit, i, steps, done);
                })
            }
            Operation::CreateIndex { table, index, .. } => {
                self.retry_while_busy(|| index::create(self.engine, table, index, &step.cypher))
            }
            _ => Ok(()),
        }
    }

    /// Removes a completed task from the ledger, and records the catalog that includes its result.
    fn mark_complete(&self, task: DeferredTask, prepared: &PreparedMigration) -> Result<(), Error> {
        with_writer(self.engine, self.lock_timeout, |tx| {
            let mut state = match ledger::read_state(&tx)? {
                Some(Ok(state)) => state,
                Some(Err(corrupt_row)) => return Err(Error::CorruptLedger(vec![corrupt_row])),
                None => return Ok(()),
            };
            state.local.deferred.remove(&task);
            if let DeferredTask::Backfill(id) = task {
                ledger::delete_backfill(&tx, id)?;
            }
            let found = inspect(&tx, InspectScope::All)?;
            let rows = detect(&prepared.after, &found.schema, &state.local, None);
            if crate::migrate::execute::verify::untolerated_drift(rows, prepared).is_empty() {
                state.catalog_hash = catalog_hash::snapshot_hash(&found);
            } else {
                // Another connection changed something: the next start checks everything.
                state.verified_declarations.clear();
            }
            let mut rows = RowMap::new();
            ledger::encode_state(&mut rows, &state);
            ledger::upsert_rows(&tx, rows)?;
            match tx.commit() {
                // If the removal did not take effect, the next start finds the task complete.
                Err(e) if e.kind != EngineErrorKind::OutcomeUnknown => Err(e.into()),
                _ => Ok(()),
            }
        })
    }

    /// Retries while another connection of this process writes.
    fn retry_while_busy<T>(&self, mut run: impl FnMut() -> Result<T, Error>) -> Result<T, Error> {
        let deadline = Instant::now() + self.lock_timeout;
        loop {
            match run() {
                Err(Error::Engine(e))
                    if e.kind == EngineErrorKind::WriterBusy && Instant::now() < deadline =>
                {
                    std::thread::sleep(RETRY_INTERVAL);
                }
                result => return result,
            }
        }
    }
}

/// Returns the failed backfill that blocks an index: an indexed property cannot be backfilled.
fn blocking_backfill<'u>(step: &Step, failed: &'u [DeferredWork]) -> Option<&'u DeferredWork> {
    let Operation::CreateIndex { table, .. } = &step.operation else {
        return None;
    };
    failed.iter().find(|failed| {
        let is_backfill = matches!(
            failed.step.operation.deferred_task(),
            Some(DeferredTask::Backfill(_))
        );
        is_backfill && failed.step.operation.table() == table
    })
}

/// Returns whether an application with this declaration requires the deferred task: it would read
/// the missing values.
pub(super) fn requires(declared: &FingerprintedDeclaration, failed: &DeferredWork) -> bool {
    let Operation::Backfill {
        table,
        property,
        value,
        ..
    } = &failed.step.operation
    else {
        return false;
    };
    let table = declared.declared.schema.table(table);
    let property = table.and_then(|table| table.property(property));
    property.is_some_and(|property| !property.nullable || value.cast_function.is_some())
}
