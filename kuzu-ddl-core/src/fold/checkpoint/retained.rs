//! Selection of the events that a checkpoint retains, and of what the elided ones leave behind.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::graph::effects::LifecycleChange;
use super::super::graph::event_node::{EventNode, EventStatus, Rank};
use super::super::state::Fold;
use crate::event::{Change, Dependencies, EventId, ObjectId};

/// The events that a checkpoint retains.
pub(super) struct Retained<'a> {
    fold: &'a Fold,
    /// The retained events in the total order.
    pub(super) events: BTreeMap<Rank, &'a EventNode>,
    ids: HashSet<EventId>,
}

impl<'a> Retained<'a> {
    pub(super) fn new(fold: &'a Fold) -> Self {
        let named = referenced_events(fold);
        let endings = DropHistory::new(fold);
        let applied = fold.log.iter();
        let applied = applied.filter(|(_, node)| node.status != EventStatus::Rejected);
        let retained = applied.filter(|(id, node)| {
            node.status == EventStatus::Newest
                || !is_single_write(node.event.change())
                || named.contains(*id)
                || endings.has_concurrent_drop(node)
        });
        let events: BTreeMap<Rank, &EventNode> = retained
            .map(|(id, node)| ((node.depth, *id), node))
            .collect();
        let ids = events.keys().map(|(_, id)| *id).collect();
        Self { fold, events, ids }
    }

    /// Returns the elided events that depend on retained ones only, with their dependencies: only
    /// these could be mistaken for new events if they arrived again.
    pub(super) fn elided_events(&self) -> BTreeMap<EventId, Dependencies> {
        let log = self.fold.log.iter();
        let elided = log
            .filter(|(id, node)| node.status != EventStatus::Rejected && !self.ids.contains(*id));
        let elided = elided.map(|(id, node)| (id, node.event.depends_on()));
        let all = elided.chain(&self.fold.checkpointed);
        let first = all.filter(|(_, depends_on)| depends_on.iter().all(|d| self.ids.contains(d)));
        first
            .map(|(id, depends_on)| (*id, depends_on.clone()))
            .collect()
    }

    /// Returns what an event saw of each object through elided events.
    pub(super) fn links(&self, node: &EventNode) -> BTreeMap<ObjectId, Vec<EventId>> {
        let depends_on = node.event.depends_on();
        let mut objects: BTreeSet<ObjectId> = BTreeSet::new();
        objects.extend(node.links.iter().flat_map(|links| links.keys()));
        let elided = depends_on.iter().filter(|d| !self.ids.contains(d));
        for event in elided.filter_map(|id| self.fold.event(*id)) {
            objects.insert(event.object());
            let object = self.fold.object(event.object());
            objects.extend(object.and_then(|object| object.parent));
        }
        let links = objects
            .into_iter()
            .map(|id| (id, self.nearest_retained(node, id)));
        links.filter(|(_, reached)| !reached.is_empty()).collect()
    }

    /// Returns the nearest retained ancestors on all paths through elided events, without direct
    /// dependencies.
    fn nearest_retained(&self, from: &EventNode, id: ObjectId) -> Vec<EventId> {
        let direct = from.event.depends_on();
        let (mut reached, mut seen) = (BTreeSet::new(), HashSet::new());
        let mut open: Vec<EventId> = from.parents_touching(id).collect();
        while let Some(next) = open.pop() {
            if self.ids.contains(&next) {
                reached.insert(next);
                continue;
            }
            let node = self.fold.log.get(&next);
            let Some(node) = node.filter(|node| self.fold.is_in_history_of(&node.event, id)) else {
                continue;
            };
            if seen.insert(next) {
                open.extend(node.parents_touching(id));
            }
        }
        reached
            .into_iter()
            .filter(|id| !direct.contains(id))
            .collect()
    }
}

/// Returns whether an event only writes one aspect of one object, so that another write can replace
/// it.
fn is_single_write(change: &Change) -> bool {
    matches!(
        change,
        Change::RenameTable { .. }
            | Change::RenameProperty { .. }
            | Change::CommentOnTable { .. }
            | Change::CommentOnProperty { .. }
            | Change::SetType { .. }
            | Change::SetTypeWith { .. }
            | Change::SetDefault { .. }
            | Change::SetNullable { .. }
            | Change::SetMultiplicity { .. }
            | Change::SetStorage { .. }
    )
}

/// Returns the events that the state refers to, or that an event which shaped it refers to.
fn referenced_events(fold: &Fold) -> HashSet<EventId> {
    let mut named: HashSet<EventId> = HashSet::new();
    for object in fold.objects() {
        named.extend(object.heads());
        named.extend(object.drop_heads.iter().chain(&object.blocked_drops));
        named.extend(object.columns().map(|column| column.by));
    }
    for (_, place) in fold.store.name_entries() {
        named.extend(&place.last_events);
    }
    // A rejected event retains nothing: a peer that starts from the checkpoint does not have it.
    let applied = fold.log.values();
    for node in applied.filter(|node| node.status != EventStatus::Rejected) {
        match node.event.change() {
            Change::Purge { archived_by } => drop(named.insert(*archived_by)),
            Change::Resolve { keep, .. } => drop(named.insert(*keep)),
            _ => {}
        }
        // A later event may have seen a use, or the drop that saw it, but not the other.
        if fold
            .lifecycle_change(&node.event)
            .is_some_and(LifecycleChange::is_terminal)
        {
            named.extend(node.event.depends_on());
        }
    }
    named
}

/// Every drop with the events that it saw. Purges are left out: a purge must have seen only the
/// drop.
struct DropHistory<'a> {
    fold: &'a Fold,
    by_object: HashMap<ObjectId, Vec<(EventId, HashSet<EventId>)>>,
}

impl<'a> DropHistory<'a> {
    fn new(fold: &'a Fold) -> Self {
        let mut by_object: HashMap<ObjectId, Vec<_>> = HashMap::new();
        let applied = fold.log.iter();
        for (id, node) in applied.filter(|(_, k)| k.status != EventStatus::Rejected) {
            if fold.lifecycle_change(&node.event) == Some(LifecycleChange::Drop) {
                let object = node.event.object();
                let seen_events = fold.ancestors_touching(&node.event, object);
                by_object
                    .entry(object)
                    .or_default()
                    .push((*id, seen_events));
            }
        }
        Self { fold, by_object }
    }

    /// Returns whether an event is concurrent with some drop of its object, or of the object's
    /// table: a later event may have to determine which of the two was seen.
    fn has_concurrent_drop(&self, node: &EventNode) -> bool {
        let id = node.event.object();
        let parent = self.fold.object(id).and_then(|object| object.parent);
        std::iter::once(id).chain(parent).any(|object| {
            let mut endings = self.by_object.get(&object).into_iter().flatten();
            endings.any(|(ending, seen_events)| {
                !seen_events.contains(&node.event.id())
                    && !self.fold.saw_event(&node.event, *ending, object)
            })
        })
    }
}
