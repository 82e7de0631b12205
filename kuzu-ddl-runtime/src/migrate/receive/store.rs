//! What a delivery stores: the events, before anything is tried, and the outcome.

use std::collections::BTreeSet;

use kuzu_ddl_core::state::DeferredTask;

use super::super::Migrator;
use super::batch::ReceiveBatch;
use crate::error::Error;
use crate::ledger;
use crate::ledger::{
    Attempt, Attempts, LedgerContents, LedgerState, RowMap, encode_attempt, encode_inbox,
    encode_set_aside, encode_suspects,
};
use crate::write_lock::with_writer;

impl Migrator<'_> {
    /// Stores the new events in the inbox, with the mark that they are about to be tried.
    pub(super) fn store_new_events(
        &mut self,
        contents: &mut LedgerContents,
        delivery: &ReceiveBatch,
        tries: bool,
    ) -> Result<(), Error> {
        let mut rows = RowMap::new();
        for (id, event) in &delivery.all {
            if !contents.inbox.contains_key(id) {
                encode_inbox(&mut rows, event);
            }
        }
        let only_marks = rows.is_empty();
        if only_marks && !tries {
            return Ok(());
        }
        if tries {
            encode_attempt(&mut rows, &Attempt::All);
            contents.attempts.current = Some(Attempt::All);
        }
        let ready = delivery.all.len();
        encode_attempts(&mut rows, &contents.attempts);
        let result = self.update_state(rows, &[], |state| {
            state.inbox_ready = match only_marks {
                true => state.inbox_ready.max(1),
                false => ready,
            };
        });
        match result {
            // A database that is open read-only applies nothing, and says so.
            Err(error) if only_marks && Self::is_read_only(&error) => {
                contents.attempts.current = None;
                Ok(())
            }
            result => result,
        }
    }

    /// Records what is tried next.
    pub(super) fn record_attempt(&mut self, attempt: &Attempt) -> Result<(), Error> {
        let mut rows = RowMap::new();
        encode_attempt(&mut rows, attempt);
        self.update_state(rows, &[], |_| ())
    }

    /// Removes the mark of the attempt, and records what waits. `recorded` are the attempts from
    /// before this delivery.
    pub(super) fn record_outcome(
        &mut self,
        (recorded, attempts): (&Attempts, &Attempts),
        delivery: &ReceiveBatch,
    ) -> Result<(), Error> {
        let waiting = delivery.compute_waiting();
        let state = ledger::read_state(self.engine.session()?.as_ref())?;
        let state = state.and_then(Result::ok);
        let is_recorded = |state: LedgerState| {
            state.inbox_ready == waiting.ready
                && state.held_since_version == waiting.held_since_version
                && state.held_count == waiting.held
        };
        let mut obsolete: Vec<String> = recorded
            .set_aside
            .keys()
            .filter(|id| !attempts.set_aside.contains_key(id))
            .map(|id| ledger::set_aside_key(*id))
            .collect();
        if attempts.current.is_some() {
            obsolete.push(ledger::ATTEMPT.into());
        }
        if !recorded.suspects.is_empty() || attempts.had_suspects {
            obsolete.push(ledger::SUSPECTS.into());
        }
        let same_set_aside = recorded.set_aside == attempts.set_aside;
        if obsolete.is_empty() && same_set_aside && state.is_none_or(is_recorded) {
            return Ok(());
        }
        let mut rows = RowMap::new();
        encode_attempts(&mut rows, attempts);
        let only_status = same_set_aside && attempts.current.is_none();
        let result = self.update_state(rows, &obsolete, |state| {
            (state.inbox_ready, state.held_count) = (waiting.ready, waiting.held);
            state
                .held_since_version
                .clone_from(&waiting.held_since_version);
        });
        match result {
            // Recording what is already known can be left to a later start.
            Err(e)
                if only_status
                    && (Self::is_read_only(&e) || matches!(e, Error::LockTimeout { .. })) =>
            {
                Ok(())
            }
            result => result,
        }
    }

    /// If the process before this one ended while it executed the deferred work of peers' events,
    /// sets its index builds aside. A request to try it again removes the record.
    pub(in crate::migrate) fn set_aside_deferred_work(
        &mut self,
        state: &LedgerState,
    ) -> Result<(), Error> {
        let builds = |task: &&DeferredTask| matches!(task, DeferredTask::BuildIndex(_));
        let deferred: BTreeSet<DeferredTask> = state
            .local
            .deferred
            .iter()
            .filter(builds)
            .copied()
            .collect();
        if deferred.is_empty() {
            return Ok(());
        }
        let session = self.engine.session()?;
        if self.retry_set_aside {
            let marks = [ledger::ATTEMPT, ledger::DEFERRED_SET_ASIDE].map(str::to_owned);
            return self.update_state(RowMap::new(), &marks, |_| ());
        }
        if !ledger::has_row(session.as_ref(), ledger::ATTEMPT)? {
            return Ok(());
        }
        let mut rows = RowMap::new();
        rows.insert(
            ledger::DEFERRED_SET_ASIDE.into(),
            ledger::to_json(&deferred),
        );
        // Without waiting events nothing else removes the mark.
        let marks: Vec<String> = match state.has_pending_events() {
            true => Vec::new(),
            false => vec![ledger::ATTEMPT.into()],
        };
        self.update_state(rows, &marks, |_| ())
    }

    /// Writes rows, deletes others, and updates the state, in one transaction.
    fn update_state(
        &mut self,
        rows: RowMap,
        obsolete: &[String],
        change: impl FnOnce(&mut LedgerState),
    ) -> Result<(), Error> {
        let mut rows = rows;
        with_writer(self.engine, self.lock_timeout, |tx| {
            let recorded = match ledger::read_state(&tx)? {
                Some(Ok(state)) => state,
                Some(Err(corrupt_row)) => return Err(Error::CorruptLedger(vec![corrupt_row])),
                None => return Err(Error::StalePlan),
            };
            let mut state = recorded.clone();
            change(&mut state);
            if state != recorded {
                ledger::encode_state(&mut rows, &state);
            }
            ledger::upsert_rows(&tx, std::mem::take(&mut rows))?;
            ledger::delete_rows(&tx, obsolete)?;
            tx.commit().map_err(Error::from)
        })
    }
}

fn encode_attempts(rows: &mut RowMap, attempts: &Attempts) {
    if !attempts.suspects.is_empty() {
        encode_suspects(rows, &attempts.suspects);
    }
    for (id, set_aside) in &attempts.set_aside {
        encode_set_aside(rows, *id, set_aside);
    }
}
