//! Lifecycles: which objects are live, archived or purged.
//!
//! A drop takes effect if it saw every use of the object, and every later use saw the drop.
//! Otherwise drop and use are concurrent: the use wins, in whatever order the two arrive, and the
//! drop remains a conflict until it is resolved, by a restore or by another drop that saw
//! everything.

use std::collections::HashSet;

use super::graph::effects::LifecycleChange;
use super::graph::event_node::Rank;
use super::object::{Lifecycle, Object};
use super::state::Fold;
use crate::event::{Aspect, Change, DdlEvent, EventId, ObjectId, ObjectKind};

impl Object {
    /// Records an event that changes the object's lifecycle.
    pub(super) fn note(&mut self, event: &DdlEvent, stage: LifecycleChange) {
        let known = event.depends_on();
        if !self.lifecycle.heads.contains(&event.id()) {
            self.lifecycle.heads.touch(event.id(), known);
        }
        self.drop_heads.retain(|ending| !known.contains(ending));
        if stage.is_terminal() {
            self.drop_heads.insert(event.id());
        }
        let endings = &self.drop_heads;
        self.blocked_drops.retain(|ending| endings.contains(ending));
    }
}

impl Fold {
    /// Blocks the drops that are concurrent with this use, or this drop if it is concurrent with a
    /// use.
    pub(super) fn block_drops(
        &mut self,
        id: ObjectId,
        event: &DdlEvent,
        stage: Option<LifecycleChange>,
    ) {
        let Some(object) = self.object(id) else {
            return;
        };
        let blocked: Vec<EventId> = if stage.is_some_and(LifecycleChange::is_terminal) {
            let alive = match stage {
                Some(LifecycleChange::Purge(of)) => self.was_live_when_purged(id, event, of),
                _ => false,
            };
            let blocked = alive || self.has_unseen_use(id, event);
            blocked.then_some(event.id()).into_iter().collect()
        } else if !object.drop_heads.is_empty() && self.is_use(event, id) {
            let endings = object.drop_heads.iter().copied();
            endings
                .filter(|end| !self.saw_event(event, *end, id))
                .collect()
        } else {
            return;
        };
        if let Some(object) = self.object_mut(id) {
            object.blocked_drops.extend(blocked);
        }
    }

    /// Returns whether a purge saw that the drop it builds on had not taken effect.
    fn was_live_when_purged(&self, id: ObjectId, purge: &DdlEvent, drop_id: EventId) -> bool {
        let Some(drop) = self.event(drop_id) else {
            return false;
        };
        let before = self.ancestors_touching(drop, id);
        let mut ancestors = self.ancestors_touching(purge, id).into_iter();
        ancestors.any(|ancestor| {
            let event = self.event(ancestor).filter(|event| self.is_use(event, id));
            !before.contains(&ancestor)
                && event.is_some_and(|event| !self.saw_event(event, drop_id, id))
        })
    }

    /// Returns whether an event needs an object: every event that touches it does, except drops and
    /// purges.
    fn is_use(&self, event: &DdlEvent, id: ObjectId) -> bool {
        !self
            .lifecycle_change(event)
            .is_some_and(LifecycleChange::is_terminal)
            && !matches!(event.change(), Change::Purge { .. })
            && self.touches(event, id)
    }

    /// Returns whether an object has a use that its drop did not see.
    fn has_unseen_use(&self, id: ObjectId, drop: &DdlEvent) -> bool {
        let mut open: Vec<EventId> = self.dependency_heads(id);
        open.retain(|head| *head != drop.id());
        if open.iter().all(|head| drop.depends_on().contains(head)) {
            return false;
        }
        let ancestors = self.ancestors_touching(drop, id);
        let mut seen = HashSet::new();
        while let Some(next) = open.pop() {
            if ancestors.contains(&next) || !seen.insert(next) {
                continue;
            }
            let node = self.log.get(&next);
            let Some(node) = node.filter(|node| self.is_in_history_of(&node.event, id)) else {
                continue;
            };
            if self.is_use(&node.event, id) {
                return true;
            }
            open.extend(node.parents_touching(id));
        }
        false
    }

    /// Returns the newest events of an object and of all its users, dropped ones included.
    pub(crate) fn dependency_heads(&self, id: ObjectId) -> Vec<EventId> {
        let own = self.object(id).into_iter();
        let users = self.children(id).chain(self.pairs_including_dropped(id));
        let users = users.chain(self.all_indexes_of(id));
        let mut heads: Vec<EventId> = own.chain(users).flat_map(|user| user.heads()).collect();
        // A property may be, or may have been, the primary key of its table.
        let table = self.object(id).and_then(|object| object.parent);
        let table = table.and_then(|table| self.object(table));
        heads.extend(
            table
                .and_then(|table| table.changed(Aspect::PrimaryKey))
                .into_iter()
                .flatten(),
        );
        heads
    }

    /// Returns all indexes that were ever created on a property, under any definition.
    fn all_indexes_of(&self, property: ObjectId) -> impl Iterator<Item = &Object> {
        let table = self.object(property).and_then(|object| object.parent);
        let children = table.into_iter().flat_map(|table| self.children(table));
        children.filter(move |child| {
            let mut creators = child
                .creators
                .iter()
                .filter_map(|creator| self.event(*creator));
            child.kind() == ObjectKind::Index
                && creators.any(|creator| self.touches(creator, property))
        })
    }

    /// Recomputes the lifecycle of an object.
    pub(super) fn recompute_lifecycle(&mut self, id: ObjectId) {
        let life = self.merged_lifecycle(id);
        let Some(object) = self.object_mut(id) else {
            return;
        };
        let before = std::mem::replace(&mut object.lifecycle.value, life);
        if before.is_live() != life.is_live() {
            if life.is_live() {
                self.claim_name(id);
            } else {
                self.release_name(id);
            }
            self.recompute_endpoint_lifecycles(id);
        }
        self.update_conflict_flag(id);
    }

    /// Recomputes the lifecycles of endpoint node tables, which cannot be dropped while a pair
    /// needs them.
    fn recompute_endpoint_lifecycles(&mut self, id: ObjectId) {
        let pairs = std::iter::once(id).chain(self.children(id).map(|child| child.id));
        let pairs = pairs.filter_map(|pair| self.object(pair)?.endpoints());
        let ends: Vec<ObjectId> = pairs.flatten().collect();
        for node in ends {
            if self.object(node).is_some_and(|n| !n.drop_heads.is_empty()) {
                self.recompute_lifecycle(node);
            }
        }
    }

    fn merged_lifecycle(&self, id: ObjectId) -> Lifecycle {
        let Some(object) = self.object(id) else {
            return Lifecycle::Live;
        };
        let ended_only = object.drop_heads.len() == object.lifecycle.heads.len();
        let needed = || match object.kind() {
            ObjectKind::Property => self.is_primary_key(id),
            ObjectKind::NodeTable => self.pairs_of(id).next().is_some(),
            _ => false,
        };
        if !ended_only || needed() {
            return Lifecycle::Live;
        }
        let mut holding: Vec<(bool, Rank, Lifecycle)> = Vec::new();
        for ending in object
            .drop_heads
            .iter()
            .filter(|e| !object.blocked_drops.contains(e))
        {
            let stage = self
                .event(*ending)
                .and_then(|event| self.lifecycle_change(event));
            match stage {
                Some(LifecycleChange::Purge(_)) => {
                    holding.push((false, self.rank_of(*ending), Lifecycle::Purged(*ending)));
                }
                _ => holding.push((true, self.rank_of(*ending), Lifecycle::Archived(*ending))),
            }
        }
        let first = holding
            .into_iter()
            .min_by_key(|(drop, rank, _)| (*drop, *rank));
        first.map_or(Lifecycle::Live, |(_, _, life)| life)
    }
}
