//! Execution of the steps of a plan inside their transaction.

use std::time::Instant;

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::plan::{Operation, Step};

use super::super::Migrator;
use super::super::planning::empty_pairs::has_rels;
use super::super::planning::inputs::PreparedMigration;
use super::super::policy::Phase;
use super::super::run::Run;
use super::function_batch::{BatchEvaluator, OffsetExtent, borrowed};
use super::serial;
use crate::engine::{Session, Transaction};
use crate::error::Error;

impl Migrator<'_> {
    pub(in crate::migrate) fn run_steps(
        &mut self,
        tx: &Transaction<'_>,
        run: &mut Run<'_>,
        prepared: &PreparedMigration,
    ) -> Result<(), Error> {
        let steps = &prepared.plan.steps;
        run.step_durations.clear();
        for (i, step) in steps.iter().enumerate() {
            if step.operation.deferred_task().is_some() {
                continue;
            }
            let _span =
                tracing::debug_span!("step", number = i + 1, what = %step.operation).entered();
            self.report_progress(Phase::Apply, i, steps);
            let start = Instant::now();
            self.run_step_statements(tx, &run.declared.declared.functions, steps, i)?;
            for (original, copied) in &step.row_count_checks {
                let (a, b) = (tx.query(original)?, tx.query(copied)?);
                if a != b {
                    return Err(Error::RowCountMismatch {
                        step: step.operation.to_string(),
                    });
                }
            }
            run.step_durations.push(start.elapsed());
        }
        Ok(())
    }

    /// Runs the statements of one step, for each range of rows where functions compute values.
    fn run_step_statements(
        &mut self,
        tx: &Transaction<'_>,
        functions: &Functions,
        steps: &[Step],
        i: usize,
    ) -> Result<(), Error> {
        let step = &steps[i];
        let failed = |source| Error::StepFailed {
            number: i + 1,
            step: step.operation.to_string(),
            source,
        };
        require_empty_pair(tx, step)?;
        let Some(values) = step.operation.function_values() else {
            let all = serial::serial_statements(tx, step).map_err(failed)?;
            return all
                .iter()
                .try_for_each(|cypher| tx.query(cypher).map(drop).map_err(failed));
        };
        let evaluator = BatchEvaluator::new(values, functions, step.operation.table())?;
        let Some(OffsetExtent { first, last, .. }) = evaluator.extent(tx, 0).map_err(failed)?
        else {
            return Ok(());
        };
        let (mut from, mut done) = (first, 0);
        while from <= last {
            let to = from.saturating_add(self.batch_size);
            let batch = evaluator.range(tx, (from, to)).map_err(failed)?;
            if let Some(failed_row) = batch
                .failed
                .iter()
                .find(|failed_row| !failed_row.has_fallback)
            {
                return Err(Error::FunctionFailed {
                    object: step.operation.to_string(),
                    function: failed_row.function.clone(),
                    row: format!("the row with the offset {}", failed_row.offset),
                    reason: failed_row.error.to_string(),
                });
            }
            for cypher in step.cypher.iter().filter(|_| batch.rows > 0) {
                tx.query_with(cypher, &borrowed(&batch.params))
                    .map_err(failed)?;
            }
            done += batch.rows;
            self.report_row_progress(Phase::Apply, i, steps, done);
            from = to;
        }
        Ok(())
    }
}

/// Checks that a pair which is dropped without an archive still has no rels.
fn require_empty_pair(tx: &Transaction<'_>, step: &Step) -> Result<(), Error> {
    let Operation::DropPair {
        table,
        from,
        to,
        must_be_empty: true,
    } = &step.operation
    else {
        return Ok(());
    };
    if has_rels(tx, [from, table, to])? {
        return Err(Error::StalePlan);
    }
    Ok(())
}
