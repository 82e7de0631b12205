//! Carrying out a plan: one transaction for steps and ledger.

pub(in crate::migrate) mod estimate;
pub(in crate::migrate) mod function_batch;
pub(in crate::migrate) mod record;
pub(in crate::migrate) mod serial;
pub(in crate::migrate) mod steps;
pub(in crate::migrate) mod verify;

use std::time::{Duration, Instant};

use kuzu_ddl_core::plan::{Hazard, HazardKind, Operation, Plan, Unpaid};
use record::is_recorded;
use verify::verify;

use super::planning::dangling_indexes as unfinished;
use super::planning::inputs::{Prepared, version};
use super::policy::Phase;
use super::post_commit::index;
use super::report::Report;
use super::{ATTEMPTS, Migrator, post_commit as second};
use crate::engine::{EngineError, EngineErrorKind, Session, Transaction};
use crate::error::Error;
use crate::inspect::tables;
use crate::ledger::Identified;
use crate::write_lock::with_writer;
use crate::{backup, ledger};

impl Migrator<'_> {
    /// Plans, checks, and applies.
    pub(super) fn run(
        &mut self,
        declared: &Identified,
        given: Option<&Plan>,
        start: Instant,
    ) -> Result<Report, Error> {
        let mut attempt = 1;
        loop {
            match self.attempt(declared, given, start) {
                Err(Error::BaseMoved) if given.is_none() && attempt < ATTEMPTS => attempt += 1,
                result => return result,
            }
        }
    }

    fn attempt(
        &mut self,
        declared: &Identified,
        given: Option<&Plan>,
        start: Instant,
    ) -> Result<Report, Error> {
        unfinished::clear(self.engine, self.wait)?;
        let session = self.engine.session()?;
        let mut listener = self.progress.take();
        let prepared = self.prepare(session.as_ref(), declared, listener.as_mut());
        self.progress = listener;
        let prepared = prepared?;
        if let Some(given) = given
            && !given.is_same(&prepared.plan)
        {
            return Err(Error::BaseMoved);
        }
        let blocked: Vec<Hazard> = prepared.plan.blocked(&self.allowed).cloned().collect();
        if !blocked.is_empty() {
            return Err(Error::Blocked {
                hazards: blocked,
                plan: Box::new(prepared.plan),
            });
        }
        self.check_room(session.as_ref(), &prepared)?;
        self.rehearse(declared, &prepared)?;
        drop(session);
        match self.write(declared, &prepared, start) {
            // Nothing but bookkeeping was to be written: the next start will do it.
            Err(error) if prepared.may_wait && (Self::is_read_only(&error) || is_busy(&error)) => {}
            Err(error) if Self::is_read_only(&error) => {
                return Err(Error::ReadOnly {
                    plan: Box::new(prepared.plan),
                });
            }
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        let owed = self.second(declared, &prepared);
        let unfinished: Vec<Unpaid> = owed
            .iter()
            .filter(|u| second::lacks(declared, u))
            .cloned()
            .collect();
        if !unfinished.is_empty() {
            return Err(Error::Unfinished(unfinished));
        }
        Ok(Report {
            backup: self.backed_up.take(),
            ..report(prepared, owed, std::mem::take(&mut self.actual), start)
        })
    }

    /// A database whose node tables need more buffer pool than there is cannot be opened again.
    fn check_room(&self, session: &dyn Session, prepared: &Prepared) -> Result<(), Error> {
        let new = prepared.plan.steps.iter().filter(|step| {
            matches!(&step.operation, Operation::CreateTable { table, .. } if table.kind.is_node())
        });
        let ledger = usize::from(prepared.contents.state.is_none());
        let new = new.count() + ledger + index::tables_of(prepared);
        if new == 0 {
            return Ok(());
        }
        let live = tables(session)?.iter().filter(|table| table.node).count();
        let capabilities = self.engine.capabilities();
        let count = new + live;
        let needed =
            capabilities.buffer_pool_base + capabilities.buffer_pool_per_node_table * count as u64;
        let rows = session.query("CALL bm_info() RETURN mem_limit")?;
        let limit = rows
            .first()
            .and_then(|row| row.first())
            .and_then(|cell| cell.int());
        match limit.and_then(|n| u64::try_from(n).ok()) {
            Some(limit) if limit < needed => Err(Error::BufferPool {
                tables: count,
                needed,
                limit,
            }),
            _ => Ok(()),
        }
    }

    fn write(
        &mut self,
        declared: &Identified,
        prepared: &Prepared,
        start: Instant,
    ) -> Result<(), Error> {
        if is_recorded(declared, prepared) {
            return Ok(());
        }
        if self.needs_backup(prepared) {
            backup::prepare(self.engine.session()?.as_ref())?;
        }
        let (engine, wait) = (self.engine, self.wait);
        with_writer(engine, wait, |tx| {
            self.commit(tx, declared, prepared, start)
        })
    }

    fn commit(
        &mut self,
        tx: Transaction<'_>,
        declared: &Identified,
        prepared: &Prepared,
        start: Instant,
    ) -> Result<(), Error> {
        self.check_base(&tx, prepared)?;
        self.back_up(&tx, prepared)?;
        self.steps(&tx, declared, prepared)?;
        let steps = &prepared.plan.steps;
        self.tell(Phase::Verify, steps.len(), steps);
        let found = verify(&tx, prepared)?;
        self.tell(Phase::Record, steps.len(), steps);
        let revision = self.record(&tx, declared, prepared, &found, start)?;
        self.tell(Phase::Commit, steps.len(), steps);
        match tx.commit() {
            Err(e) if e.kind == EngineErrorKind::OutcomeUnknown => self.outcome(revision, e),
            result => result.map_err(Error::from),
        }
    }

    fn needs_backup(&self, prepared: &Prepared) -> bool {
        let steps = prepared.plan.steps.iter();
        let mut hazards = steps.flat_map(|step| &step.hazards);
        let endangers =
            |hazard: &Hazard| hazard.kind != HazardKind::BreaksOlderApps && !hazard.is_empty();
        self.backup.is_some() && hazards.any(endangers)
    }

    fn back_up(&mut self, tx: &Transaction<'_>, prepared: &Prepared) -> Result<(), Error> {
        if !self.needs_backup(prepared) {
            return Ok(());
        }
        self.tell(Phase::Backup, 0, &prepared.plan.steps);
        let made = self.backup.as_ref().map(|to| to.make(self.engine, tx));
        self.backed_up = made.transpose()?;
        Ok(())
    }

    /// The plan was made outside this transaction, so that nothing was kept waiting meanwhile.
    fn check_base(&self, tx: &Transaction<'_>, prepared: &Prepared) -> Result<(), Error> {
        let records = prepared.records.as_ref();
        if let Some(repair) = records.and_then(|records| records.repair.as_ref()) {
            let same = ledger::read(tx)?.bad == repair.bad;
            return if same { Ok(()) } else { Err(Error::BaseMoved) };
        }
        // Asking for a ledger that is not there would end the transaction; the version covers that.
        let state = match prepared.contents.state {
            None => None,
            Some(_) => ledger::state(tx)
                .map_err(|_| Error::BaseMoved)?
                .and_then(Result::ok),
        };
        if state != prepared.contents.state || version(tx)? != prepared.version {
            return Err(Error::BaseMoved);
        }
        Ok(())
    }

    /// After an error of COMMIT: the ledger tells whether it took effect.
    fn outcome(&self, revision: u64, error: EngineError) -> Result<(), Error> {
        let state = self
            .engine
            .session()
            .and_then(|session| ledger::state(session.as_ref()));
        match state {
            Ok(Some(Ok(state))) if state.revision >= revision => {
                tracing::warn!(%error, "COMMIT reported an error, and took effect");
                Ok(())
            }
            Ok(_) => Err(Error::Engine(error)),
            Err(_) => Err(Error::OutcomeUnknown(error)),
        }
    }
}

fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Busy { .. })
}

fn report(prepared: Prepared, owed: Vec<Unpaid>, actual: Vec<Duration>, start: Instant) -> Report {
    let Prepared {
        after, mut plan, ..
    } = prepared;
    plan.steps
        .retain(|step| !owed.iter().any(|unpaid| unpaid.step == *step));
    Report {
        owed,
        events: plan.events.iter().map(|event| event.id()).collect(),
        steps: plan.steps,
        notes: plan.notes,
        schema: after.schema().fingerprint(),
        frontier: after.frontier(),
        conflicts: after.explained(),
        held: after
            .held()
            .iter()
            .map(|(id, held)| (*id, held.clone()))
            .collect(),
        backup: None,
        actual,
        took: start.elapsed(),
    }
}
