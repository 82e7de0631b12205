//! Events of peers: the same fold, plan, rehearsal and apply as for a change of one's own.
//!
//! What cannot be carried out here, or not yet, waits in the ledger's inbox with its reason, and changes
//! nothing of what is agreed: every start and every delivery tries it again. Where one event of many is
//! in the way, the others go on: the set is halved until those that fail stand alone.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};

use super::policy::Incoming;
use super::prepare::{Prepared, lead_to};
use super::{Error, Migrator, Report, identified, unfinished, with_writer};
use crate::diff::{self, Reason, compatible};
use crate::drift::Drift;
use crate::engine::{Engine, Session};
use crate::event::{Change, DdlEvent, EventId, Fingerprint};
use crate::fold::{Conflict, Draft, Explained, Fold, Held, Rejection};
use crate::ledger::{self, Contents, Identified, Rows, State, inbox_key, put_inbox};
use crate::plan::Step;

/// What became of the events of peers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Received {
    /// The events that were carried out, in order.
    pub applied: Vec<EventId>,
    /// The steps that this took.
    pub steps: Vec<Step>,
    /// The events that wait, and why.
    pub delayed: Vec<Delayed>,
    /// The events that can never be carried out anywhere.
    pub rejected: Vec<(EventId, Rejection)>,
    /// Where the database was changed by hand, if that keeps events from being carried out: they wait until it
    /// is settled.
    #[serde(default)]
    pub drift: Vec<Drift>,
    /// Contradictions between all that is known, whether it is carried out here or not.
    pub conflicts: Vec<Explained>,
    /// The fingerprint of the schema that all peers with the same events share.
    pub schema: Option<Fingerprint>,
    /// How long it took.
    pub took: Duration,
}

/// An event that is known, and not carried out here yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delayed {
    /// The event.
    pub event: EventId,
    /// What it is about.
    pub object: String,
    /// What it waits for.
    pub delay: Delay,
}

/// What an event waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Delay {
    /// For events that have not come, or for a newer version of kuzu-ddl.
    Held(Held),
    /// For the next start, as the policy says.
    NextStart,
    /// For another event that waits.
    Behind(EventId),
    /// It takes away what the running application declares.
    Breaks(String),
    /// It cannot be carried out here as things are: rows are in the way, a hazard is not allowed.
    Local(String),
    /// The database was changed by hand: [`Received::drift`] says where.
    Drift,
}

impl fmt::Display for Delayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}) waits: ", self.object, self.event.short())?;
        match &self.delay {
            Delay::Held(Held::Missing(event)) => {
                write!(f, "the event {} has not come yet", event.short())
            }
            Delay::Held(Held::UnknownKind(_)) => {
                f.write_str("it is of a newer version of kuzu-ddl; update this application")
            }
            Delay::Held(Held::Behind(event)) | Delay::Behind(event) => {
                write!(f, "the event {} waits", event.short())
            }
            Delay::NextStart => f.write_str("the next start carries it out"),
            Delay::Drift => f.write_str("the database was changed by hand"),
            Delay::Breaks(why) | Delay::Local(why) => f.write_str(why),
        }
    }
}

impl fmt::Display for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (applied, delayed) = (self.applied.len(), self.delayed.len());
        write!(f, "{applied} events of peers carried out, {delayed} wait")?;
        for step in &self.steps {
            write!(f, "\n  {}", step.to_string().replace('\n', "\n  "))?;
        }
        for delayed in &self.delayed {
            write!(f, "\n  {}", delayed.to_string().replace('\n', "\n  "))?;
        }
        if !self.drift.is_empty() {
            let drift = Error::Drift(self.drift.clone()).to_string();
            write!(f, "\n  {}", drift.replace('\n', "\n  "))?;
        }
        for (event, rejection) in &self.rejected {
            write!(f, "\n  rejected: {}: {rejection}", event.short())?;
        }
        for conflict in &self.conflicts {
            write!(f, "\n  conflict: {conflict}")?;
        }
        Ok(())
    }
}

/// Everything that a database knows of its space.
#[derive(Clone, Debug, Default)]
pub struct Agreed {
    /// What all events say together, those that wait among them.
    pub fold: Fold,
    /// What the history begins with, if it is a checkpoint; the events that it kept are among those carried out.
    pub base: Option<Fold>,
    /// The events that are carried out here.
    pub applied: BTreeMap<EventId, DdlEvent>,
    /// The events that wait.
    pub waiting: BTreeMap<EventId, DdlEvent>,
}

impl Agreed {
    fn of(contents: Contents) -> Self {
        let mut fold = contents.fold();
        let waiting = contents.inbox.values().cloned();
        fold.extend(waiting);
        Self {
            fold,
            base: contents.base,
            applied: contents.events,
            waiting: contents.inbox,
        }
    }

    /// All events that wait for no other, each after what it depends on: for peers.
    #[must_use]
    pub fn in_order(&self) -> Vec<DdlEvent> {
        let mut events: Vec<&DdlEvent> = self.events().collect();
        let held = self.fold.held();
        events.retain(|event| !matches!(held.get(&event.id()), Some(Held::Missing(_))));
        events.sort_by_key(|event| self.fold.rank_of(event.id()));
        events.into_iter().cloned().collect()
    }

    /// All events.
    pub fn events(&self) -> impl Iterator<Item = &DdlEvent> {
        self.applied.values().chain(self.waiting.values())
    }
}

/// Reads what a database knows of its space. A database without a ledger knows nothing.
///
/// # Errors
/// What the engine says, and rows of the ledger that cannot be read.
pub fn agreed(db: &dyn Engine) -> Result<Agreed, Error> {
    let session = db.session()?;
    Ok(Agreed::of(read(session.as_ref())?))
}

pub(super) fn read(session: &dyn Session) -> Result<Contents, Error> {
    let contents = ledger::read(session)?;
    if contents.bad.is_empty() {
        Ok(contents)
    } else {
        Err(Error::Ledger(contents.bad))
    }
}

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
        let said = diff::said(&declared.declared);
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

/// The legal events, and what is wrong with the others: in the ledger, nobody could read them again.
fn sorted(given: Vec<DdlEvent>) -> (Vec<DdlEvent>, Vec<(EventId, Rejection)>) {
    let (mut legal, mut malformed) = (Vec::new(), Vec::new());
    for event in given {
        match DdlEvent::decode(&event.encode()) {
            Ok(_) => legal.push(event),
            Err(why) => malformed.push((event.id(), Rejection::Malformed(why.to_string()))),
        }
    }
    (legal, malformed)
}

/// What waits, for the next start: how many events it is to try again, and, where others wait for events or
/// for a newer version, the version that found that.
struct Waiting {
    tried: usize,
    by: Option<String>,
}

/// One delivery under way.
struct Delivery {
    /// What everything says together.
    fold: Fold,
    /// The events that are carried out.
    known: BTreeSet<EventId>,
    /// The events that are to be.
    all: BTreeMap<EventId, DdlEvent>,
    /// Those of them that wait.
    delayed: BTreeSet<EventId>,
    received: Received,
}

impl Delivery {
    fn delay(&mut self, event: EventId, delay: Delay) {
        let object = self.all.get(&event).map(DdlEvent::object);
        let object = object.map_or_else(|| "?".to_owned(), |id| self.fold.path(id));
        self.delayed.insert(event);
        self.received.delayed.push(Delayed {
            event,
            object,
            delay,
        });
    }

    fn done(&mut self, ids: Vec<EventId>, report: Report) {
        self.known.extend(&ids);
        self.received.applied.extend(ids);
        self.received.steps.extend(report.steps);
    }

    /// What the next start need not try: nothing but an event or a newer version can help there.
    fn held(&self) -> Waiting {
        let mut held: BTreeSet<EventId> = BTreeSet::new();
        // Each comes after what it depends on, but for those that were found to be held at once.
        let mut delayed: Vec<&Delayed> = self.received.delayed.iter().collect();
        delayed.sort_by_key(|delayed| self.fold.rank_of(delayed.event));
        for Delayed { event, delay, .. } in delayed {
            let waits = match delay {
                Delay::Held(_) => true,
                Delay::Behind(other) => held.contains(other),
                _ => false,
            };
            if waits {
                held.insert(*event);
            }
        }
        Waiting {
            tried: self.received.delayed.len() - held.len(),
            by: (!held.is_empty()).then(|| env!("CARGO_PKG_VERSION").to_owned()),
        }
    }

    /// Nothing of what is left can be carried out before this is settled.
    fn drifted(&mut self, units: &[Vec<EventId>], rows: Vec<Drift>) {
        for id in units.iter().flatten() {
            if !self.known.contains(id) && !self.delayed.contains(id) {
                self.delay(*id, Delay::Drift);
            }
        }
        self.received.drift = rows;
    }

    /// What can be carried out only together, in the order of the events: a rel table with its pairs,
    /// anything else by itself.
    fn units(&self) -> Vec<Vec<EventId>> {
        let mut order: Vec<_> = self.all.keys().copied().collect();
        order.retain(|id| !self.delayed.contains(id));
        order.sort_by_key(|id| self.fold.rank_of(*id));
        let mut units: Vec<Vec<EventId>> = Vec::new();
        let mut tables = BTreeMap::new();
        for id in order {
            let change = self
                .all
                .get(&id)
                .map(|event| (event.object(), event.change()));
            match change {
                Some((table, Change::CreateEdgeTable { .. })) => {
                    tables.insert(table, units.len());
                    units.push(vec![id]);
                }
                Some((_, Change::AddPair { table, .. })) if tables.contains_key(table) => {
                    let unit = tables.get(table).and_then(|at| units.get_mut(*at));
                    unit.into_iter().for_each(|unit| unit.push(id));
                }
                _ => units.push(vec![id]),
            }
        }
        units
    }

    /// The events of these units that wait for no other, in order; the others are delayed.
    fn ready(&mut self, units: &[Vec<EventId>]) -> Vec<DdlEvent> {
        let mut ids: Vec<EventId> = units.iter().flatten().copied().collect();
        ids.sort_by_key(|id| self.fold.rank_of(*id));
        let mut ready: BTreeSet<EventId> = BTreeSet::new();
        let mut events = Vec::new();
        for id in ids {
            let Some(event) = self.all.get(&id).cloned() else {
                continue;
            };
            let mut needs = event.depends_on().iter();
            match needs.find(|need| !self.known.contains(need) && !ready.contains(need)) {
                Some(need) => self.delay(id, Delay::Behind(*need)),
                None => {
                    ready.insert(id);
                    events.push(event);
                }
            }
        }
        events
    }
}
