//! The event log: the events of one peer, closed under dependencies.

use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

use kuzu_ddl_core::event::{DdlEvent, EventId};
use kuzu_ddl_core::fold::Fold;

use crate::checkpoint::{Checkpoint, CheckpointId};
use crate::hash_tree::{Digest, HashTree, Prefix};
use crate::schema_token::{Readiness, SchemaToken};
use crate::waiting::WaitingEvents;

/// Number of former digests that a log remembers.
const MAX_RECORDED_DIGESTS: usize = 1_024;

/// A set of events that contains all their dependencies.
///
/// A log starts empty or from a [`Checkpoint`]; the events that the checkpoint covers are not
/// stored.
///
/// ```
/// use kuzu_ddl_sync::{EventLog, Inserted};
/// use kuzu_ddl_core::event::{Change, DdlEvent, ObjectId};
///
/// let person = ObjectId::from_bytes([1; 32]);
/// let rename = |to: &str, depends_on: &[&DdlEvent]| {
///     let depends_on = depends_on.iter().map(|event| event.id()).collect();
///     DdlEvent::new(person, depends_on, Change::RenameTable { to: to.to_owned() })
/// };
/// let first = rename("Human", &[]);
/// let second = rename("Person", &[&first]);
///
/// let mut log = EventLog::new();
/// let error = log.insert(second.clone()).unwrap_err();
/// assert_eq!(error.events, [first.id()]);
/// assert_eq!(error.to_string(), "the log lacks 1 required event");
/// assert_eq!(log.insert(first.clone())?, Inserted::New);
/// assert_eq!(log.insert(second.clone())?, Inserted::New);
/// assert_eq!(log.insert(second.clone())?, Inserted::Duplicate);
/// assert_eq!(log.frontier().iter().collect::<Vec<_>>(), [&second.id()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[doc(alias = "oplog")]
#[doc(alias = "history")]
#[derive(Clone, Debug, Default)]
pub struct EventLog {
    /// The checkpoint that the history starts from.
    checkpoint: Option<(CheckpointId, Arc<Checkpoint>)>,
    /// In order of insertion: each event follows its dependencies.
    events: Vec<DdlEvent>,
    /// The position in `events` by id.
    tree: HashTree<u32>,
    frontier: BTreeSet<EventId>,
    /// Former digests of this log, with the number of events at the time.
    recorded: VecDeque<(Digest, usize)>,
}

/// The outcome of inserting an event into a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Inserted {
    /// The event was added.
    New,
    /// The log already contained the event.
    Duplicate,
}

/// Error returned when a log lacks events that are required.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the log lacks {} required {}",
    events.len(),
    if events.len() == 1 { "event" } else { "events" }
)]
#[non_exhaustive]
pub struct MissingEventsError {
    /// The missing events.
    pub events: Vec<EventId>,
}

impl EventLog {
    /// Creates an empty log.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Creates a log of events in any order.
    ///
    /// The second value contains the events with a dependency that is not among them.
    #[must_use]
    pub fn from_events(events: impl IntoIterator<Item = DdlEvent>) -> (Self, Vec<DdlEvent>) {
        let mut log = Self::default();
        let mut waiting = WaitingEvents::default();
        for event in events {
            log.insert_with_waiting(event, &mut waiting);
        }
        (log, waiting.events().cloned().collect())
    }

    /// Creates a log that starts from a checkpoint.
    #[must_use]
    pub fn from_checkpoint(checkpoint: Checkpoint) -> Self {
        Self {
            frontier: checkpoint.frontier.clone(),
            checkpoint: Some((checkpoint.id(), Arc::new(checkpoint))),
            ..Self::default()
        }
    }

    /// Adds an event if the log contains all its dependencies.
    ///
    /// # Errors
    ///
    /// Returns the missing dependencies; the log is unchanged.
    pub fn insert(&mut self, event: DdlEvent) -> Result<Inserted, MissingEventsError> {
        let id = event.id();
        if self.contains(&id) {
            return Ok(Inserted::Duplicate);
        }
        self.require(event.depends_on())?;
        for dependency in event.depends_on() {
            self.frontier.remove(dependency);
        }
        self.frontier.insert(id);
        self.tree.insert(id, self.events.len() as u32);
        self.events.push(event);
        Ok(Inserted::New)
    }

    /// Adds an event and the events that waited for it; an event with missing dependencies waits.
    ///
    /// Returns the added events, each after its dependencies.
    pub(crate) fn insert_with_waiting(
        &mut self,
        event: DdlEvent,
        waiting: &mut WaitingEvents,
    ) -> Vec<DdlEvent> {
        let (mut new, mut ready) = (Vec::new(), vec![event]);
        while let Some(event) = ready.pop() {
            match self.insert(event.clone()) {
                Ok(Inserted::Duplicate) => {}
                Ok(Inserted::New) => {
                    ready.extend(waiting.take_ready(event.id()));
                    new.push(event);
                }
                Err(missing) => waiting.insert(event, missing.events),
            }
        }
        new
    }

    /// The ids among these that the log does not contain.
    pub(crate) fn missing<'a>(
        &'a self,
        ids: impl IntoIterator<Item = &'a EventId>,
    ) -> impl Iterator<Item = EventId> {
        ids.into_iter().filter(|id| !self.contains(id)).copied()
    }

    pub(crate) fn require<'a>(
        &'a self,
        ids: impl IntoIterator<Item = &'a EventId>,
    ) -> Result<(), MissingEventsError> {
        let events: Vec<EventId> = self.missing(ids).collect();
        if events.is_empty() {
            Ok(())
        } else {
            Err(MissingEventsError { events })
        }
    }

    /// Returns whether the log contains the event or its checkpoint knows it.
    #[must_use]
    pub fn contains(&self, id: &EventId) -> bool {
        let covered = |(_, checkpoint): &(_, Arc<Checkpoint>)| checkpoint.covered.contains(id);
        self.tree.get(id).is_some() || self.checkpoint.as_ref().is_some_and(covered)
    }

    /// Returns an event.
    #[must_use]
    pub fn get(&self, id: &EventId) -> Option<&DdlEvent> {
        self.get_at(self.position_of(id)?)
    }

    /// Returns all events, each after its dependencies.
    pub fn events(&self) -> impl ExactSizeIterator<Item = &DdlEvent> {
        self.events.iter()
    }

    /// Returns all events by depth and id.
    ///
    /// The order is the same for equal sets, and each event follows its dependencies.
    #[must_use]
    pub fn topological(&self) -> Vec<DdlEvent> {
        let mut depths: Vec<u32> = Vec::with_capacity(self.events.len());
        for event in &self.events {
            let parents = event.depends_on().iter();
            let parents = parents.filter_map(|id| self.position_of(id));
            let deepest = parents
                .filter_map(|position| depths.get(position as usize))
                .max();
            depths.push(deepest.map_or(0, |depth| depth + 1));
        }
        let mut sorted: Vec<(u32, &DdlEvent)> = depths.into_iter().zip(&self.events).collect();
        sorted.sort_unstable_by_key(|(depth, event)| (*depth, event.id()));
        sorted.into_iter().map(|(_, event)| event.clone()).collect()
    }

    /// Returns the number of events, not counting those that the checkpoint covers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.events.len()
    }

    /// Returns whether the log contains no event and starts from no checkpoint.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.events.is_empty() && self.checkpoint.is_none()
    }

    /// Returns the checkpoint that the history starts from.
    #[must_use]
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.checkpoint
            .as_ref()
            .map(|(_, checkpoint)| checkpoint.as_ref())
    }

    pub(crate) fn checkpoint_id(&self) -> Option<CheckpointId> {
        self.checkpoint.as_ref().map(|(id, _)| *id)
    }

    /// Returns the events that no other event depends on.
    #[must_use]
    pub fn frontier(&self) -> &BTreeSet<EventId> {
        &self.frontier
    }

    /// Returns the digest of the set of events.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.tree.digest()
    }

    /// Creates a token for data that requires the present schema.
    #[must_use]
    pub fn schema_token(&self) -> SchemaToken {
        SchemaToken::new(self.digest(), &self.frontier)
    }

    /// Checks whether the log contains the events that some data requires.
    #[must_use]
    pub fn ready_for(&self, token: &SchemaToken) -> Readiness {
        token.check(
            |digest| self.len_at(digest).is_some(),
            |short| {
                let prefix = Prefix::new(short.len() * 2, short).unwrap_or_default();
                self.tree.below(&prefix).next().is_some()
            },
        )
    }
}

/// What reconciliation needs.
impl EventLog {
    /// The events that none of these events depends on and that are not among them; `None` if the
    /// log does not contain all of these events.
    pub(crate) fn events_above(&self, frontier: &BTreeSet<EventId>) -> Option<HashTree<u32>> {
        let covered = self.covered_by(frontier)?;
        let mut tree = HashTree::default();
        for (position, event) in self.events.iter().enumerate() {
            if !covered[position] {
                tree.insert(event.id(), position as u32);
            }
        }
        Some(tree)
    }

    /// The checkpoint of these events and their dependencies, as this history leads to it; `None` if
    /// the log does not contain them all, or cannot apply them all.
    ///
    /// Folds the history, so its cost grows with the length of the history.
    pub(crate) fn checkpoint_at(&self, frontier: &BTreeSet<EventId>) -> Option<Checkpoint> {
        let covered = self.covered_by(frontier)?;
        let mut fold = match &self.checkpoint {
            Some((_, checkpoint)) => checkpoint.to_fold().ok()?,
            None => Fold::default(),
        };
        let events = self.events.iter().zip(covered);
        fold.extend(
            events
                .filter(|(_, covered)| *covered)
                .map(|(e, _)| e.clone()),
        );
        let checkpoint = Checkpoint::from_fold(&fold).ok()?;
        (checkpoint.frontier == *frontier).then_some(checkpoint)
    }

    /// For each event, whether it is one of these or one that they depend on.
    fn covered_by(&self, frontier: &BTreeSet<EventId>) -> Option<Vec<bool>> {
        if self.missing(frontier).next().is_some() {
            return None;
        }
        let mut covered = vec![false; self.events.len()];
        let mut next: Vec<u32> = frontier
            .iter()
            .filter_map(|id| self.position_of(id))
            .collect();
        while let Some(position) = next.pop() {
            let event = self
                .get_at(position)
                .filter(|_| !covered[position as usize]);
            covered[position as usize] = true;
            let depends_on = event.into_iter().flat_map(|event| event.depends_on());
            next.extend(depends_on.filter_map(|id| self.position_of(id)));
        }
        Some(covered)
    }

    /// Records the present digest, so that it is recognised when a remote peer reports it later.
    pub(crate) fn record_digest(&mut self) -> Digest {
        let digest = self.digest();
        if self.recorded.back().is_none_or(|(last, _)| *last != digest) {
            if self.recorded.len() == MAX_RECORDED_DIGESTS {
                self.recorded.pop_front();
            }
            self.recorded.push_back((digest, self.len()));
        }
        digest
    }

    /// The number of events when the log had this digest; `None` if that is unknown.
    pub(crate) fn len_at(&self, digest: &Digest) -> Option<usize> {
        if *digest == Digest::default() {
            return Some(0);
        }
        if usize::try_from(digest.count) == Ok(self.len()) {
            return (*digest == self.digest()).then_some(self.len());
        }
        let mut recorded = self.recorded.iter().rev();
        let found = recorded.find(|(recorded, _)| recorded == digest);
        found.map(|(_, len)| *len)
    }

    pub(crate) fn tree(&self) -> &HashTree<u32> {
        &self.tree
    }

    pub(crate) fn get_at(&self, position: u32) -> Option<&DdlEvent> {
        self.events.get(position as usize)
    }

    pub(crate) fn position_of(&self, id: &EventId) -> Option<u32> {
        self.tree.get(id).copied()
    }
}
