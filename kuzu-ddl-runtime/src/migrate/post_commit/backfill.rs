//! Backfill of values that Rust functions compute, in batches.
//!
//! Each batch is one transaction, which writes the rows of a range of offsets and, in the ledger,
//! the progress. A crash between any two statements loses at most the current batch, and a repeated
//! batch finds nothing left to do. Rows that have a value are never touched, because the
//! application may write concurrently.

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::event::ObjectId;
use kuzu_ddl_core::plan::{Operation, Step};
use kuzu_ddl_core::schema::NameKey;
use kuzu_ddl_core::schema::name::quote;
use kuzu_ddl_core::state::BackfillProgress;

use super::super::Migrator;
use super::super::execute::function_batch::{BatchEvaluator, FailedRow, OffsetExtent, borrowed};
use super::super::planning::inputs::PreparedMigration;
use crate::engine::{EngineError, EngineErrorKind, Session, Transaction};
use crate::error::Error;
use crate::inspect::tables;
use crate::ledger;
use crate::write_lock::with_writer;

/// Largest number of consecutive failures of COMMIT.
const MAX_ATTEMPTS: u32 = 3;

/// One property to backfill.
struct BackfillRun<'a> {
    step: &'a Step,
    id: ObjectId,
    evaluator: BatchEvaluator<'a>,
    required: bool,
    size: u64,
}

/// Position of a backfill.
#[derive(Clone, Copy)]
enum Cursor {
    /// Between two passes over the rows.
    Before,
    /// In a pass that ends with this offset.
    Within(u64),
    /// No row is left.
    After,
}

impl Migrator<'_> {
    /// Backfills one property, and calls `progress` with the number of completed rows.
    pub(super) fn run_backfill(
        &mut self,
        step: &Step,
        functions: &Functions,
        mut progress: impl FnMut(&mut Self, u64),
    ) -> Result<(), Error> {
        let Some(run) = self.backfill_run(step, functions)? else {
            return Ok(());
        };
        let mut cursor = Cursor::Before;
        let mut failures = 0;
        // Number of rows without a value when the latest extra pass started.
        let mut remaining = None;
        loop {
            let committed = with_writer(self.engine, self.lock_timeout, |tx| {
                run.run_batch(tx, cursor)
            });
            let (next, done) = match committed {
                // The ledger records whether the batch was committed.
                Err(Error::Engine(e))
                    if e.kind == EngineErrorKind::OutcomeUnknown && failures < MAX_ATTEMPTS =>
                {
                    failures += 1;
                    continue;
                }
                committed => committed?,
            };
            failures = 0;
            cursor = next;
            progress(self, done);
            if !matches!(cursor, Cursor::After) {
                continue;
            }
            match run.remaining(self.engine.session()?.as_ref())? {
                Some(extent) if remaining.is_none_or(|remaining| extent.rows < remaining) => {
                    remaining = Some(extent.rows);
                    with_writer(self.engine, self.lock_timeout, |tx| run.restart(tx))?;
                    cursor = Cursor::Before;
                }
                Some(extent) => return Err(run.incomplete_error(extent)),
                None => return Ok(()),
            }
        }
    }

    fn backfill_run<'a>(
        &self,
        step: &'a Step,
        functions: &'a Functions,
    ) -> Result<Option<BackfillRun<'a>>, Error> {
        let (Operation::Backfill { id, value, .. }, Some(values)) =
            (&step.operation, step.operation.function_values())
        else {
            return Ok(None);
        };
        let by = value
            .cast_function
            .as_ref()
            .or(value.fill_function.as_ref());
        Ok(Some(BackfillRun {
            id: *id,
            evaluator: BatchEvaluator::new(values, functions, &path(step))?,
            required: by.is_some_and(|by| by.required),
            size: self.batch_size,
            step,
        }))
    }
}

impl BackfillRun<'_> {
    /// Runs one batch, and returns the new position and the total number of completed rows.
    fn run_batch(&self, tx: Transaction<'_>, cursor: Cursor) -> Result<(Cursor, u64), Error> {
        let Some(mut progress) = ledger::read_backfill(&tx, self.id)? else {
            // Another connection has completed it.
            return Ok((Cursor::After, 0));
        };
        if matches!(cursor, Cursor::Before) {
            let table = self.table(&tx)?;
            if table != progress.table {
                // Another table has other offsets.
                (progress.table, progress.next_offset) = (table, 0);
            }
        }
        let (from, last) = match cursor {
            Cursor::Within(last) if progress.next_offset <= last => (progress.next_offset, last),
            _ => match self.evaluator.extent(&tx, progress.next_offset)? {
                Some(OffsetExtent { first, last, .. }) => (first, last),
                None => return Ok((Cursor::After, progress.rows_done)),
            },
        };
        let to = from.saturating_add(self.size);
        let batch = self.evaluator.range(&tx, (from, to))?;
        if let Some(failed) = batch.failed.iter().find(|failed| !failed.has_fallback) {
            return Err(self.failure(&tx, failed));
        }
        if batch.rows > 0 {
            for cypher in &self.step.cypher {
                tx.query_with(cypher, &borrowed(&batch.params))?;
            }
        }
        progress.next_offset = to;
        progress.rows_done += batch.rows;
        ledger::write_backfill(&tx, self.id, &progress)?;
        tx.commit()?;
        Ok((Cursor::Within(last), progress.rows_done))
    }

    /// Returns rows that were inserted behind the position of the backfill and must have a value.
    fn remaining(&self, session: &dyn Session) -> Result<Option<OffsetExtent>, EngineError> {
        if self.required {
            self.evaluator.extent(session, 0)
        } else {
            Ok(None)
        }
    }

    /// Restarts at the first row.
    fn restart(&self, tx: Transaction<'_>) -> Result<(), Error> {
        if let Some(progress) = ledger::read_backfill(&tx, self.id)? {
            let progress = BackfillProgress {
                next_offset: 0,
                ..progress
            };
            ledger::write_backfill(&tx, self.id, &progress)?;
        }
        Ok(tx.commit()?)
    }

    fn incomplete_error(&self, extent: OffsetExtent) -> Error {
        let message = format!("{} rows keep no value", extent.rows);
        let cypher = self.step.cypher.first().cloned().unwrap_or_default();
        EngineError::new(EngineErrorKind::Other, message, cypher).into()
    }

    /// Returns the catalog id of the table.
    fn table(&self, session: &dyn Session) -> Result<u64, EngineError> {
        let name = NameKey::new(self.step.operation.table());
        let listed = tables(session)?;
        let table = listed
            .iter()
            .find(|table| NameKey::new(&table.name) == name);
        Ok(table.map_or(0, |table| table.id))
    }

    fn failure(&self, session: &dyn Session, failed: &FailedRow) -> Error {
        let Operation::Backfill { table, key, .. } = &self.step.operation else {
            return Error::StalePlan;
        };
        let (table, name) = (quote(table), quote(key));
        let query = format!(
            "MATCH (x:{table}) WHERE offset(id(x)) = {} RETURN CAST(x.{name} AS STRING)",
            failed.offset
        );
        let rows = session.query(&query).unwrap_or_default();
        let text = rows.first().and_then(|row| row.first()?.text());
        Error::FunctionFailed {
            object: path(self.step),
            function: failed.function.clone(),
            row: format!("{key} {}", text.unwrap_or("?")),
            reason: failed.error.to_string(),
        }
    }
}

/// `Table.property`
pub(super) fn path(step: &Step) -> String {
    match &step.operation {
        Operation::Backfill {
            table, property, ..
        } => format!("{table}.{property}"),
        other => other.table().to_owned(),
    }
}

/// Returns the initial progress of backfills that the ledger does not track yet.
pub(in crate::migrate) fn started_backfills(
    prepared: &PreparedMigration,
) -> Vec<(ObjectId, BackfillProgress)> {
    let after = &prepared.after;
    let steps = prepared.plan.steps.iter();
    let new = steps.filter_map(|step| {
        let Operation::Backfill {
            id,
            value,
            within: false,
            ..
        } = &step.operation
        else {
            return None;
        };
        if prepared.contents.backfills.contains_key(id) {
            return None;
        }
        let by = value
            .cast_function
            .as_ref()
            .or(value.fill_function.as_ref())?;
        let table = after.object(*id)?.parent?;
        let object = |name: &String| {
            let mut children = after.children(table);
            children
                .find(|child| after.database_name(child) == *name)
                .map(|child| child.id)
        };
        let inputs = by.inputs.iter().filter(|_| value.cast_function.is_none());
        Some((
            *id,
            BackfillProgress {
                function: by.function.clone(),
                inputs: inputs.filter_map(|(name, _)| object(name)).collect(),
                archived_column: value
                    .cast_function
                    .as_ref()
                    .and(value.column.as_ref())
                    .map(|(old, _)| old.clone()),
                accepts_null: by.accepts_null,
                on_fail: by.on_fail.clone(),
                table: 0,
                next_offset: 0,
                rows_done: 0,
            },
        ))
    });
    new.collect()
}
