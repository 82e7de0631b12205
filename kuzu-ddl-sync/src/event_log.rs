//! The events of one peer: a set that always holds what its events depend on.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use kuzu_ddl_runtime::event::{DdlEvent, EventId};

use crate::checkpoint::{Checkpoint, CheckpointId};
use crate::hash_tree::{Digest, Index, Prefix};
use crate::schema_token::{Readiness, SchemaFrontier};

/// How many former states a log remembers by their digest.
const MARKS: usize = 1_024;

/// Events, each with all that it depends on.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// The checkpoint that the history begins with.
    base: Option<(CheckpointId, Arc<Checkpoint>)>,
    /// As they came: each stands after what it depends on.
    order: Vec<DdlEvent>,
    index: Index<u32>,
    frontier: BTreeSet<EventId>,
    /// Digests this log has had, and how many events it was then.
    marks: VecDeque<(Digest, usize)>,
}

impl Log {
    /// A log of these events, in any order. Gives back those that lean on something which is not among them.
    #[must_use]
    pub fn of(events: impl IntoIterator<Item = DdlEvent>) -> (Self, Vec<DdlEvent>) {
        let mut log = Self::default();
        let mut waiting = Waiting::default();
        for event in events {
            log.settle(event, &mut waiting);
        }
        (log, waiting.events().cloned().collect())
    }

    /// Adds an event if all that it depends on is here.
    ///
    /// # Errors
    /// The ids that are missing.
    pub fn add(&mut self, event: DdlEvent) -> Result<Added, Vec<EventId>> {
        let id = event.id();
        if self.contains(&id) {
            return Ok(Added::Known);
        }
        let missing: Vec<EventId> = self.lacks(event.depends_on()).collect();
        if !missing.is_empty() {
            return Err(missing);
        }
        for known in event.depends_on() {
            self.frontier.remove(known);
        }
        self.frontier.insert(id);
        self.index.insert(id, self.order.len() as u32);
        self.order.push(event);
        Ok(Added::New)
    }

    /// Adds an event and all that waited for it; what cannot be added waits. Gives the new ones in order.
    pub(crate) fn settle(&mut self, event: DdlEvent, waiting: &mut Waiting) -> Vec<DdlEvent> {
        let (mut new, mut ready) = (Vec::new(), vec![event]);
        while let Some(event) = ready.pop() {
            match self.add(event.clone()) {
                Ok(Added::Known) => {}
                Ok(Added::New) => {
                    ready.extend(waiting.released(event.id()));
                    new.push(event);
                }
                Err(missing) => waiting.hold(event, missing),
            }
        }
        new
    }

    /// Of these ids, those that are not here.
    pub(crate) fn lacks<'a>(
        &'a self,
        ids: impl IntoIterator<Item = &'a EventId>,
    ) -> impl Iterator<Item = EventId> {
        ids.into_iter().filter(|id| !self.contains(id)).copied()
    }

    /// Whether the event is here, or behind the checkpoint and known there.
    #[must_use]
    pub fn contains(&self, id: &EventId) -> bool {
        let behind = |(_, base): &(_, Arc<Checkpoint>)| base.known.contains(id);
        self.index.get(id).is_some() || self.base.as_ref().is_some_and(behind)
    }

    /// A log that begins with a checkpoint.
    #[must_use]
    pub fn above(checkpoint: Checkpoint) -> Self {
        Self {
            frontier: checkpoint.frontier.clone(),
            base: Some((checkpoint.id(), Arc::new(checkpoint))),
            ..Self::default()
        }
    }

    /// The checkpoint that the history begins with.
    #[must_use]
    pub fn base(&self) -> Option<&Checkpoint> {
        self.base.as_ref().map(|(_, base)| base.as_ref())
    }

    pub(crate) fn base_id(&self) -> Option<CheckpointId> {
        self.base.as_ref().map(|(id, _)| *id)
    }

    /// Of the events here, those that are not behind these; `None` if one of these is not here.
    pub(crate) fn without(&self, frontier: &BTreeSet<EventId>) -> Option<Index<u32>> {
        if self.lacks(frontier).next().is_some() {
            return None;
        }
        let mut behind = vec![false; self.order.len()];
        let mut next: Vec<u32> = frontier.iter().filter_map(|id| self.place(id)).collect();
        while let Some(place) = next.pop() {
            let event = self.at(place).filter(|_| !behind[place as usize]);
            behind[place as usize] = true;
            let depends_on = event.into_iter().flat_map(|event| event.depends_on());
            next.extend(depends_on.filter_map(|id| self.place(id)));
        }
        let mut index = Index::default();
        for (place, event) in self.order.iter().enumerate() {
            if !behind[place] {
                index.insert(event.id(), place as u32);
            }
        }
        Some(index)
    }

    /// One event.
    #[must_use]
    pub fn get(&self, id: &EventId) -> Option<&DdlEvent> {
        self.order.get(*self.index.get(id)? as usize)
    }

    /// All events, each after those it depends on.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &DdlEvent> {
        self.order.iter()
    }

    /// All events by (depth, id): in an order that is the same for the same set, each after those it depends on.
    #[must_use]
    pub fn ranked(&self) -> Vec<DdlEvent> {
        let mut depths: Vec<u32> = Vec::with_capacity(self.order.len());
        for event in &self.order {
            let below = event.depends_on().iter().filter_map(|id| self.place(id));
            let deepest = below.filter_map(|place| depths.get(place as usize)).max();
            depths.push(deepest.map_or(0, |depth| depth + 1));
        }
        let mut ranked: Vec<(u32, &DdlEvent)> = depths.into_iter().zip(&self.order).collect();
        ranked.sort_unstable_by_key(|(depth, event)| (*depth, event.id()));
        ranked.into_iter().map(|(_, event)| event.clone()).collect()
    }

    /// How many events, not counting those behind the checkpoint.
    #[must_use]
    pub fn len(&self) -> usize {
        self.order.len()
    }

    /// Whether there is none, not even behind a checkpoint.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.order.is_empty() && self.base.is_none()
    }

    /// The events that no other depends on.
    #[must_use]
    pub fn frontier(&self) -> &BTreeSet<EventId> {
        &self.frontier
    }

    /// What identifies the set.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.index.digest()
    }

    /// A token for data that needs the schema as it is here now.
    #[must_use]
    pub fn token(&self) -> SchemaFrontier {
        SchemaFrontier::of(self.digest(), &self.frontier)
    }

    /// Whether the schema that some data needs is here.
    #[must_use]
    pub fn ready_for(&self, token: &SchemaFrontier) -> Readiness {
        token.judge(
            |digest| self.was(digest).is_some(),
            |short| {
                let mut first = [0; 32];
                first[..short.len()].copy_from_slice(short);
                let prefix = Prefix::new(short.len() * 2, short).unwrap_or_default();
                self.index.below(&prefix).next().is_some()
            },
        )
    }
}

impl Log {
    /// Remembers the present state by its digest, so that a peer that says it can be understood later.
    pub(crate) fn mark(&mut self) -> Digest {
        let digest = self.digest();
        if self.marks.back().is_none_or(|(last, _)| *last != digest) {
            if self.marks.len() == MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back((digest, self.len()));
        }
        digest
    }

    /// How many events there were when the log had this digest; `None` if it is not known to have had it.
    pub(crate) fn was(&self, digest: &Digest) -> Option<usize> {
        if *digest == Digest::default() {
            return Some(0);
        }
        if usize::try_from(digest.count) == Ok(self.len()) {
            return (*digest == self.digest()).then_some(self.len());
        }
        let mark = self.marks.iter().rev().find(|(mark, _)| mark == digest);
        mark.map(|(_, len)| *len)
    }

    pub(crate) fn index(&self) -> &Index<u32> {
        &self.index
    }

    pub(crate) fn at(&self, place: u32) -> Option<&DdlEvent> {
        self.order.get(place as usize)
    }

    pub(crate) fn place(&self, id: &EventId) -> Option<u32> {
        self.index.get(id).copied()
    }
}

/// What became of an event that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It was not here before.
    New,
    /// It was here already.
    Known,
}

/// Events that lean on something which has not come yet.
#[derive(Clone, Debug, Default)]
pub(crate) struct Waiting {
    events: BTreeMap<EventId, Held>,
    /// Who waits for an event.
    dependents: BTreeMap<EventId, BTreeSet<EventId>>,
    bytes: usize,
}

#[derive(Clone, Debug)]
struct Held {
    event: DdlEvent,
    missing: usize,
}

impl Waiting {
    pub(crate) fn hold(&mut self, event: DdlEvent, missing: Vec<EventId>) {
        let id = event.id();
        if self.events.contains_key(&id) {
            return;
        }
        self.bytes += event.size();
        let held = Held {
            event,
            missing: missing.len(),
        };
        self.events.insert(id, held);
        for dependency in missing {
            self.dependents.entry(dependency).or_default().insert(id);
        }
    }

    /// The events that waited only for this one.
    pub(crate) fn released(&mut self, came: EventId) -> Vec<DdlEvent> {
        let mut ready = Vec::new();
        for id in self.dependents.remove(&came).unwrap_or_default() {
            let Some(held) = self.events.get_mut(&id) else {
                continue;
            };
            held.missing -= 1;
            if held.missing == 0 {
                ready.extend(self.forget(&id));
            }
        }
        ready
    }

    /// Gives up waiting for what an event needs.
    pub(crate) fn forget(&mut self, id: &EventId) -> Option<DdlEvent> {
        let held = self.events.remove(id)?;
        self.bytes -= held.event.size();
        for dependency in held.event.depends_on() {
            if let Some(others) = self.dependents.get_mut(dependency) {
                others.remove(id);
                if others.is_empty() {
                    self.dependents.remove(dependency);
                }
            }
        }
        Some(held.event)
    }

    pub(crate) fn contains(&self, id: &EventId) -> bool {
        self.events.contains_key(id)
    }

    pub(crate) fn len(&self) -> usize {
        self.events.len()
    }

    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = &DdlEvent> {
        self.events.values().map(|held| &held.event)
    }
}
