//! The fold: a pure, total function from a set of events to one schema.
//!
//! The result does not depend on the order in which events arrive (strong eventual consistency, as
//! in a state-based CRDT). An event's depth, the objects it touches and its validity follow from
//! its own ancestors alone. Each aspect of an object is a multi-value register: it keeps the newest
//! events that wrote it. Where these are concurrent, the values are merged (lattice join where the
//! aspect has one), and the total order (depth, id) breaks ties, the same way on every machine. A
//! drop takes effect only if it and all uses of the object are ordered by happened-before. Names
//! are resolved last, over all live objects, so that swaps and chains of renames need no order
//! among themselves.

mod apply;
mod builder;
mod checkpoint;
mod columns;
mod compare;
mod concurrent_columns;
mod conflict;
mod creation;
mod graph;
mod hold;
mod lifecycle;
mod merge;
mod names;
mod object;
mod object_store;
mod order;
mod physical;
mod schema;
mod small_set;
mod state;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

pub use builder::ChangeBuilder;
pub use checkpoint::format::CheckpointError;
pub use compare::compare;
pub use conflict::{Conflict, ConflictKind, ConflictReport};
use graph::event_node::{EventStatus, Rank};
pub use hold::{HoldReason, Rejection};
pub use object::{ArchivedColumn, Lifecycle, Object, ObjectBody, Register};
use object_store::NameEntry;
#[doc(hidden)]
pub use order::topological_order;
#[doc(hidden)]
pub use schema::{managed_tables, object_path};
pub use small_set::{Heads, SmallSet};
pub use state::Fold;

use crate::event::{Change, DdlEvent, EventId, ObjectId, index_key, sequence_key};
use crate::schema::NameKey;

impl Fold {
    /// Returns the newest events, on which no other depends. Together with the fingerprint they
    /// identify a state.
    ///
    /// The call scans the whole history, so call it once for many events.
    #[must_use]
    pub fn frontier(&self) -> BTreeSet<EventId> {
        let newest = self.log.iter();
        let newest = newest.filter(|(_, known)| known.status == EventStatus::Newest);
        newest.map(|(id, _)| *id).collect()
    }

    /// Returns the held events: those that wait for others, or for a newer version of kuzu-ddl.
    #[must_use]
    pub fn held_events(&self) -> BTreeMap<EventId, HoldReason> {
        let hold_reason = |event: &DdlEvent| {
            let absent = |d: &&EventId| !self.log.contains_key(d);
            let mut absent = event.depends_on().iter().filter(absent);
            let missing = absent.clone().find(|d| !self.waiting.contains_key(d));
            match (missing, absent.next(), event.change()) {
                (Some(missing), ..) => Some(HoldReason::MissingDependency(*missing)),
                (None, Some(held), _) => Some(HoldReason::DependencyHeld(*held)),
                (None, None, Change::Unknown { kind, .. }) => Some(HoldReason::UnknownKind(*kind)),
                // An event that waits for nothing has been accepted.
                (None, None, _) => None,
            }
        };
        let waiting = self.waiting.iter();
        waiting
            .filter_map(|(id, event)| Some((*id, hold_reason(event)?)))
            .collect()
    }

    /// Returns the events that can never be applied, each with its reason.
    #[must_use]
    pub fn rejected_events(&self) -> &BTreeMap<EventId, Rejection> {
        &self.rejected
    }

    /// Returns whether the event is part of this fold: accepted, rejected, held or elided.
    #[must_use]
    pub fn contains(&self, event: EventId) -> bool {
        self.log.contains_key(&event)
            || self.waiting.contains_key(&event)
            || self.checkpointed.contains_key(&event)
    }

    /// Returns the number of events, held and rejected ones included, without those that the
    /// checkpoint elided.
    #[must_use]
    pub fn len(&self) -> usize {
        self.log.len() + self.waiting.len()
    }

    /// Returns whether there are no events at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns all objects: live, archived and purged.
    pub fn objects(&self) -> impl Iterator<Item = &Object> {
        self.store.iter()
    }

    /// Returns the object with this id, if an event created it.
    #[must_use]
    pub fn object(&self, id: ObjectId) -> Option<&Object> {
        self.store.get(id)
    }

    fn object_mut(&mut self, id: ObjectId) -> Option<&mut Object> {
        self.store.get_mut(id)
    }

    /// Returns the properties, pairs and indexes of a table: live, archived and purged.
    pub fn children(&self, table: ObjectId) -> impl Iterator<Item = &Object> {
        self.store.members(table)
    }

    /// Returns the live object with this name: a top-level object if `parent` is `None`, else a
    /// member of that table. If several have the name, it is the first by rank.
    #[must_use]
    pub fn find(&self, parent: Option<ObjectId>, name: &NameKey) -> Option<&Object> {
        let entry = self.name_entry(parent, name)?;
        if let [only] = *entry.holders.as_slice() {
            return self.object(only);
        }
        let slot = (parent, name.clone());
        match self.name_collisions.get(&slot) {
            Some(holder) if !self.unsettled.names.contains(&slot) => self.object(*holder),
            _ => self.first_by_rank(entry),
        }
    }

    /// Returns the holder of a name that keeps it: the first by rank.
    fn first_by_rank(&self, entry: &NameEntry) -> Option<&Object> {
        let live = entry.holders.iter().filter_map(|id| self.object(*id));
        live.min_by_key(|object| self.rank(object))
    }

    /// Computes what the events of one call have left open.
    fn settle(&mut self) {
        for (id, aspects) in std::mem::take(&mut self.unsettled.objects) {
            for aspect in aspects {
                let object = self.object(id);
                let rivals = object.and_then(|object| object.concurrent_writes.get(&aspect));
                let merged = rivals.and_then(|rivals| self.merge(rivals));
                if let Some(outcome) = merged {
                    self.assign_aspect(id, aspect, outcome.value, true);
                }
            }
            self.refresh_conflict_flag(id);
        }
        for (parent, name) in std::mem::take(&mut self.unsettled.names) {
            let entry = self.name_entry(parent, &name);
            let entry = entry.filter(|entry| entry.holders.len() > 1);
            let holder = entry.and_then(|entry| self.first_by_rank(entry));
            match holder.map(|holder| holder.id) {
                Some(holder) => self.name_collisions.insert((parent, name), holder),
                None => self.name_collisions.remove(&(parent, name)),
            };
        }
    }

    fn name_entry(&self, parent: Option<ObjectId>, name: &NameKey) -> Option<&NameEntry> {
        self.store.name_entry(parent, name)
    }

    /// Returns all objects that ever had this name: live under it or under another name, or
    /// archived.
    pub fn objects_ever_named(
        &self,
        parent: Option<ObjectId>,
        name: &NameKey,
    ) -> impl Iterator<Item = &Object> {
        let ids = self
            .name_entry(parent, name)
            .into_iter()
            .flat_map(|entry| &entry.former_holders);
        ids.filter_map(|id| self.object(*id))
    }

    /// Returns the live object for which this name is an alias: a rename to it lost against a
    /// concurrent rename. `None` if there are several such objects.
    #[must_use]
    pub fn find_by_lost_rename(&self, parent: Option<ObjectId>, name: &NameKey) -> Option<&Object> {
        let mut lost = self
            .objects_ever_named(parent, name)
            .filter(|object| object.is_live() && object.lost_rename(name));
        let first = lost.next();
        first.filter(|_| lost.next().is_none())
    }

    /// Returns the live pairs that start or end at a node table.
    pub fn pairs_of(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        self.pairs_including_dropped(node)
            .filter(|pair| self.is_live_in_live_table(pair))
    }

    /// Returns all pairs that start or end at a node table, dropped ones included.
    pub(crate) fn pairs_including_dropped(&self, node: ObjectId) -> impl Iterator<Item = &Object> {
        self.store.pairs(node)
    }

    /// Returns the indexes on a property, dropped ones included.
    pub fn indexes_of(&self, property: ObjectId) -> impl Iterator<Item = &Object> {
        let table = self.object(property).and_then(|o| o.parent);
        let children = table.into_iter().flat_map(|table| self.children(table));
        children.filter(move |child| {
            matches!(&child.body, ObjectBody::Index(spec) if spec.properties.contains(&property))
        })
    }

    /// Returns the live index with this name on a table.
    #[must_use]
    pub fn find_index(&self, table: ObjectId, name: &str) -> Option<&Object> {
        self.find(Some(table), &index_key(name))
    }

    /// Returns the live sequence with this name.
    #[must_use]
    pub fn find_sequence(&self, name: &str) -> Option<&Object> {
        self.find(None, &sequence_key(name))
    }

    /// Returns whether the object is live and so is the table that it belongs to.
    #[must_use]
    pub fn is_live_in_live_table(&self, object: &Object) -> bool {
        object.is_live()
            && object
                .parent
                .is_none_or(|table| self.object(table).is_some_and(Object::is_live))
    }

    /// Returns the events that last touched a name: the dependencies of the next event that uses
    /// it.
    pub(crate) fn name_predecessors(
        &self,
        parent: Option<ObjectId>,
        name: &NameKey,
    ) -> BTreeSet<EventId> {
        let touched = self
            .name_entry(parent, name)
            .map(|entry| entry.last_events.iter().copied());
        touched.into_iter().flatten().collect()
    }

    /// Returns the rank of the event that last changed the object's lifecycle.
    pub(crate) fn creation_rank(&self, object: ObjectId) -> Option<Rank> {
        let heads = &self.object(object)?.lifecycle.heads;
        heads.iter().map(|head| self.rank_of(*head)).max()
    }

    /// Returns the rank of the object's name; of several objects with one name, the lowest rank
    /// keeps it.
    fn rank(&self, object: &Object) -> (Rank, ObjectId) {
        let heads = object.name.heads.iter().map(|head| self.rank_of(*head));
        let rank = heads
            .max()
            .unwrap_or((u64::MAX, EventId::from_bytes([0; 32])));
        (rank, object.id)
    }

    /// Returns whether the property is the primary key of its table.
    pub(crate) fn is_primary_key(&self, property: ObjectId) -> bool {
        let parent = self.object(property).and_then(|object| object.parent);
        parent.is_some_and(|table| self.primary_key_of(table) == Some(property))
    }

    /// Returns the primary key of a node table.
    pub(crate) fn primary_key_of(&self, table: ObjectId) -> Option<ObjectId> {
        match self.object(table)?.body {
            ObjectBody::NodeTable { key } => Some(key),
            _ => None,
        }
    }
}
