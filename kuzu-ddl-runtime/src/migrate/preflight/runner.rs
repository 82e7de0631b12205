//! Runs all preflight queries of a plan: counts the rows of each hazard, and evaluates the checks.

use std::collections::BTreeMap;

use kuzu_ddl_core::declared::Functions;
use kuzu_ddl_core::plan::{Plan, PreflightCheck, PreflightKind, RowFailure, Step};

use super::super::Listener;
use super::super::policy::{Phase, Progress};
use super::functions::FunctionPreflight;
use super::run_check;
use super::sample::number;
use crate::engine::Session;
use crate::error::Error;

/// A preflight run in progress.
pub(in crate::migrate) struct PreflightRunner<'a, 'l> {
    session: &'a dyn Session,
    functions: &'a Functions,
    /// Number of rows for which a function is called at once.
    batch: u64,
    listener: Option<&'a mut Listener<'l>>,
    /// Number of completed queries, and of all.
    done: usize,
    total: usize,
}

impl<'a, 'l> PreflightRunner<'a, 'l> {
    pub(in crate::migrate) fn new(
        session: &'a dyn Session,
        (functions, batch): (&'a Functions, u64),
        listener: Option<&'a mut Listener<'l>>,
    ) -> Self {
        Self {
            session,
            functions,
            batch,
            listener,
            done: 0,
            total: 0,
        }
    }

    /// Runs all queries, and records their results in the plan.
    pub(in crate::migrate) fn run(mut self, plan: &mut Plan) -> Result<(), Error> {
        let query_count = |step: &Step| {
            let counts = step.hazards.iter().filter(|hazard| hazard.count.is_some());
            counts.count() + step.preflight_checks.len()
        };
        self.total = plan.steps.iter().map(query_count).sum();
        self.count(plan)?;
        self.preflight(plan)
    }

    /// Counts the rows that each hazard touches.
    fn count(&mut self, plan: &mut Plan) -> Result<(), Error> {
        // Several hazards of one step, and steps of one table, count the same rows.
        let mut counted: BTreeMap<String, u64> = BTreeMap::new();
        for step in &mut plan.steps {
            for i in 0..step.hazards.len() {
                let Some(query) = step.hazards[i].count.clone() else {
                    continue;
                };
                self.report_progress(step, 0);
                let rows = match counted.get(&query) {
                    Some(rows) => *rows,
                    None => number(self.session, &query)?,
                };
                step.hazards[i].rows = Some(rows);
                counted.insert(query, rows);
                self.done += 1;
            }
        }
        Ok(())
    }

    /// Runs the checks of all steps.
    fn preflight(&mut self, plan: &mut Plan) -> Result<(), Error> {
        let _span = tracing::debug_span!("preflight").entered();
        let mut failures = Vec::new();
        for index in 0..plan.steps.len() {
            let (done_steps, later_steps) = plan.steps.split_at_mut(index + 1);
            let Some(step) = done_steps.last_mut() else {
                continue;
            };
            for check in step.preflight_checks.clone() {
                self.report_progress(step, 0);
                failures.extend(self.run_one(step, &check)?);
                self.done += 1;
            }
            let others = later_steps.iter_mut();
            for other in others.filter(|_| !step.preflight_checks.is_empty()) {
                if other.operation.adopt_findings(&step.operation) {
                    other.render_with_findings();
                }
            }
        }
        if failures.is_empty() {
            Ok(())
        } else {
            Err(Error::PreflightFailed(failures))
        }
    }

    fn run_one(
        &mut self,
        step: &mut Step,
        check: &PreflightCheck,
    ) -> Result<Option<RowFailure>, Error> {
        let PreflightKind::FunctionValues { value, unique } = &check.kind else {
            return run_check(self.session, step, check);
        };
        let preflight = FunctionPreflight {
            session: self.session,
            functions: self.functions,
            size: self.batch,
        };
        preflight.run(step, check, value, *unique, |step, rows| {
            self.report_progress(step, rows);
        })
    }

    /// Reports the current query, and for how many rows a function was called for it.
    fn report_progress(&mut self, step: &Step, rows_done: u64) {
        if let Some(listener) = &mut self.listener {
            listener(Progress {
                phase: Phase::Preflight,
                steps_done: self.done,
                steps_total: self.total,
                step: Some(step),
                rows_done,
                rows: 0,
            });
        }
    }
}
