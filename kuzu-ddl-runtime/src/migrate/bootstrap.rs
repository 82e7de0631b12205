//! Beginning with a checkpoint of a space instead of its history.

use std::time::Instant;

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::Fold;

use super::planning::dangling_indexes as unfinished;
use super::receive::report::ReceiveReport;
use super::receive::sync_state::read_ledger;
use super::{Migrator, fingerprint_declaration};
use crate::error::Error;

/// What a database begins with.
#[derive(Clone, Debug)]
pub(super) struct Bootstrap {
    pub(super) fold: Fold,
    /// The checkpoint as it came.
    pub(super) bytes: Vec<u8>,
}

impl Bootstrap {
    /// Everything that is known once a database in this state begins so.
    fn merged_with(&self, state: &Fold) -> Fold {
        let mut fold = self.fold.clone();
        fold.extend(state.events());
        fold
    }
}

impl Migrator<'_> {
    /// Brings a database to the state of a [checkpoint](Fold::checkpoint), in one transaction, and goes on
    /// from there: its history begins with it. It is for newcomers. Events that the database has already must
    /// lean on what the checkpoint kept; one that was written over and left out there cannot be told from a new
    /// one, so a database that is merely behind takes the events. The checkpoint is believed: compare its hash
    /// with that of peers who have the history (`kuzu-ddl-sync` does).
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and what an event would wait for is an error here: hazards that are not
    /// allowed, rows in the way, what takes away from a running application. [`Error::Checkpoint`] if it
    /// cannot be read, [`Error::Apart`] if this database has events that do not fit on it.
    pub fn bootstrap(mut self, checkpoint: &[u8]) -> Result<ReceiveReport, Error> {
        let _span = tracing::info_span!("begin_with").entered();
        let start = Instant::now();
        let declared = fingerprint_declaration(self.declared.take())?;
        unfinished::clear(self.engine, self.lock_timeout)?;
        let beginning = Bootstrap {
            fold: Fold::from_checkpoint(checkpoint)?,
            bytes: checkpoint.to_vec(),
        };
        let contents = read_ledger(self.engine.session()?.as_ref())?;
        let held = beginning.merged_with(&contents.fold()).held_events().len();
        if held > 0 {
            return Err(Error::CheckpointMissesEvents { events: held });
        }
        let mut new = beginning.fold.events();
        new.retain(|event| !contents.events.contains_key(&event.id()));
        let applied: Vec<_> = new.iter().map(DdlEvent::id).collect();
        self.received = Some(new);
        self.beginning = Some(beginning);
        let report = self.plan_and_apply(&declared, None, start)?;
        (self.received, self.beginning) = (None, None);
        // What waited may have waited for something behind the checkpoint.
        let mut received = self.deliver(&declared, Vec::new(), true)?;
        received.applied.splice(0..0, applied);
        received.steps.splice(0..0, report.steps);
        received.took = start.elapsed();
        Ok(received)
    }

    /// The state that events of peers lead to, from the one that was settled.
    pub(super) fn target_after(&self, settled: &Fold, received: &[DdlEvent]) -> Fold {
        let beginning = self.beginning.as_ref();
        let mut after = beginning.map_or_else(
            || settled.clone(),
            |beginning| beginning.merged_with(settled),
        );
        after.extend(received.iter().cloned());
        after
    }
}
