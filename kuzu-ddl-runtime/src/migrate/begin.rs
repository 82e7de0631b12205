//! Beginning with a checkpoint of a space instead of its history.

use std::time::Instant;

use super::receive::Received;
use super::{Error, Migrator, identified, unfinished};
use crate::event::DdlEvent;
use crate::fold::Fold;
use crate::ledger::{self, Contents};

/// What a database begins with.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    pub(super) fold: Fold,
    /// The checkpoint as it came.
    pub(super) bytes: Vec<u8>,
}

impl Beginning {
    /// Everything that is known once a database with these contents begins so.
    fn joined(&self, contents: &Contents) -> Fold {
        let mut fold = self.fold.clone();
        fold.extend(contents.events.values().cloned());
        fold
    }
}

impl Migrator<'_> {
    /// Brings a database to the state of a [checkpoint](Fold::checkpoint), in one transaction, and goes on from there: its history
    /// begins with it. What the database has already may only be what is behind the checkpoint, or what its
    /// makers could know. The checkpoint is believed: compare its hash with that of peers who have the history
    /// (`kuzu-ddl-sync` does).
    ///
    /// # Errors
    /// As [`receive`](Self::receive), and what an event would wait for is an error here: hazards that are not allowed, rows in
    /// the way, what takes away from a running application. [`Error::Checkpoint`] if it cannot be read,
    /// [`Error::Apart`] if this database has events that do not fit on it.
    pub fn begin_with(mut self, checkpoint: &[u8]) -> Result<Received, Error> {
        let _span = tracing::info_span!("begin_with").entered();
        let start = Instant::now();
        let declared = identified(self.declared.take())?;
        unfinished::clear(self.engine, self.wait)?;
        let beginning = Beginning {
            fold: Fold::from_checkpoint(checkpoint)?,
            bytes: checkpoint.to_vec(),
        };
        let contents = readable(ledger::read(self.engine.session()?.as_ref())?)?;
        let held = beginning.joined(&contents).held().len();
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
    pub(super) fn led_to(
        &self,
        contents: &Contents,
        settled: &Fold,
        received: &[DdlEvent],
    ) -> Fold {
        let mut after = match &self.beginning {
            Some(beginning) => {
                let mut joined = beginning.joined(contents);
                joined.extend(settled.events());
                joined
            }
            None => settled.clone(),
        };
        after.extend(received.iter().cloned());
        after
    }
}

fn readable(contents: Contents) -> Result<Contents, Error> {
    if contents.bad.is_empty() {
        Ok(contents)
    } else {
        Err(Error::Ledger(contents.bad))
    }
}
