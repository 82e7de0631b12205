//! Events of peers: the same fold, plan, rehearsal and apply as for a change of one's own.
//!
//! What cannot be carried out here, or not yet, waits in the ledger's inbox with its reason, and changes
//! nothing of what is agreed: every start and every delivery tries it again. Where one event of many is
//! in the way, the others go on: the set is halved until those that fail stand alone.

pub(in crate::migrate) mod batch;
pub(in crate::migrate) mod report;
pub(in crate::migrate) mod sync_state;

use std::collections::BTreeSet;
use std::time::Instant;

use batch::{Delivery, sorted};
use kuzu_ddl_core::diff::{Reason, compatible};
use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::{Conflict, Draft, Fold};
use kuzu_ddl_core::plan::said;
use report::{Delay, Received};
use sync_state::{agreed, read};

use super::planning::dangling_indexes as unfinished;
use super::planning::inputs::{Prepared, lead_to};
use super::policy::Incoming;
use super::{Migrator, identified};
use crate::engine::Session;
use crate::error::Error;
use crate::ledger;
use crate::ledger::{Contents, Identified, Rows, State, inbox_key, put_inbox};
use crate::write_lock::with_writer;

impl Migrator<'_> {
    /// What to do with events of peers that change what this application declares. Default:
    /// [`Incoming::Hold`].
    #[must_use]
    pub fn incoming(mut self, policy: Incoming) -> Self {
        self.policy_incoming = policy;
        self
    }

    /// Takes in events of peers, in whatever order, repeats among them: carries out what can be, and
    /// keeps the rest. Nothing of it is lost, whatever happens.
    ///
    /// # Errors
    /// What has nothing to do with the events: the engine, a damaged ledger; drift only where there is no
    /// ledger yet to keep them in. What has to do with them is told in [`Received`].
    pub fn receive(
        mut self,
        events: impl IntoIterator<Item = DdlEvent>,
    ) -> Result<Received, Error> {
        let _span = tracing::info_span!("receive").entered();
        let declared = identified(self.declared.take())?;
        let starts = self.policy_incoming != Incoming::NextStart;
        self.deliver(&declared, events.into_iter().collect(), starts)
    }

    /// Settles a conflict: of the events that contradict one another, one of
    /// [`Fold::choices`], the word of `keep` holds. Peers that get the new event settle it as well.
    ///
    /// # Errors
    /// As [`receive`](Self::receive); [`Error::NoConflict`] if there is nothing to settle, or `keep` is no
    /// choice.
    pub fn resolve(mut self, conflict: &Conflict, keep: EventId) -> Result<Received, Error> {
        let _span = tracing::info_span!("resolve").entered();
        let declared = identified(self.declared.take())?;
        let mut draft = Draft::new(agreed(self.engine)?.fold);
        if !draft.resolve(conflict, keep) {
            return Err(Error::NoConflict);
        }
        let (_, events) = draft.finish();
        self.deliver(&declared, events, true)
    }

    /// Settles a conflict about a name: the object that lives on under a suffix gets this name.
    ///
    /// # Errors
    /// As [`resolve`](Self::resolve).
    pub fn resolve_name(mut self, conflict: &Conflict, name: &str) -> Result<Received, Error> {
        let declared = identified(self.declared.take())?;
        let mut draft = Draft::new(agreed(self.engine)?.fold);
        draft.rename(conflict.object, name);
        let (_, events) = draft.finish();
        if events.is_empty() {
            return Err(Error::NoConflict);
        }
        self.deliver(&declared, events, true)
    }

    /// Carries out what came now and what waited, as far as it can be.
    pub(super) fn deliver(
        &mut self,
        declared: &Identified,
        given: Vec<DdlEvent>,
        starts: bool,
    ) -> Result<Received, Error> {
        let start = Instant::now();
        unfinished::clear(self.engine, self.wait)?;
        let contents = read(self.engine.session()?.as_ref())?;
        let mut all = contents.inbox.clone();
        let (legal, malformed) = sorted(given);
        let new = legal.into_iter().map(|event| (event.id(), event));
        let mut fold = contents.fold();
        all.extend(new.filter(|(id, _)| !fold.contains(*id)));
        fold.extend(all.values().cloned());
        let held = fold.held();
        let mut delivery = Delivery {
            fold,
            known: contents.events.keys().copied().collect(),
            received: Received::default(),
            delayed: BTreeSet::new(),
            all,
        };
        for (id, why) in held {
            delivery.delay(id, Delay::Held(why));
        }
        let units = delivery.units();
        if starts {
            match self.carry_out(declared, &units, &mut delivery, start) {
                Err(Error::Drift(rows)) => delivery.drifted(&units, rows),
                carried_out => carried_out?,
            }
        } else {
            for id in units.into_iter().flatten() {
                delivery.delay(id, Delay::NextStart);
            }
        }
        self.keep(declared, &contents, &delivery, start)?;
        let mut received = delivery.received;
        let rejected = delivery.fold.rejected().iter();
        let here =
            rejected.filter(|(id, _)| delivery.all.contains_key(id) && delivery.known.contains(id));
        received.rejected = here.map(|(id, why)| (*id, why.clone())).collect();
        received.rejected.extend(malformed);
        received.conflicts = delivery.fold.explained();
        received.schema = Some(delivery.fold.schema().fingerprint());
        received.took = start.elapsed();
        Ok(received)
    }

    /// Carries out a part of the events; if that fails because of them, each half by itself.
    fn carry_out(
        &mut self,
        declared: &Identified,
        units: &[Vec<EventId>],
        delivery: &mut Delivery,
        start: Instant,
    ) -> Result<(), Error> {
        let events = delivery.ready(units);
        if events.is_empty() {
            return Ok(());
        }
        let ids: Vec<EventId> = events.iter().map(DdlEvent::id).collect();
        self.received = Some(events);
        let result = self.run(declared, None, start);
        self.received = None;
        match result {
            Ok(report) => {
                delivery.done(ids, report);
                Ok(())
            }
            Err(error) if !error.is_about_events() => Err(error),
            Err(error) if units.len() < 2 => {
                let delay = match &error {
                    Error::Breaks(_) => Delay::Breaks(error.to_string()),
                    _ => Delay::Local(error.to_string()),
                };
                ids.iter().for_each(|id| delivery.delay(*id, delay.clone()));
                Ok(())
            }
            Err(_) => {
                let (first, second) = units.split_at(units.len() / 2);
                self.carry_out(declared, first, delivery, start)?;
                self.carry_out(declared, second, delivery, start)
            }
        }
    }

    /// Writes into the inbox what came and waits.
    fn keep(
        &mut self,
        declared: &Identified,
        contents: &Contents,
        delivery: &Delivery,
        start: Instant,
    ) -> Result<(), Error> {
        let waiting = delivery.received.delayed.iter();
        let mut rows = Rows::new();
        for event in waiting.filter_map(|delayed| delivery.all.get(&delayed.event)) {
            if !contents.inbox.contains_key(&event.id()) {
                put_inbox(&mut rows, event);
            }
        }
        let held = delivery.held();
        let state = contents.state.as_ref();
        let told = |state: &State| state.inbox == held.tried && state.held == held.by;
        if rows.is_empty() && state.is_none_or(told) {
            return Ok(());
        }
        if contents.state.is_none() && delivery.received.applied.is_empty() {
            // A ledger, before anything can be kept in it.
            self.received = Some(Vec::new());
            let made = self.run(declared, None, start);
            self.received = None;
            made?;
        }
        let only_told = rows.is_empty();
        let kept = with_writer(self.engine, self.wait, |tx| {
            let mut state = match ledger::state(&tx)? {
                Some(Ok(state)) => state,
                Some(Err(bad)) => return Err(Error::Ledger(vec![bad])),
                None => return Err(Error::BaseMoved),
            };
            (state.inbox, state.held) = (held.tried, held.by.clone());
            ledger::put_state(&mut rows, &state);
            ledger::put(&tx, std::mem::take(&mut rows))?;
            tx.commit().map_err(Error::from)
        });
        match kept {
            // What is known already may be told at a later start.
            Err(e) if only_told && (Self::is_read_only(&e) || matches!(e, Error::Busy { .. })) => {
                Ok(())
            }
            kept => kept,
        }
    }

    pub(super) fn prepare_received(
        &self,
        session: &dyn Session,
        declared: &Identified,
        received: &[DdlEvent],
    ) -> Result<Prepared, Error> {
        let ground = self.ground(session, declared)?;
        let settled = self.settle(declared, &ground)?;
        let after = self.led_to(&settled.fold, received);
        let fits = self.fits(declared, &settled.fold, &after)?;
        let said = said(&declared.declared);
        let way = (after, received.to_vec());
        let prepared = lead_to(ground, settled, way, &said)?;
        Ok(Prepared { fits, ..prepared })
    }

    /// Whether what is declared is there once the events are carried out. Never behind the back of a
    /// running application: what they take away from it is an error, unless the policy says otherwise.
    fn fits(&self, declared: &Identified, before: &Fold, after: &Fold) -> Result<bool, Error> {
        let declared = &declared.declared;
        let missing = compatible(declared, Some(declared), after);
        let known = compatible(declared, Some(declared), before);
        let lost = missing.iter().filter(|row| !known.contains(row));
        let mut lost: Vec<_> = lost.cloned().collect();
        for row in &mut lost {
            // Nothing has gone yet that could be brought back.
            if let Reason::Differs { restorable, .. } = &mut row.reason {
                *restorable = false;
            }
        }
        if !lost.is_empty() && self.policy_incoming != Incoming::Apply {
            return Err(Error::Breaks(lost));
        }
        Ok(missing.is_empty())
    }
}

/// The keys of the inbox that what is recorded now empties.
pub(super) fn emptied(prepared: &Prepared) -> Vec<String> {
    let events = prepared.plan.events.iter().map(DdlEvent::id);
    let inbox = &prepared.contents.inbox;
    events
        .filter(|id| inbox.contains_key(id))
        .map(inbox_key)
        .collect()
}
