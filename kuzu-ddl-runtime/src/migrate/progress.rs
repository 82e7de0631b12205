//! Progress of a migration, as its callback receives it.

use kuzu_ddl_core::plan::Step;

use super::{Migrator, Phase, Progress};

impl Migrator<'_> {
    /// Reports the phase, and the current step if the phase runs steps.
    pub(super) fn report_progress(&mut self, phase: Phase, done: usize, steps: &[Step]) {
        self.report_row_progress(phase, done, steps, 0);
    }

    /// Reports progress within a step of which `within` rows are done.
    pub(super) fn report_row_progress(
        &mut self,
        phase: Phase,
        done: usize,
        steps: &[Step],
        within: u64,
    ) {
        if let Some(progress) = &mut self.progress {
            let step = steps
                .get(done)
                .filter(|_| matches!(phase, Phase::Apply | Phase::PostCommit));
            let rows = |steps: &[Step]| {
                let work = steps.iter().filter_map(|step| step.row_work.as_ref()?.rows);
                work.fold(0, u64::saturating_add)
            };
            progress(Progress {
                phase,
                steps_done: done,
                steps_total: steps.len(),
                step,
                rows_done: rows(&steps[..done.min(steps.len())]).saturating_add(within),
                rows: rows(steps),
            });
        }
    }
}
