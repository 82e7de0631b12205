//! Start of a database from a checkpoint of a space instead of its history.

use std::time::Instant;

use kuzu_ddl_core::event::DdlEvent;
use kuzu_ddl_core::fold::Fold;

use super::planning::dangling_indexes;
use super::receive::report::ReceiveReport;
use super::receive::sync_state::read_ledger;
use super::run::{Bootstrap, Request};
use super::{Migrator, fingerprint_declaration};
use crate::error::Error;

impl Migrator<'_> {
    /// Migrates a database to the state of a [checkpoint](Fold::checkpoint) in one transaction; its
    /// history starts from the checkpoint.
    ///
    /// It is meant for new peers. Events that the database already has must depend on events that
    /// the checkpoint retains. An event that was superseded and omitted there cannot be
    /// distinguished from a new one, so a database that merely lags behind should receive the
    /// events. The checkpoint is trusted: compare its hash with that of peers that have the full
    /// history (`kuzu-ddl-sync` does).
    ///
    /// # Errors
    /// [`Error::InvalidCheckpoint`] if the bytes cannot be decoded, and
    /// [`Error::CheckpointMissesEvents`] if events of this database depend on omitted ones;
    /// otherwise as [`receive`](Self::receive). Whatever would let a single event wait is an error
    /// here: [`Error::HazardsNotAllowed`], [`Error::PreflightFailed`],
    /// [`Error::BreaksApplication`].
    ///
    /// # Examples
    /// ```
    /// # use kuzu_ddl_core::declared::Declared;
    /// # use kuzu_ddl_runtime::kuzu::{Database, SystemConfig};
    /// # use kuzu_ddl_runtime::migrate::{Migrator, sync_state};
    /// # let config = || SystemConfig::default().max_db_size(1 << 30).buffer_pool_size(64 << 20);
    /// # let (db, peer) = (Database::in_memory(config())?, Database::in_memory(config())?);
    /// # let declared = Declared::default().with_sequence("order_no", 1, 1);
    /// Migrator::new(&peer).declared(declared.clone()).migrate()?;
    /// let checkpoint = sync_state(&peer)?.fold.checkpoint();
    /// let report = Migrator::new(&db).declared(declared).bootstrap(&checkpoint)?;
    /// assert_eq!(report.applied.len(), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias = "snapshot")]
    #[doc(alias = "checkpoint")]
    #[doc(alias = "squash")]
    pub fn bootstrap(mut self, checkpoint: &[u8]) -> Result<ReceiveReport, Error> {
        let _span = tracing::info_span!("bootstrap").entered();
        let start = Instant::now();
        let declared = fingerprint_declaration(self.declared.take())?;
        dangling_indexes::drop_dangling_indexes(self.engine, self.lock_timeout)?;
        let bootstrap = Bootstrap {
            fold: Fold::from_checkpoint(checkpoint)?,
            bytes: checkpoint.to_vec(),
        };
        let contents = read_ledger(self.engine.session()?.as_ref())?;
        let held = bootstrap.merged_with(&contents.fold()).held_events().len();
        if held > 0 {
            return Err(Error::CheckpointMissesEvents { events: held });
        }
        let mut new = bootstrap.fold.events();
        new.retain(|event| !contents.events.contains_key(&event.id()));
        let applied: Vec<_> = new.iter().map(DdlEvent::id).collect();
        let request = Request::Receive {
            events: new,
            bootstrap: Some(Box::new(bootstrap)),
            completes_attempt: false,
        };
        let report = self.plan_and_apply(&declared, &request, None, start)?;
        // Waiting events may have depended on events that the checkpoint retains.
        let mut received = self.deliver(&declared, Vec::new(), true)?;
        received.applied.splice(0..0, applied);
        received.steps.splice(0..0, report.steps);
        received.took = start.elapsed();
        Ok(received)
    }
}

/// Returns the state that events of peers lead to, from the one after drift resolution.
pub(super) fn target_after(
    resolved: &Fold,
    bootstrap: Option<&Bootstrap>,
    received: &[DdlEvent],
) -> Fold {
    let mut target = bootstrap.map_or_else(
        || resolved.clone(),
        |bootstrap| bootstrap.merged_with(resolved),
    );
    target.extend(received.iter().cloned());
    target
}
