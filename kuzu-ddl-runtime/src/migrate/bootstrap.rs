//! Beginning with a checkpoint of a space instead of its history.

use std::time::Instant;

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::Fold;

use super::planning::dangling_indexes as unfinished;
use super::receive::report::Received;
use super::receive::sync_state::read;
use super::{Migrator, identified};
use crate::error::Error;

/// What a database begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) fold: Fold,
    /// The checkpoint as it came.
    pub(super) bytes: Vec<u8>,
}

impl Beginning {
    /// Everything that is known once a database in this state begins so.
    fn joined(&self, state: &Fold) -> Fold {
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
    pub fn begin_with(mut self, checkpoint: &[u8]) -> Result<Received, Error> {
        let _span = tracing::info_span!("begin_with").entered();
        let start = Instant::now();
        let declared = identified(self.declared.take())?;
        unfinished::clear(self.engine, self.wait)?;
        let beginning = Beginning {
            fold: Fold::from_checkpoint(checkpoint)?,
            bytes: checkpoint.to_vec(),
        };
        let contents = read(self.engine.session()?.as_ref())?;
        let held = beginning.joined(&contents.fold()).held().len();
        if held > 0 {
            return Err(Error::Apart { events: held });
        }
        let mut new = beginning.fold.events();
        new.retain(|event| !contents.events.contains_key(&event.id()));
        let applied: Vec<_> = new.iter().map(DdlEvent::id).collect();
        self.received = Some(new);
        self.beginning = Some(beginning);
        let report = self.run(&declared, None, start)?;
        (self.received, self.beginning) = (None, None);
        // What waited may have waited for something behind the checkpoint.
        let mut received = self.deliver(&declared, Vec::new(), true)?;
        received.applied.splice(0..0, applied);
        received.steps.splice(0..0, report.steps);
        received.took = start.elapsed();
        Ok(received)
    }

    /// The state that events of peers lead to, from the one that was settled.
    pub(super) fn led_to(&self, settled: &Fold, received: &[DdlEvent]) -> Fold {
        let beginning = self.beginning.as_ref();
        let mut after =
            beginning.map_or_else(|| settled.clone(), |beginning| beginning.joined(settled));
        after.extend(received.iter().cloned());
        after
    }
}
