//! Conflict columns: what happened to a property's column where changes were concurrent.
//!
//! A database that applied a change has a column of the type and default that the change led to. A
//! concurrent change may lead to another column, so the values of the first need one of their own.
//! Whether two changes are concurrent never changes, so each pair is judged by itself: a conflict
//! column exists as soon as both changes are known, whatever follows. So every database has it, at
//! whatever point it learned of the two.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::columns::{Column, conflict_column, is_default_of};
use super::object::{ArchivedColumn, AspectValue, Object, ObjectBody};
use super::state::Fold;
use crate::event::{Aspect, DdlEvent, EventId, ObjectId};

/// A change of a property's type or default, the column that it led to, and the changes before it.
struct ColumnChange {
    event: EventId,
    column: Column,
    seen: HashSet<EventId>,
}

impl Fold {
    /// Recomputes the conflict columns of a property, if changes of it were ever concurrent:
    /// the last one, or earlier ones.
    pub(super) fn update_conflict_columns(&mut self, id: ObjectId, is_concurrent: bool) {
        let Some(object) = self.object(id) else {
            return;
        };
        let is_property = matches!(object.body, ObjectBody::Property(_));
        if !is_property || !(is_concurrent || was_contested(object)) {
            return;
        }
        let changes = self.column_changes(object);
        let mut lost: BTreeMap<EventId, ArchivedColumn> = BTreeMap::new();
        for (at, later) in changes.iter().enumerate() {
            let earlier = changes[..at].iter();
            for other in earlier.filter(|other| !later.seen.contains(&other.event)) {
                let both = [other.event, later.event];
                let Some(merged) = self.column_after(id, &both) else {
                    continue;
                };
                for change in [other, later] {
                    if change.column != merged && !lost.contains_key(&change.event) {
                        let (event, column) = (change.event, change.column.clone());
                        let to = merged.0.clone();
                        lost.insert(event, conflict_column(object, event, column, to));
                    }
                }
            }
        }
        let mut archived = object.archived_columns.clone();
        // A checkpoint elides changes, but not the columns that they led to.
        let recomputed: BTreeSet<String> = lost.values().map(|c| c.name.clone()).collect();
        archived.retain(|column| !recomputed.contains(&column.name));
        let mut current = Vec::new();
        for (event, mut column) in lost {
            let next = changes.iter().find(|change| change.seen.contains(&event));
            let Some(next) = next else {
                let settled = object.value(Aspect::Type);
                if let Some(AspectValue::Type(to)) = settled {
                    column.to = to;
                }
                current.push(column);
                continue;
            };
            column.by = next.event;
            column.to = next.column.0.clone();
            column.purged = archived.iter().any(|a| a.by == next.event && a.purged);
            archived.push(column);
        }
        current.sort_by_cached_key(|column| std::cmp::Reverse(self.rank_of(column.by)));
        archived.sort_by_cached_key(|a| (self.rank_of(a.by), a.name.clone()));
        if let Some(object) = self.object_mut(id) {
            object.archived_columns = archived;
            object.conflict_columns = current;
        }
    }

    /// Returns the known changes of a property's column, its creations included, in order.
    fn column_changes(&self, object: &Object) -> Vec<ColumnChange> {
        let id = object.id;
        let heads = [Aspect::Type, Aspect::Default].map(|aspect| object.heads_of(aspect));
        let mut all: HashSet<EventId> = heads.into_iter().flatten().copied().collect();
        for head in all.clone() {
            let event = self.event(head);
            all.extend(
                event
                    .into_iter()
                    .flat_map(|e| self.ancestors_touching(e, id)),
            );
        }
        let writes = |event: &&DdlEvent| {
            [Aspect::Type, Aspect::Default]
                .into_iter()
                .any(|aspect| self.written(event, aspect, id).is_some())
        };
        let mut events: Vec<&DdlEvent> = all.iter().filter_map(|id| self.event(*id)).collect();
        events.retain(writes);
        events.sort_by_key(|event| self.rank_of(event.id()));
        let change = |event: &DdlEvent| {
            Some(ColumnChange {
                event: event.id(),
                column: self.column_after(id, &[event.id()])?,
                seen: self.ancestors_touching(event, id),
            })
        };
        events.into_iter().filter_map(change).collect()
    }

    /// Returns the column that a property had before an event, according to what the event saw.
    pub(super) fn column_seen_by(&self, id: ObjectId, event: &DdlEvent) -> Option<Column> {
        column_of(|aspect| self.value_seen_by(id, aspect, event).map(|seen| seen.value))
    }

    /// Returns the column that a property has after these events and all that they saw.
    fn column_after(&self, id: ObjectId, events: &[EventId]) -> Option<Column> {
        column_of(|aspect| self.merged_after(id, aspect, events))
    }

    fn merged_after(
        &self,
        id: ObjectId,
        aspect: Aspect,
        events: &[EventId],
    ) -> Option<AspectValue> {
        let mut written = BTreeMap::new();
        for event in events.iter().filter_map(|event| self.event(*event)) {
            match self.written(event, aspect, id) {
                Some(value) => drop(written.insert(event.id(), value)),
                None => written.extend(self.values_written_by(id, aspect, event.depends_on())),
            }
        }
        self.retain_newest(id, &mut written);
        self.merge(&written).map(|outcome| outcome.value)
    }

    /// Removes the writes that another one saw.
    pub(super) fn retain_newest(&self, id: ObjectId, written: &mut BTreeMap<EventId, AspectValue>) {
        let all: Vec<EventId> = written.keys().copied().collect();
        written.retain(|head, _| {
            let mut others = all.iter().filter_map(|other| self.event(*other));
            !others.any(|other| other.id() != *head && self.saw_event(other, *head, id))
        });
    }
}

/// Returns the column of these aspects; a default that does not fit the type is none.
fn column_of(value: impl Fn(Aspect) -> Option<AspectValue>) -> Option<Column> {
    let AspectValue::Type(ty) = value(Aspect::Type)? else {
        return None;
    };
    let default = match value(Aspect::Default) {
        Some(AspectValue::Default(default)) => default,
        _ => None,
    };
    let default = default.filter(|expr| is_default_of(expr, &ty));
    Some((ty, default))
}

/// Returns whether a property's column was ever changed concurrently.
fn was_contested(object: &Object) -> bool {
    let writes = &object.concurrent_writes;
    writes.contains_key(&Aspect::Type)
        || writes.contains_key(&Aspect::Default)
        || object.columns().any(ArchivedColumn::is_conflict_column)
}
