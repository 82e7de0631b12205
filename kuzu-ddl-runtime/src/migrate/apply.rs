//! Carrying out a plan: one transaction for steps and ledger.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use super::baseline::Records;
use super::made::{Extent, Maker, borrowed};
use super::mend::known;
use super::prepare::{Prepared, version};
use super::receive::emptied;
use super::second::{self, index, values};
use super::verify::verify;
use super::{
    ATTEMPTS, Error, Migrator, Phase, Report, Unpaid, catalog, counting, now, unfinished,
    with_writer,
};
use crate::backup;
use crate::diff::ancestor;
use crate::drift::Places;
use crate::engine::{EngineError, EngineErrorKind, Session, Transaction};
use crate::event::EventId;
use crate::function::Functions;
use crate::inspect::{Inspection, tables};
use crate::ledger::{self, Identified, Revision, Rows, State};
use crate::owed::Owed;
use crate::plan::{Hazard, HazardKind, Operation, Plan, Step};

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

    fn steps(
        &mut self,
        tx: &Transaction<'_>,
        declared: &Identified,
        prepared: &Prepared,
    ) -> Result<(), Error> {
        let steps = &prepared.plan.steps;
        self.actual.clear();
        for (i, step) in steps.iter().enumerate() {
            if step.operation.owed().is_some() {
                continue;
            }
            let _span =
                tracing::debug_span!("step", number = i + 1, what = %step.operation).entered();
            self.tell(Phase::Apply, i, steps);
            let start = Instant::now();
            self.statements(tx, &declared.declared.functions, steps, i)?;
            for (left, right) in &step.checks {
                let (a, b) = (tx.query(left)?, tx.query(right)?);
                if a != b {
                    return Err(Error::Lost {
                        step: step.operation.to_string(),
                    });
                }
            }
            self.actual.push(start.elapsed());
        }
        Ok(())
    }

    /// Runs the statements of one step, for each range of rows where functions make values.
    fn statements(
        &mut self,
        tx: &Transaction<'_>,
        functions: &Functions,
        steps: &[Step],
        i: usize,
    ) -> Result<(), Error> {
        let step = &steps[i];
        let failed = |source| Error::Step {
            number: i + 1,
            step: step.operation.to_string(),
            source,
        };
        let Some(made) = step.operation.made() else {
            let all = counting::statements(tx, step).map_err(failed)?;
            return all
                .iter()
                .try_for_each(|cypher| tx.query(cypher).map(drop).map_err(failed));
        };
        let maker = Maker::new(made, functions, step.operation.table())?;
        let Some(Extent { first, last, .. }) = maker.extent(tx, 0).map_err(failed)? else {
            return Ok(());
        };
        let (mut from, mut done) = (first, 0);
        while from <= last {
            let to = from.saturating_add(self.batch);
            let batch = maker.range(tx, (from, to)).map_err(failed)?;
            if let Some(bad) = batch.failed.iter().find(|bad| !bad.settled) {
                return Err(Error::Function {
                    object: step.operation.to_string(),
                    function: bad.function.clone(),
                    row: format!("the row with the offset {}", bad.offset),
                    why: bad.why.to_string(),
                });
            }
            for cypher in step.cypher.iter().filter(|_| batch.rows > 0) {
                tx.query_with(cypher, &borrowed(&batch.params))
                    .map_err(failed)?;
            }
            done += batch.rows;
            self.tell_within(Phase::Apply, i, steps, done);
            from = to;
        }
        Ok(())
    }

    /// Writes the ledger, and returns the revision's number.
    fn record(
        &self,
        tx: &Transaction<'_>,
        declared: &Identified,
        prepared: &Prepared,
        found: &Inspection,
        start: Instant,
    ) -> Result<u64, Error> {
        let last = prepared.contents.state.as_ref();
        let (mut new, mut changed) = (Rows::new(), Rows::new());
        let events = &prepared.plan.events;
        ledger::put_events(&mut new, events);
        let ids: Vec<EventId> = events.iter().map(|event| event.id()).collect();
        // A state that was lost is one that revisions tell of.
        let recorded = prepared.contents.revisions.keys().last().copied();
        let mut number = last.map_or(0, |s| s.revision).max(recorded.unwrap_or(0));
        let own = is_carried_out(prepared) && self.received.is_none();
        if prepared.is_new || !ids.is_empty() || prepared.records.is_some() {
            number += 1;
            let took = millis(start.elapsed());
            let revision = Revision {
                number,
                events: ids,
                declared: own.then_some(declared.id),
                received: self.received.is_some(),
                back: prepared.back.as_ref().map(|to| to.back.clone()),
                app: self.app.clone(),
                version: env!("CARGO_PKG_VERSION").to_owned(),
                at: now().saturating_sub(took),
                took,
            };
            ledger::put_revision(&mut new, &revision);
        }
        if prepared.is_new {
            let last = prepared.contents.ancestor.as_ref();
            let ancestor = ancestor(&declared.declared, last, &prepared.after);
            // Its row is there already where changes are made again that were undone.
            for id in declared.ids() {
                ledger::put_declared(&mut changed, id, &ancestor);
            }
        }
        if let Some(to) = &prepared.back {
            ledger::put_ancestor(&mut changed, &to.ancestor);
        }
        let places = places(prepared, found);
        if places != prepared.contents.places {
            ledger::put_places(&mut changed, &places);
        }
        let state = state(declared, prepared, found, tables(tx)?, number);
        ledger::put_state(&mut changed, &state);
        if last.is_none() && !is_repair(prepared) {
            ledger::create(tx)?;
        }
        if let Some(beginning) = &self.beginning {
            ledger::put_checkpoint(&mut changed, &beginning.bytes);
        }
        if let Some(records) = &prepared.records {
            self.unsay(tx, declared, records, &mut changed)?;
        }
        ledger::add(tx, new)?;
        ledger::put(tx, changed)?;
        for (id, making) in values::begun(prepared) {
            ledger::put_making(tx, id, &making)?;
        }
        let owed = &prepared.local.owed;
        let over = prepared.contents.making.keys();
        for id in over.filter(|id| !owed.contains(&Owed::Values(**id))) {
            ledger::remove_making(tx, *id)?;
        }
        ledger::remove(tx, &emptied(prepared))?;
        Ok(number)
    }

    /// Where only the ledger is written: what is declared is not carried out, and damage is set aside.
    fn unsay(
        &self,
        tx: &Transaction<'_>,
        declared: &Identified,
        records: &Records,
        changed: &mut Rows,
    ) -> Result<(), Error> {
        if let Some(ancestor) = &records.ancestor {
            ledger::put_ancestor(changed, ancestor);
        }
        if let Some(repair) = &records.repair {
            for key in &repair.aside {
                ledger::set_aside(tx, key)?;
            }
            changed.extend(repair.rows.clone());
        }
        for id in declared.ids() {
            ledger::remove_declared(tx, id)?;
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

fn millis(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn is_busy(error: &Error) -> bool {
    matches!(error, Error::Busy { .. })
}

/// Whether this start carries out what is declared.
fn is_carried_out(prepared: &Prepared) -> bool {
    prepared.back.is_none() && prepared.records.is_none()
}

fn is_repair(prepared: &Prepared) -> bool {
    let records = prepared.records.as_ref();
    records.is_some_and(|records| records.repair.is_some())
}

/// The engine's numbers. Of what is left as it is, though it differs, they stay what they were: it must
/// be told again.
fn places(prepared: &Prepared, found: &Inspection) -> Places {
    let last = &prepared.contents.places;
    Places::of(&prepared.after, found, &prepared.leave, last)
}

/// Whether the ledger says already all that this start would write.
fn is_recorded(declared: &Identified, prepared: &Prepared) -> bool {
    if prepared.records.is_some() {
        return prepared.plan.events.is_empty()
            && prepared.contents.events.is_empty()
            && !is_repair(prepared);
    }
    let Some(last) = &prepared.contents.state else {
        return false;
    };
    // What was only warned of is told again at the next start, so nothing is ticked off.
    let ticked = !prepared.tolerated.is_empty()
        || (last.checked.contains(&declared.id) && last.catalog == catalog::whole(&prepared.found));
    let owed = last.local.owed == prepared.local.owed;
    let placed = !prepared.tolerated.is_empty()
        || places(prepared, &prepared.found) == prepared.contents.places;
    prepared.plan.is_owed_only() && owed && placed && !prepared.is_new && ticked
}

fn state(
    declared: &Identified,
    prepared: &Prepared,
    found: &Inspection,
    listed: Vec<crate::inspect::Listed>,
    revision: u64,
) -> State {
    let mut checked = BTreeSet::new();
    if prepared.tolerated.is_empty() && is_carried_out(prepared) && prepared.fits {
        checked.insert(declared.id);
        if prepared.plan.is_empty()
            && let Some(last) = &prepared.contents.state
        {
            checked.extend(&last.checked);
        }
    }
    State {
        format: ledger::FORMAT,
        revision,
        frontier: prepared.after.frontier(),
        schema: prepared.after.schema().fingerprint(),
        checked,
        tables: catalog::listing(&listed),
        catalog: catalog::whole(found),
        size: listed.len(),
        local: known(&prepared.local, &prepared.found, found, &prepared.after),
        inbox: waiting(prepared),
        held: prepared
            .contents
            .state
            .as_ref()
            .and_then(|s| s.held.clone()),
    }
}

/// How many events of the inbox the next start tries: all of them once anything has changed.
fn waiting(prepared: &Prepared) -> usize {
    let all = prepared.contents.inbox.len() - emptied(prepared).len();
    let is_same = prepared.plan.events.is_empty() && !prepared.is_new;
    let last = prepared.contents.state.as_ref().filter(|_| is_same);
    last.map_or(all, |last| last.inbox.min(all))
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
